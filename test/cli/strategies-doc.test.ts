import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { strategies } from '../../shared/core/strategies/registry.ts';
import { strategiesPage } from '../helpers/strategies-page.ts';

const file = join(import.meta.dirname, '../../docs/strategies.md');

it('docs/strategies.md says of every strategy what the registry says', () => {
  const page = strategiesPage();
  if (process.env['UPDATE_DOCS'] === '1') writeFileSync(file, page);
  expect(readFileSync(file, 'utf8')).toBe(page);
});

it('docs/strategies.md has a section for every strategy, with every text and every parameter', () => {
  const sections = strategiesPage().split(/^## /m).slice(2);
  expect(sections.map((text) => text.split('\n')[0])).toEqual(strategies.map(({ id }) => id));
  for (const [at, { formula, source, loses }] of strategies.entries()) {
    for (const text of [formula, source, loses]) expect(sections[at]).toContain(text);
    const rows = sections[at]?.match(/^\| `.*$/gm) ?? [];
    expect(rows.length).toBeGreaterThan(0);
    for (const row of rows) expect(row).not.toMatch(/undefined|null|\| +\||\bobject\b/);
  }
});
