import { describe, expect, it } from 'vitest';
import { ema } from '../../../shared/core/indicators/ema.ts';

describe('ema', () => {
  // Worked by hand: mean(1,2,3) = 2, then each step moves half way (weight 2/4) to the new value.
  it('starts at the mean and moves by weight', () => {
    expect([...ema(Float64Array.of(1, 2, 3, 6, 6), 3)]).toEqual([Number.NaN, Number.NaN, 2, 4, 5]);
  });

  // 97.3 / 50 added fifty times is not 97.3: averages seeded so would cross in a market that does not move.
  it('is exactly the price of a flat market, whatever the period', () => {
    const flat = new Float64Array(60).fill(97.3);
    for (const period of [3, 20, 50])
      expect(new Set(ema(flat, period).subarray(period - 1))).toEqual(new Set([97.3]));
  });
});
