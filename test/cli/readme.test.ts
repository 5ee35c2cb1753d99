import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { runCli } from '../helpers/cli.ts';

const root = join(import.meta.dirname, '../..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const data = mkdtempSync(join(tmpdir(), 'hot-crypto-readme-'));
afterAll(() => rmSync(data, { recursive: true }));

/** Blocks between fences, without the fences. */
const blocks = [...readme.matchAll(/^```\w*\n([\s\S]*?)^```$/gm)].map(([, text = '']) => text);
/** Decisions and trades. */
const DATED = /^20\d\d-.*$/gm;

describe('README', () => {
  it('shows the screen of `start` and of `why` as they are', async () => {
    const shown = blocks.find((text) => text.includes('PAPER on a SYNTHETIC market')) ?? '';
    const wanted = shown.match(DATED) ?? [];
    expect(wanted.length).toBeGreaterThan(10);
    let screen = '';
    for (let tick = 0; tick < 7; tick++) {
      screen += (await runCli('start', '--once', '--source', 'synthetic', '--data', data)).stdout;
    }
    expect(screen.match(DATED)?.slice(0, wanted.length)).toEqual(wanted);

    const header = (text: string) =>
      text.split('\n').filter((line) => /^(HOT-Crypto|account|strategies|at )/.test(line));
    expect(header(screen).slice(0, 4)).toEqual(header(shown));

    const why = blocks.find((text) => text.startsWith('$ npx --no hot-crypto why')) ?? '';
    const answer = await runCli('why', 'ETH/USD', '2025-01-01 12:00', '--data', data);
    expect(`${answer.stdout}`).toBe(why.slice(why.indexOf('\n') + 1));
  });

  it('and the other pages link only to what exists', () => {
    const docs = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' });
    const pages = docs.filter((name) => name.endsWith('.md')).map((name) => join('docs', name));
    expect(pages.length).toBeGreaterThan(20);
    for (const page of ['README.md', 'bench/README.md', ...pages]) {
      const text = readFileSync(join(root, page), 'utf8');
      const links = [...text.matchAll(/\]\(([^)#:]+)\)/g)].map(([, link = '']) => link);
      const broken = links.filter((link) => !existsSync(join(root, page, '..', link)));
      expect(broken, page).toEqual([]);
    }
  });
});
