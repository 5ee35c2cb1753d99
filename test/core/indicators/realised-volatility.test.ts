import { describe, expect, it } from 'vitest';
import { realisedVolatility } from '../../../shared/core/indicators/realised-volatility.ts';
import { walk } from '../../helpers/candles.ts';

describe('realised volatility', () => {
  // Returns ln 2, −ln 2, −ln 2. Of the first two: mean 0, √(2 ln²2 / 1), times √8: 4 ln 2. The last two are equal: 0.
  it('is the sample deviation of the last log returns, scaled to a year', () => {
    const [first, second, third, last] = realisedVolatility(Float64Array.of(100, 200, 100, 50), 2, 8);
    expect([first, second]).toEqual([Number.NaN, Number.NaN]);
    expect(third).toBeCloseTo(4 * Math.LN2, 14);
    expect(last).toBe(0);
  });

  it('says of its own window alone, bit for bit, what it says of the whole column', () => {
    const { close } = walk(1, 400, { gaps: 0.1 });
    const whole = realisedVolatility(close, 180, 2190);
    for (let row = 180; row < 400; row++) {
      expect(realisedVolatility(close.subarray(row - 180, row + 1), 180, 2190).at(-1)).toBe(whole[row]);
    }
  });

  it('has no value while there are fewer returns than the period', () => {
    expect([...realisedVolatility(Float64Array.of(1, 2, 3), 3, 2190)]).toEqual(Array(3).fill(Number.NaN));
  });
});
