import { describe, expect, it } from 'vitest';
import { supertrend } from '../../../shared/core/indicators/supertrend.ts';
import { closesOf } from '../../helpers/candles.ts';

describe('supertrend', () => {
  // Each candle reaches 1 above and below its close; the average true range of one candle is its true range.
  // index:      1   2   3    4     5     6     7
  // close:     10  11   9    8.5  10.5  12    12
  // range:      2   2   3    2     3     2.5   2
  // upper:     12  12  12   10.5  10.5  10.5  14    let go at 7: the close before, 12, is above it
  // lower:      8   9   9    9     7.5   9.5  10    let go at 5: the close before, 8.5, is below it
  it('follows the price with one band until a close is beyond it, then with the other', () => {
    const { high, low, close } = closesOf([10, 10, 11, 9, 8.5, 10.5, 12, 12]);
    const { line, direction } = supertrend(high, low, close, { period: 1, distance: 1 });
    expect([...line]).toEqual([Number.NaN, 8, 9, 9, 10.5, 10.5, 9.5, 10]);
    expect([...direction]).toEqual([Number.NaN, 1, 1, 1, -1, -1, 1, 1]);
  });

  // Index 1: range 4, lower 10 − 0.4 = 9.6 above the close of 8. Index 2: range 4 again, let go, 8 − 0.4 = 7.6.
  it('begins upward wherever its first candle closes', () => {
    const high = Float64Array.of(11, 12, 10);
    const low = Float64Array.of(9, 8, 6);
    const close = Float64Array.of(10, 8, 7.7);
    const { line, direction } = supertrend(high, low, close, { period: 1, distance: 0.1 });
    expect([...direction]).toEqual([Number.NaN, 1, 1]);
    expect([...line]).toEqual([Number.NaN, 9.6, 7.6]);
  });

  it('does not turn in a flat market', () => {
    const flat = new Float64Array(20).fill(97.3);
    const { direction } = supertrend(flat, flat, flat, { period: 10, distance: 2 });
    expect(new Set(direction.subarray(10))).toEqual(new Set([1]));
  });
});
