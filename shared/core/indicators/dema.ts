import { assert } from '../assert.ts';
import { ema } from './ema.ts';

/**
 * Double exponential moving average: twice the average minus the average of it, which takes out most of its lag.
 *
 * @param values one number per candle, oldest first, all finite
 * @param period candles of both averages, each seeded with the mean of its first `period` values
 * @returns same length and unit as `values`; NaN before index `2 * period - 2`
 * @throws when `period` is not a positive whole number
 * @see Mulloy, Smoothing Data with Faster Moving Averages, Stocks & Commodities (1994); TA-Lib `TA_DEMA`
 */
export function dema(values: Float64Array, period: number): Float64Array {
  assert(Number.isInteger(period) && period > 0, `dema period ${period}`);
  const result = ema(values, period);
  const again = ema(result.subarray(period - 1), period);
  for (let i = 0; i < again.length; i++) {
    result[i + period - 1] = 2 * result[i + period - 1]! - again[i]!;
  }
  return result;
}
