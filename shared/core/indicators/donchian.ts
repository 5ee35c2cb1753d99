import { assert } from '../assert.ts';
import { highest, lowest } from './extremes.ts';

/** Three lines of equal length, in units of price. */
export interface Channel {
  readonly upper: Float64Array;
  readonly lower: Float64Array;
  readonly middle: Float64Array;
}

/**
 * Donchian channel: highest high, lowest low and the price half way between them, the current candle included.
 * Who asks for a breakout compares with the channel of the candle before.
 *
 * @param high highest price of each candle; `low` has its length
 * @param period candles
 * @returns lines of the same length; NaN before index `period - 1`
 * @throws when lengths differ or `period` is not a positive whole number
 */
export function donchian(high: Float64Array, low: Float64Array, period: number): Channel {
  assert(low.length === high.length, 'donchian of columns of unequal length');
  const upper = highest(high, period);
  const lower = lowest(low, period);
  const middle = new Float64Array(high.length);
  for (let i = 0; i < middle.length; i++) middle[i] = (upper[i]! + lower[i]!) / 2;
  return { upper, lower, middle };
}
