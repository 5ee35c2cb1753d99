import { describe, expect, it } from 'vitest';
import { trueRange } from '../../../shared/core/indicators/true-range.ts';

describe('true range', () => {
  // After a close of 10: inside 9–11 it is high − low, above it high − 10, below it 10 − low.
  it('reaches to the close before when the candle left it behind', () => {
    const high = Float64Array.of(12, 11, 15, 9);
    const low = Float64Array.of(8, 9, 13, 6);
    const close = Float64Array.of(10, 10, 14, 7);
    expect([...trueRange(high, low, close)]).toEqual([Number.NaN, 2, 5, 8]);
  });
});
