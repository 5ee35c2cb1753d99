import { assert } from '../assert.ts';

/**
 * Wilder's moving average, seeded with the mean of the first `period` values.
 *
 * @param values one number per candle, oldest first, all finite
 * @param period candles; weight of the newest value is 1 / period
 * @returns same length and unit as `values`; NaN before index `period - 1`
 * @throws when `period` is not a positive whole number
 * @see Wilder, New Concepts in Technical Trading Systems (1978)
 */
export function rma(values: Float64Array, period: number): Float64Array {
  assert(Number.isInteger(period) && period > 0, `rma period ${period}`);
  const result = new Float64Array(values.length).fill(Number.NaN);
  if (values.length < period) return result;

  let mean = 0;
  for (let i = 0; i < period; i++) mean += (values[i]! - mean) / (i + 1);
  result[period - 1] = mean;

  const weight = 1 / period;
  for (let i = period; i < values.length; i++) {
    mean += weight * (values[i]! - mean);
    result[i] = mean;
  }
  return result;
}
