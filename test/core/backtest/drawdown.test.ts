import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { drawdownOf, drawdownsOf } from '../../../shared/core/backtest/drawdown.ts';

const point = fc.double({ min: 0.01, max: 1000, noNaN: true });
const curveOf = fc.array(point, { minLength: 1, maxLength: 50 }).map((all) => Float64Array.from(all));

describe('the drawdown of an equity curve', () => {
  it('names peak, trough and recovery of the deepest fall, and the longest time below a peak', () => {
    // −10 % for one bar, then −50 % from the peak at 3 for four bars.
    const found = drawdownOf(Float64Array.of(100, 90, 100, 200, 100, 150, 160, 199, 200));
    const expected = { deepest: -0.5, peakIndex: 3, troughIndex: 4, recoveryIndex: 8, underwaterMost: 4 };
    expect(found).toMatchObject(expected);
  });

  it('counts the start as a peak, and has no recovery while it lasts', () => {
    const found = drawdownOf(Float64Array.of(100, 80, 90));
    expect(found).toMatchObject({ peakIndex: 0, troughIndex: 1, recoveryIndex: null, underwaterMost: 2 });
    expect(found.deepest).toBeCloseTo(-0.2, 12);
    const rising = { deepest: 0, peakIndex: 0, troughIndex: 0, recoveryIndex: null, underwaterMost: 0 };
    expect(drawdownOf(Float64Array.of(1, 2, 3))).toEqual({ ...rising, ulcerIndex: 0 });
  });

  it('takes the later peak of two equal ones: the fall began there', () => {
    expect(drawdownOf(Float64Array.of(5, 5, 4)).peakIndex).toBe(1);
  });

  it('is at most 0 and above −1, the deepest of its falls, and the same in any currency', () => {
    fc.assert(
      fc.property(curveOf, fc.integer({ min: 1, max: 64 }), (curve, rate) => {
        const { deepest, ulcerIndex, peakIndex, troughIndex } = drawdownOf(curve);
        expect(deepest).toBe(Math.min(...drawdownsOf(curve)));
        expect(deepest).toBeLessThanOrEqual(0);
        expect(deepest).toBeGreaterThan(-1);
        expect((curve[troughIndex] ?? 0) / (curve[peakIndex] ?? 1) - 1).toBe(deepest);
        const other = drawdownOf(curve.map((equity) => equity * 2 ** rate));
        expect(other).toEqual(drawdownOf(curve));
        expect(ulcerIndex).toBeLessThanOrEqual(-deepest + 1e-15);
      }),
    );
  });
});
