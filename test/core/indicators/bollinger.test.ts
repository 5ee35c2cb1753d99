import { describe, expect, it } from 'vitest';
import { bollinger } from '../../../shared/core/indicators/bollinger.ts';

describe('bollinger', () => {
  // 11 11 11 11 6: mean 10, distances 1 1 1 1 −4, √(20 / 5) = 2. Then 11 11 11 6 11: the same.
  it('lies so many standard deviations about the mean', () => {
    const prices = Float64Array.of(11, 11, 11, 11, 6, 11);
    const { upper, middle, lower } = bollinger(prices, { period: 5, width: 1.5 });
    expect([...middle.subarray(3)]).toEqual([Number.NaN, 10, 10]);
    expect([...upper.subarray(3)]).toEqual([Number.NaN, 13, 13]);
    expect([...lower.subarray(3)]).toEqual([Number.NaN, 7, 7]);
  });

  it('is exactly the price of a flat market, all three', () => {
    const { upper, middle, lower } = bollinger(new Float64Array(20).fill(97.3), { period: 20, width: 2.5 });
    expect([upper[19], middle[19], lower[19]]).toEqual([97.3, 97.3, 97.3]);
  });
});
