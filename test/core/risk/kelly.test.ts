import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { kellyOf, riskOf } from '../../../shared/core/risk/kelly.ts';

/** That many positions which won or lost as many R. */
const times = (count: number, r: number) => Array.from({ length: count }, () => r);

describe('Kelly’s fraction', () => {
  it.each([
    ['6 wins of 2 R in 10', [...times(6, 2), ...times(4, -1)], 0.4, 0.05], // 0.6 − 0.4 / 2; half is cut at 5 %
    ['11 wins of 1 R in 20', [...times(11, 1), ...times(9, -1)], 0.1, 0.05], // 0.55 − 0.45: half is the cut itself
    ['21 wins of 1 R in 40', [...times(21, 1), ...times(19, -1)], 0.05, 0.025],
    ['losses of half an R', [...times(5, 1), ...times(5, -0.5)], 0.25, 0.05], // 0.5 − 0.5 / 2
    ['as much lost as won', [...times(5, 1), ...times(5, -1)], 0, 0],
    ['more lost than won', [...times(4, 1), ...times(6, -1)], -0.2, 0], // 0.4 − 0.6
    ['unequal sizes', [3, 1, 2, ...times(7, -1)], -0.05, 0], // p 0.3, b 2: 0.3 − 0.35
    ['no win', times(10, -1), Number.NEGATIVE_INFINITY, 0],
    ['no win and no cost', times(10, 0), Number.NEGATIVE_INFINITY, 0],
    ['losses that cost nothing', [...times(6, 1), ...times(4, 0)], 0.6, 0.05], // a zero is no win, and b is infinite
  ])('of %s', (_, netRs, edge, fraction) => {
    const kelly = kellyOf(netRs);
    if (Number.isFinite(edge)) expect(kelly?.edge).toBeCloseTo(edge, 12);
    else expect(kelly?.edge).toBe(edge);
    expect(kelly?.fraction).toBeCloseTo(fraction, 12);
  });

  it('is not told by fewer than ten positions', () => {
    expect(kellyOf(times(9, -1))).toBeNull();
    expect(kellyOf([])).toBeNull();
  });

  it('is not told without a loss: it may only shrink', () => {
    expect(kellyOf(times(50, 2))).toBeNull();
    expect(kellyOf([...times(49, 2), 0])).not.toBeNull();
  });

  it('does not depend on the order of the positions', () => {
    const results = fc.array(fc.constantFrom(-1, -0.5, 0, 1, 2, 4), { minLength: 10, maxLength: 50 });
    fc.assert(
      fc.property(results, (netRs) => {
        const kelly = kellyOf(netRs);
        const reversed = kellyOf([...netRs].reverse());
        expect(reversed).toEqual(kelly); // sums of eighths are exact
        if (kelly === null) return;
        expect(kelly.fraction).toBeGreaterThanOrEqual(0);
        expect(kelly.fraction).toBeLessThanOrEqual(0.05);
      }),
    );
  });
});

describe('the risk of an entry', () => {
  const at = { riskPerTrade: 0.005, probe: 0.25 };
  const kelly = (fraction: number) => ({ edge: 2 * fraction, fraction });

  it.each([
    ['is what the configuration says where Kelly says nothing', null, 0.005],
    ['is what the configuration says where Kelly says more', kelly(0.05), 0.005],
    ['is what the configuration says where Kelly says as much', kelly(0.005), 0.005],
    ['is what Kelly says where that is less', kelly(0.003), 0.003],
    ['is a probe where Kelly says less than that', kelly(0.001), 0.00125], // a quarter of 0.005
    ['is a probe where Kelly says nothing is to be won', kelly(0), 0.00125],
  ])('%s', (_, of, expected) => {
    expect(riskOf(of, at)).toBeCloseTo(expected, 15);
  });

  it('is nothing without an edge only where the configuration wants no probe', () => {
    expect(riskOf(kelly(0), { ...at, probe: 0 })).toBe(0);
  });
});
