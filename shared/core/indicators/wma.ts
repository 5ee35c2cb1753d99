import { assert } from '../assert.ts';

/**
 * Weighted moving average: the newest value weighs `period`, the one before it one less, the oldest 1.
 *
 * @param values one number per candle, oldest first, all finite
 * @param period candles, the current one included
 * @returns same length and unit as `values`; NaN before index `period - 1`
 * @throws when `period` is not a positive whole number
 * @see TA-Lib `TA_WMA`
 */
export function wma(values: Float64Array, period: number): Float64Array {
  assert(Number.isInteger(period) && period > 0, `wma period ${period}`);
  const result = new Float64Array(values.length).fill(Number.NaN);
  const weights = (period * (period + 1)) / 2;
  for (let i = period - 1; i < values.length; i++) {
    // Counted from the newest value: of equal values the average is exactly that value.
    const newest = values[i]!;
    let sum = 0;
    for (let weight = 1; weight < period; weight++) sum += weight * (values[i - period + weight]! - newest);
    result[i] = newest + sum / weights;
  }
  return result;
}
