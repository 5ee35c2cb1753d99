import { assert } from '../assert.ts';
import { trueRangeOf } from './true-range.ts';

/**
 * Average true range with Wilder's smoothing.
 *
 * @param high highest price of each candle; `low` and `close` have its length
 * @param period candles; the first `period` true ranges are averaged plainly
 * @returns same length, in units of price; NaN before index `period`
 * @throws when lengths differ or `period` is not a positive whole number
 * @see Wilder, New Concepts in Technical Trading Systems (1978); TA-Lib `TA_ATR`
 */
export function atr(
  high: Float64Array,
  low: Float64Array,
  close: Float64Array,
  period: number,
): Float64Array {
  assert(Number.isInteger(period) && period > 0, `atr period ${period}`);
  assert(low.length === high.length && close.length === high.length, 'atr of columns of unequal length');
  const result = new Float64Array(high.length).fill(Number.NaN);
  if (high.length <= period) return result;

  let mean = 0;
  for (let i = 1; i <= period; i++) mean += (trueRangeOf(high[i]!, low[i]!, close[i - 1]!) - mean) / i;
  result[period] = mean;

  const weight = 1 / period;
  for (let i = period + 1; i < high.length; i++) {
    mean += weight * (trueRangeOf(high[i]!, low[i]!, close[i - 1]!) - mean);
    result[i] = mean;
  }
  return result;
}
