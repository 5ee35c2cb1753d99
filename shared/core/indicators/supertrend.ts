import { assert } from '../assert.ts';
import { atr } from './atr.ts';

/** Lines of equal length: a price, and the side of the market that it guards. */
export interface Supertrend {
  /** The lower band while the direction is up, the upper one while it is down. */
  readonly line: Float64Array;
  /** 1 up, −1 down. */
  readonly direction: Float64Array;
}

/**
 * Supertrend. Bands hang a multiple of the average true range from the middle of each candle; one moves towards the
 * price only, until a close beyond it lets it go. The direction turns when a close is beyond the band of the same
 * candle that guards it. It begins upward, which is an assumption, not a turn.
 *
 * @param high highest price of each candle; `low` and `close` have its length
 * @param period candles of average true range
 * @param distance average true ranges from the middle of a candle to each band
 * @returns lines of the same length; NaN before index `period`
 * @throws when lengths differ or `period` is not a positive whole number
 * @see TA-Lib `TA_SUPERTREND`; TradingView's begins downward, and is equal from the first turn on
 */
export function supertrend(
  high: Float64Array,
  low: Float64Array,
  close: Float64Array,
  { period, distance }: { readonly period: number; readonly distance: number },
): Supertrend {
  assert(Number.isInteger(period) && period > 0, `supertrend period ${period}`);
  assert(
    low.length === high.length && close.length === high.length,
    'supertrend of columns of unequal length',
  );
  const line = atr(high, low, close, period);
  const direction = new Float64Array(high.length).fill(Number.NaN);

  let upper = Number.POSITIVE_INFINITY;
  let lower = Number.NEGATIVE_INFINITY;
  let isUp = true;
  for (let i = period; i < high.length; i++) {
    const middle = (high[i]! + low[i]!) / 2;
    const reach = distance * line[i]!;
    const closeBefore = close[i - 1]!;
    upper = closeBefore > upper ? middle + reach : Math.min(upper, middle + reach);
    lower = closeBefore < lower ? middle - reach : Math.max(lower, middle - reach);
    if (i > period) isUp = isUp ? close[i]! >= lower : close[i]! > upper;
    line[i] = isUp ? lower : upper;
    direction[i] = isUp ? 1 : -1;
  }
  return { line, direction };
}
