import { assert } from '../assert.ts';
import { utcDayMs } from '../market/calendar.ts';
import { type Candles, rowsBefore } from '../market/candles.ts';
import { DAY_MS, type EpochMs } from '../market/timeframes.ts';

/** Three lines of equal length, in units of price, each the same on all candles of a UTC day. */
export interface Thrust {
  readonly open: Float64Array;
  readonly upper: Float64Array;
  readonly lower: Float64Array;
}

/**
 * The open of the UTC day, and lines a share of the range of the days before above and below it. That range is the
 * longer of two ways: from the lowest daily close up to the highest high, from the highest daily close down to the
 * lowest low. A day with a candle missing is no day: the ranges that it would be part of do not exist.
 *
 * @param candles columns of equal length, of a timeframe that divides the day
 * @param days whole UTC days before today, without a break
 * @param share part of the range from the open to each line
 * @returns lines of the same length; NaN on a day whose 00:00 candle is missing, and `upper` and `lower` also unless
 *   so many whole days lie right before it
 * @throws when lengths differ or `days` is not a positive whole number
 * @see Chalek’s Dual Thrust, as tested by Zhu, Intraday CTA Strategies on Chinese Commodity Futures (2016)
 */
export function thrust(
  candles: Candles,
  { days, share }: { readonly days: number; readonly share: number },
): Thrust {
  const { openMs, open, high, low, close } = candles;
  assert(Number.isInteger(days) && days > 0, `thrust period ${days}`);
  assert(low.length === high.length && close.length === high.length, 'thrust of columns of unequal length');
  const lineOf = () => new Float64Array(close.length).fill(Number.NaN);
  const result = { open: lineOf(), upper: lineOf(), lower: lineOf() };

  const highs = new Float64Array(days);
  const lows = new Float64Array(days);
  const closes = new Float64Array(days);
  let whole = 0; // whole days without a break, up to yesterday
  let todayMs: EpochMs = Number.NaN;
  let stepMs = Number.POSITIVE_INFINITY;
  for (let from = 0, to = 0; from < close.length; from = to) {
    const beginMs = utcDayMs(openMs[from]!);
    if (beginMs !== todayMs + DAY_MS) whole = 0;
    todayMs = beginMs;
    to = rowsBefore(candles, beginMs + DAY_MS);
    if (openMs[from] === beginMs) {
      const range = whole < days ? Number.NaN : rangeOf(highs, lows, closes);
      result.open.fill(open[from]!, from, to);
      result.upper.fill(open[from]! + share * range, from, to);
      result.lower.fill(open[from]! - share * range, from, to);
    }

    stepMs = Math.min(stepMs, shortestStepMs(openMs.subarray(Math.max(from - 1, 0), to)));
    const place = whole % days;
    highs[place] = Math.max(...high.subarray(from, to));
    lows[place] = Math.min(...low.subarray(from, to));
    closes[place] = close[to - 1]!;
    whole = (to - from) * stepMs === DAY_MS ? whole + 1 : 0;
  }
  return result;
}

/** Shortest time from one candle to the next, which is the timeframe as far as the candles tell it. */
function shortestStepMs(openMs: Float64Array): number {
  let stepMs = Number.POSITIVE_INFINITY;
  for (let i = 1; i < openMs.length; i++) stepMs = Math.min(stepMs, openMs[i]! - openMs[i - 1]!);
  return stepMs;
}

function rangeOf(highs: Float64Array, lows: Float64Array, closes: Float64Array): number {
  const up = Math.max(...highs) - Math.min(...closes);
  const down = Math.max(...closes) - Math.min(...lows);
  return Math.max(up, down);
}
