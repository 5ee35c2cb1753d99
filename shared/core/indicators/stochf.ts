import { assert } from '../assert.ts';
import { highest, lowest } from './extremes.ts';
import { sma } from './sma.ts';

/** Lines of equal length, 0 to 100: where the close lies in its range, and the average of that. */
export interface Stochastic {
  readonly k: Float64Array;
  readonly d: Float64Array;
}

/**
 * Fast stochastic. A market that does not move has no range to lie in: there `k` has no value, nor has `d` while
 * one of its candles has none (TA-Lib gives 0, the bottom of the range).
 *
 * @param high highest price of each candle; `low` and `close` have its length
 * @param k candles of the range
 * @param d candles of the average of `k`
 * @returns lines of the same length; both NaN before index `k + d - 2`
 * @throws when lengths differ or a period is not a positive whole number
 * @see TA-Lib `TA_STOCHF`; the idea is Lane's
 */
export function stochf(
  high: Float64Array,
  low: Float64Array,
  close: Float64Array,
  { k, d }: { readonly k: number; readonly d: number },
): Stochastic {
  assert(Number.isInteger(k) && k > 0, `stochf period ${k}`);
  assert(low.length === high.length && close.length === high.length, 'stochf of columns of unequal length');
  const position = rangePosition({ high, low, close }, k);
  const average = sma(position, d);
  return { k: position.fill(Number.NaN, 0, k + d - 2), d: average };
}

/**
 * Where each close lies between the lowest low and the highest high of the last `period` candles, 0 to 100.
 * NaN where there is no range, and before index `period - 1`.
 */
export function rangePosition(
  { high, low, close }: Readonly<Record<'high' | 'low' | 'close', Float64Array>>,
  period: number,
): Float64Array {
  const position = highest(high, period);
  const floor = lowest(low, period);
  for (let i = 0; i < position.length; i++) {
    const range = position[i]! - floor[i]!;
    position[i] = range > 0 ? (100 * (close[i]! - floor[i]!)) / range : Number.NaN;
  }
  return position;
}
