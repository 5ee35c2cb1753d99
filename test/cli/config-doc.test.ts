import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { configPage } from '../helpers/config-page.ts';

const file = join(import.meta.dirname, '../../docs/config.md');

it('docs/config.md says of every field what its schema says', () => {
  const page = configPage();
  if (process.env['UPDATE_DOCS'] === '1') writeFileSync(file, page);
  expect(readFileSync(file, 'utf8')).toBe(page);
});

it('docs/config.md describes every field in words, with its values and its default', () => {
  const rows = configPage().match(/^\| `.*$/gm) ?? [];
  expect(rows.length).toBeGreaterThan(50);
  for (const row of rows) expect(row).not.toMatch(/undefined|\| +\||\bobject\b/);
});
