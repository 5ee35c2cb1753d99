import { describe, expect, it } from 'vitest';
import { caseFiles } from '../helpers/case-files.ts';
import type { Found, Given } from '../helpers/closed-forms.ts';
import { curveDrivers } from '../helpers/curve-cases.ts';
import { moneyDrivers } from '../helpers/money-cases.ts';
import { runDrivers } from '../helpers/run-cases.ts';

interface Case {
  readonly id: string;
  readonly title: string;
  readonly given: Given;
  readonly expected: Given;
}

interface AccountingFile {
  readonly tolerance: { readonly rel: number; readonly abs: number };
  readonly cases: readonly Case[];
}

/** A case may be played by several: prices and equity are one matter, the figures of a whole run another. */
const drivers = [moneyDrivers, curveDrivers, runDrivers];
const played = new Set(drivers.flatMap((one) => Object.keys(one)));
/** Rows of a case hold what is given beside the fill that is expected. */
const wanted = (value: unknown) =>
  Array.isArray(value) ? value.map((one) => (Object.hasOwn(Object(one), 'fill') ? one.fill : one)) : value;
const numberOf = (id: string) => id.slice(0, 3);

describe.each(caseFiles<AccountingFile>('accounting.json'))(
  'the closed forms of accounting ($where)',
  ({ content: { cases, tolerance } }) => {
    it('are all played', () => {
      expect(cases.map(({ id }) => numberOf(id)).sort()).toEqual([...played].sort());
    });

    it.each(cases.map((one) => [one.id, one.title, one] as const))('%s: %s', (id, _, { given, expected }) => {
      const own = drivers.flatMap((one) => one[numberOf(id)] ?? []);
      const found: Record<string, Found> = Object.assign({}, ...own.map((play) => play(given, expected)));
      expect(Object.keys(found).sort()).toEqual(Object.keys(expected).sort());
      for (const [key, value] of Object.entries(found)) expectNear(value, wanted(expected[key]), key);
    });

    function expectNear(found: Found, expected: unknown, what: string) {
      if (Array.isArray(found) && Array.isArray(expected)) {
        expect(found, what).toHaveLength(expected.length);
        found.forEach((one, i) => {
          expectNear(one, expected[i], `${what}[${i}]`);
        });
        return;
      }
      if (typeof found !== 'number' || typeof expected !== 'number') {
        expect(found, what).toBe(expected);
        return;
      }
      const room = tolerance.abs + tolerance.rel * Math.abs(expected);
      expect(Math.abs(found - expected), `${what}: ${found}, not ${expected}`).toBeLessThanOrEqual(room);
    }
  },
);
