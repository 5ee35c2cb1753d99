import { assert } from '../assert.ts';
import { atr } from './atr.ts';
import type { Channel } from './donchian.ts';
import { ema } from './ema.ts';

/**
 * Keltner channel: the exponential average of the close, and lines a multiple of the average true range from it.
 *
 * @param high highest price of each candle; `low` and `close` have its length
 * @param average candles of the average
 * @param range candles of the average true range
 * @param width average true ranges from the middle to each line
 * @returns lines of the same length, in units of price; NaN before index `average - 1` (`middle`) and before the
 *   later of that and `range` (`upper`, `lower`)
 * @throws when lengths differ or `average` or `range` is not a positive whole number
 * @see Keltner, How to Make Money in Commodities (1960); the average true range is Raschke's
 */
export function keltner(
  {
    high,
    low,
    close,
  }: { readonly high: Float64Array; readonly low: Float64Array; readonly close: Float64Array },
  { average, range, width }: { readonly average: number; readonly range: number; readonly width: number },
): Channel {
  assert(low.length === high.length && close.length === high.length, 'keltner of columns of unequal length');
  const middle = ema(close, average);
  const upper = atr(high, low, close, range);
  const lower = new Float64Array(close.length);
  for (let i = 0; i < close.length; i++) {
    const reach = width * upper[i]!;
    upper[i] = middle[i]! + reach;
    lower[i] = middle[i]! - reach;
  }
  return { upper, lower, middle };
}
