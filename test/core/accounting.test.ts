import { describe, expect, it } from 'vitest';
import { caseFiles } from '../helpers/case-files.ts';
import type { Found, Given } from '../helpers/closed-forms.ts';
import { curveDrivers } from '../helpers/curve-cases.ts';
import { moneyDrivers } from '../helpers/money-cases.ts';

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

/** What nothing in the product computes yet: figures of a whole run, which come with its metrics. */
const waiting: Readonly<Record<string, readonly string[]>> = {
  A09: ['peakIndex', 'troughIndex', 'recoveryIndex', 'ulcerIndexFraction'],
  A10: [
    'sharpe4h',
    'sharpe1d',
    'sharpe1h',
    'sortino4h',
    'sortino1d',
    'ratio4hTo1d',
    'zeroVarianceReturnsSharpe',
    'stockConvention252_wrong',
  ],
  A11: ['profitFactor', 'winRate', 'payoff', 'expectancy', 'sqn', 'noLossesProfitFactor'],
  A12: ['cagr'],
  A14: ['dominant', 'mirror', 'mixed'],
};

const drivers = { ...moneyDrivers, ...curveDrivers };
/** Rows of a case hold what is given beside the fill that is expected. */
const wanted = (value: unknown) =>
  Array.isArray(value) ? value.map((one) => (Object.hasOwn(Object(one), 'fill') ? one.fill : one)) : value;
const numberOf = (id: string) => id.slice(0, 3);

describe.each(caseFiles<AccountingFile>('accounting.json'))(
  'the closed forms of accounting ($where)',
  ({ content: { cases, tolerance } }) => {
    it('are all played or known to wait', () => {
      const known = new Set([...Object.keys(drivers), ...Object.keys(waiting)]);
      expect(cases.map(({ id }) => numberOf(id)).sort()).toEqual([...known].sort());
    });

    it.each(cases.map((one) => [one.id, one.title, one] as const))('%s: %s', (id, _, { given, expected }) => {
      const found = drivers[numberOf(id)]?.(given, expected) ?? {};
      const later = waiting[numberOf(id)] ?? [];
      expect([...Object.keys(found), ...later].sort()).toEqual(Object.keys(expected).sort());
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
