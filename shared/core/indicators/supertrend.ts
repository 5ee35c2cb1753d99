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
 * Supertrend. Two bands lie a multiple of the average true range from the middle of each candle, but move only
 * towards the price until a close beyond them lets them go. The direction turns when a close is beyond the line,
 * both of the same candle. It begins upward, which is an assumption, not a turn.
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
    upper = upperAfter(upper, middle + reach, close[i - 1]!);
    lower = lowerAfter(lower, middle - reach, close[i - 1]!);
    if (i > period) isUp = isUp ? close[i]! >= lower : close[i]! > upper;
    line[i] = isUp ? lower : upper;
    direction[i] = isUp ? 1 : -1;
  }
  return { line, direction };
}

/** The upper band comes down only, until a close above it lets it go. */
function upperAfter(before: number, now: number, closeBefore: number): number {
  return closeBefore > before ? now : Math.min(before, now);
}

function lowerAfter(before: number, now: number, closeBefore: number): number {
  return closeBefore < before ? now : Math.max(before, now);
}
