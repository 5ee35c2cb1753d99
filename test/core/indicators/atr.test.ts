import { describe, expect, it } from 'vitest';
import { atr } from '../../../shared/core/indicators/atr.ts';

describe('atr', () => {
  // True ranges from the second candle on: 2, 4, 7. Their first mean is 3, then (3 × 1 + 7) / 2 = 5.
  it('averages the first ranges plainly and smooths the others', () => {
    const high = Float64Array.of(99, 11, 12, 17);
    const low = Float64Array.of(1, 9, 8, 11);
    const close = Float64Array.of(10, 10, 10, 17);
    expect([...atr(high, low, close, 2)]).toEqual([Number.NaN, Number.NaN, 3, 5]);
  });
});
