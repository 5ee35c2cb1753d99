import { assert } from '../assert.ts';

/**
 * Simple moving average.
 *
 * @param values one number per candle, oldest first, all finite
 * @param period candles, the current one included
 * @returns same length and unit as `values`; NaN before index `period - 1`
 * @throws when `period` is not a positive whole number
 * @see TA-Lib `TA_SMA`
 */
export function sma(values: Float64Array, period: number): Float64Array {
  assert(Number.isInteger(period) && period > 0, `sma period ${period}`);
  const result = new Float64Array(values.length).fill(Number.NaN);
  for (let i = period - 1; i < values.length; i++) result[i] = windowMean(values, i, period);
  return result;
}

/**
 * Mean of the `period` values that end at index `last`. It depends on them alone, and is counted from the last one:
 * of equal values it is exactly that value, and of values that are none below the last it is not below it either.
 */
export function windowMean(values: Float64Array, last: number, period: number): number {
  const origin = values[last]!;
  let sum = 0;
  for (let i = last - period + 1; i < last; i++) sum += values[i]! - origin;
  return origin + sum / period;
}
