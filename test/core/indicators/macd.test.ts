import { describe, expect, it } from 'vitest';
import { macd } from '../../../shared/core/indicators/macd.ts';

const { NaN: none } = Number;
const periods = { fast: 2, slow: 3, signal: 2 };

describe('macd', () => {
  // Slow: mean(1, 2, 6) = 3, then half way to 1 and to 14: 2, 8. Fast begins beside it with mean(2, 6) = 4 and goes two
  // thirds of the way: 2, 10. Difference: 1, 0, 2. Signal: mean(1, 0) = 0.5, then two thirds of the way to 2.
  it('is the difference of two averages that begin on the same candle, and has its signal', () => {
    const lines = macd(Float64Array.of(1, 2, 6, 1, 14), periods);
    expect([...lines.macd]).toEqual([none, none, none, 0, 2]);
    expect([...lines.signal]).toEqual([none, none, none, 0.5, 1.5]);
    expect([...lines.hist]).toEqual([none, none, none, -0.5, 0.5]);
  });

  it('is exactly 0 in a flat market, and so is its signal', () => {
    const lines = macd(new Float64Array(60).fill(97.3), { fast: 12, slow: 26, signal: 9 });
    for (const line of Object.values(lines)) expect(new Set(line.subarray(33))).toEqual(new Set([0]));
  });

  it('refuses a fast average that is not the shorter one', () => {
    expect(() => macd(new Float64Array(9), { ...periods, fast: 3 })).toThrow('Bug: macd period 3 after 3');
  });
});
