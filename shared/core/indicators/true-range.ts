import { assert } from '../assert.ts';

/**
 * True range: how far the price went, the jump from the last close included.
 *
 * @param high highest price of each candle; `low` and `close` have its length
 * @returns same length, in units of price; NaN at index 0, which has no close before it
 * @throws when lengths differ
 * @see Wilder, New Concepts in Technical Trading Systems (1978); TA-Lib `TA_TRANGE`
 */
export function trueRange(high: Float64Array, low: Float64Array, close: Float64Array): Float64Array {
  assert(
    low.length === high.length && close.length === high.length,
    'true range of columns of unequal length',
  );
  const result = new Float64Array(high.length).fill(Number.NaN);
  for (let i = 1; i < high.length; i++) result[i] = trueRangeOf(high[i]!, low[i]!, close[i - 1]!);
  return result;
}

/** True range of one candle, given the close of the candle before it. */
export function trueRangeOf(high: number, low: number, closeBefore: number): number {
  return Math.max(high, closeBefore) - Math.min(low, closeBefore);
}
