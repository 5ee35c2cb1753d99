import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type FillCase, modes, playCase, tickDecimalsOf } from '../helpers/fill-case.ts';
import { hasReference, referencePath } from '../helpers/reference.ts';

const ours = join(import.meta.dirname, '../cases/fills.json');
const more = join(import.meta.dirname, '../cases/fills-more.json');
const folder = process.env['FILL_CASES'];
const theirs = folder
  ? readdirSync(folder)
      .filter((name) => name.endsWith('.json'))
      .sort()
      .map((name) => join(folder, name))
  : [];

const read = (path: string) => JSON.parse(readFileSync(path, 'utf8')) as readonly FillCase[];

// Our policies where a candle leaves the choice: a target fills when traded through by a tick (06), and a dip
// under a trail that the same candle raised is no exit while the close is above it (20). Both stay open.
const POLICY = null;

describe.each([ours, more, ...theirs].map((path) => [basename(path), path] as const))('%s', (_file, path) => {
  const cases = read(path);

  it.each(cases.map((one) => [one.id, one.name, one] as const))('%s %s', (_id, _name, one) => {
    const { entry, exit } = one.exp;
    for (const mode of one.mode === undefined ? modes : [one.mode]) {
      expect(modes).toContain(mode);
      const played = playCase(one, mode);
      expectFill(played.entry, entry, one, mode);
      expectFill(played.exit, exit === 'policy' ? POLICY : (exit ?? null), one, mode);
      if (played.exit !== null) expect(String(exit?.[2]).split('|'), mode).toContain(played.exit[2]);
    }
  });
});

type Expected = readonly [candle: number, price: number, ...unknown[]] | null;

/** On the tick nothing but the price itself is less than a tick away from it. */
function expectFill(played: Expected, expected: Expected, one: FillCase, mode: string) {
  expect(played?.[0], `${mode}: candle`).toBe(expected?.[0]);
  if (played === null || expected === null) return;
  const tick = 10 ** -tickDecimalsOf(one);
  expect(Math.abs(played[1] - expected[1]), `${mode}: ${played[1]}, not ${expected[1]}`).toBeLessThan(
    tick / 2,
  );
}

describe('the cases of the project', () => {
  it.skipIf(!hasReference('cases/fills.json'))('are those of the reference folder', () => {
    expect(read(ours)).toEqual(read(referencePath('cases/fills.json')));
  });
});
