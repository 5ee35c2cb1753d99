import { assert } from '../assert.ts';
import { atr } from './atr.ts';

/**
 * Average true range in percent of the close.
 *
 * @param high highest price of each candle; `low` and `close` have its length
 * @param period candles; the first `period` true ranges are averaged plainly
 * @returns same length, in percent; NaN before index `period`
 * @throws when lengths differ or `period` is not a positive whole number
 * @see TA-Lib `TA_NATR`
 */
export function natr(
  high: Float64Array,
  low: Float64Array,
  close: Float64Array,
  period: number,
): Float64Array {
  assert(Number.isInteger(period) && period > 0, `natr period ${period}`);
  assert(low.length === high.length && close.length === high.length, 'natr of columns of unequal length');
  const result = atr(high, low, close, period);
  for (let i = 0; i < result.length; i++) result[i] = (100 * result[i]!) / close[i]!;
  return result;
}
