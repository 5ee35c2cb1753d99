import { assert } from '../assert.ts';

/**
 * Exponential moving average, seeded with the mean of the first `period` values.
 *
 * @param values one number per candle, oldest first, all finite
 * @param period candles; weight of the newest value is 2 / (period + 1)
 * @returns same length and unit as `values`; NaN before index `period - 1`
 * @throws when `period` is not a positive whole number
 * @see TA-Lib `TA_EMA` with its default settings; test/vectors/ema_*.json has its numbers
 */
export function ema(values: Float64Array, period: number): Float64Array {
  assert(Number.isInteger(period) && period > 0, `ema period ${period}`);
  const result = new Float64Array(values.length).fill(Number.NaN);
  if (values.length < period) return result;

  // A running mean, not a sum: of equal values it is exactly that value, so averages of a flat market never cross.
  let mean = 0;
  for (let i = 0; i < period; i++) mean += (values[i]! - mean) / (i + 1);
  result[period - 1] = mean;

  const weight = 2 / (period + 1);
  for (let i = period; i < values.length; i++) {
    mean += weight * (values[i]! - mean);
    result[i] = mean;
  }
  return result;
}
