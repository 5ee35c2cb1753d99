import { assert } from '../assert.ts';
import { windowMean } from './sma.ts';

/**
 * Commodity channel index: how far the typical price is from its average, in mean distances from it.
 *
 * @param high highest price of each candle; `low` and `close` have its length
 * @param period candles, the current one included
 * @returns same length, 100 being 1.5 mean distances, and 0 where all are the same; NaN before index `period - 1`
 * @throws when lengths differ or `period` is not a positive whole number
 * @see Lambert, Commodity Channel Index, Commodities (1980); TA-Lib `TA_CCI`
 */
export function cci(
  high: Float64Array,
  low: Float64Array,
  close: Float64Array,
  period: number,
): Float64Array {
  assert(Number.isInteger(period) && period > 0, `cci period ${period}`);
  assert(low.length === high.length && close.length === high.length, 'cci of columns of unequal length');
  const typical = close.map((price, i) => (high[i]! + low[i]! + price) / 3);
  const result = new Float64Array(high.length).fill(Number.NaN);
  for (let i = period - 1; i < typical.length; i++) {
    const mean = windowMean(typical, i, period);
    let distance = 0;
    for (let j = i - period + 1; j <= i; j++) distance += Math.abs(typical[j]! - mean);
    result[i] = distance === 0 ? 0 : (typical[i]! - mean) / (0.015 * (distance / period));
  }
  return result;
}
