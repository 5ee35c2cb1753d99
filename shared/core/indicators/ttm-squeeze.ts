import { assert } from '../assert.ts';
import { bollinger } from './bollinger.ts';
import { donchian } from './donchian.ts';
import { linearRegression } from './linear-regression.ts';
import { sma } from './sma.ts';
import { trueRange } from './true-range.ts';

/** Two lines of equal length. */
export interface Squeeze {
  /** 1 while the bands lie inside the channel, 0 while they do not. */
  readonly on: Float64Array;
  /** In units of price: above 0 when the price leaves upward. */
  readonly momentum: Float64Array;
}

/**
 * Squeeze: the Bollinger bands lie inside a channel of plain averages (of the close, and of the true range about it).
 * Momentum: how far the close lies from the mean of its average and of the middle of its extremes, each candle with
 * its own; the height at the candle of the line of least squares through these distances.
 *
 * @param candles columns of equal length, in units of price
 * @param period candles of every average, at least two
 * @param width standard deviations from the average to each band
 * @param reach average true ranges from the average to each side of the channel
 * @returns lines of the same length; NaN before index `period` (`on`: the first candle has no true range) and
 *   `2 * period - 2` (`momentum`)
 * @throws when lengths differ or `period` is not a whole number of two or more
 * @see Carter, Mastering the Trade (2005)
 */
export function ttmSqueeze(
  {
    high,
    low,
    close,
  }: { readonly high: Float64Array; readonly low: Float64Array; readonly close: Float64Array },
  { period, width, reach }: { readonly period: number; readonly width: number; readonly reach: number },
): Squeeze {
  assert(
    low.length === high.length && close.length === high.length,
    'ttm squeeze of columns of unequal length',
  );
  const range = sma(trueRange(high, low, close), period);
  const { upper, lower, middle } = bollinger(close, { period, width });
  const centre = donchian(high, low, period).middle;
  const on = new Float64Array(close.length).fill(Number.NaN);
  const distance = new Float64Array(close.length);
  for (let i = 0; i < close.length; i++) {
    const side = reach * range[i]!;
    if (side >= 0) on[i] = upper[i]! < middle[i]! + side && lower[i]! > middle[i]! - side ? 1 : 0;
    distance[i] = close[i]! - (centre[i]! + middle[i]!) / 2;
  }
  return { on, momentum: linearRegression(distance, period).value };
}
