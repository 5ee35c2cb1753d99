import type { Channel } from './donchian.ts';
import { sma } from './sma.ts';
import { stddev } from './stddev.ts';

/**
 * Bollinger bands: the simple moving average, and lines a multiple of the standard deviation above and below it.
 *
 * @param values one number per candle, oldest first, all finite
 * @param period candles of average and deviation, the current one included
 * @param width standard deviations (of the population) from the middle to each band
 * @returns lines of the same length and unit as `values`; NaN before index `period - 1`
 * @throws when `period` is not a positive whole number
 * @see Bollinger, Bollinger on Bollinger Bands (2001); TA-Lib `TA_BBANDS`
 */
export function bollinger(
  values: Float64Array,
  { period, width }: { readonly period: number; readonly width: number },
): Channel {
  const middle = sma(values, period);
  const upper = stddev(values, period);
  const lower = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const reach = width * upper[i]!;
    upper[i] = middle[i]! + reach;
    lower[i] = middle[i]! - reach;
  }
  return { upper, lower, middle };
}
