import { assert } from '../assert.ts';
import { sma } from './sma.ts';
import { rangePosition, type Stochastic } from './stochf.ts';

/**
 * Slow stochastic: the fast one smoothed once more. Without a value where one of its candles has no range.
 *
 * @param high highest price of each candle; `low` and `close` have its length
 * @param k candles of the range
 * @param slowK candles of the average that is `k`
 * @param d candles of the average of that
 * @returns lines of the same length; both NaN before index `k + slowK + d - 3`
 * @throws when lengths differ or a period is not a positive whole number
 * @see TA-Lib `TA_STOCH`; the idea is Lane's
 */
export function stoch(
  high: Float64Array,
  low: Float64Array,
  close: Float64Array,
  { k, slowK, d }: { readonly k: number; readonly slowK: number; readonly d: number },
): Stochastic {
  assert(Number.isInteger(k) && k > 0, `stoch period ${k}`);
  assert(low.length === high.length && close.length === high.length, 'stoch of columns of unequal length');
  const smooth = sma(rangePosition({ high, low, close }, k), slowK);
  const average = sma(smooth, d);
  return { k: smooth.fill(Number.NaN, 0, k + slowK + d - 3), d: average };
}
