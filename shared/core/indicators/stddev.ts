import { assert } from '../assert.ts';
import { windowMean } from './sma.ts';

/**
 * Standard deviation of the last `period` values as a whole population: divided by `period`, not by one less.
 *
 * @param values one number per candle, oldest first, all finite
 * @param period candles, the current one included
 * @returns same length and unit as `values`; NaN before index `period - 1`
 * @throws when `period` is not a positive whole number
 * @see TA-Lib `TA_STDDEV`
 */
export function stddev(values: Float64Array, period: number): Float64Array {
  assert(Number.isInteger(period) && period > 0, `stddev period ${period}`);
  const result = new Float64Array(values.length).fill(Number.NaN);
  for (let i = period - 1; i < values.length; i++) {
    result[i] = Math.sqrt(windowSquares(values, i, period) / period);
  }
  return result;
}

/**
 * Sum of the squared distances of the `period` values that end at index `last` from their mean.
 * Every window is gone through anew: the difference of two large running sums would leave few digits that are true.
 */
export function windowSquares(values: Float64Array, last: number, period: number): number {
  const mean = windowMean(values, last, period);
  let sum = 0;
  for (let i = last - period + 1; i <= last; i++) sum += (values[i]! - mean) ** 2;
  return sum;
}
