import * as z from 'zod';
import { adx } from '../indicators/adx.ts';
import { atr } from '../indicators/atr.ts';
import { ema } from '../indicators/ema.ts';
import { highest } from '../indicators/extremes.ts';
import { vwap } from '../indicators/vwap.ts';
import { sessionStarts, utcWeekMs } from '../market/calendar.ts';
import { DAY_MS, timeframeMs } from '../market/timeframes.ts';
import { adxMemory, emaMemory, wilderMemory } from './memory.ts';
import { defineStrategy, emptySignals } from './strategy.ts';

const params = z
  .strictObject({
    fast: z.int().min(2).default(20).describe('candles'),
    slow: z.int().min(3).default(50).describe('candles'),
    fresh: z.int().min(1).default(5).describe('candles on which it votes, from the cross on'),
    index: z.int().min(1).default(14).describe('candles of average directional index'),
    direction: z.number().positive().max(100).default(25).describe('index above which there is a direction'),
    range: z.int().min(1).default(14).describe('candles of average true range'),
    stop: z.number().positive().default(2).describe('average true ranges below the close'),
    trailRange: z.int().min(1).default(22).describe('candles of the trailing stop'),
    trail: z.number().positive().default(3).describe('average true ranges below the highest high'),
  })
  .refine(({ fast, slow }) => fast < slow, { path: ['fast'], error: 'fast must be shorter than slow' });

/**
 * Long within a few candles of a cross of averages, in a market that has a direction, above what the week paid on
 * average. The trail hangs from the highest high.
 */
export const velociraptor = defineStrategy({
  id: 'velociraptor',
  title: 'Trend with direction and volume price',
  family: 'trend',
  formula:
    '+1 on the candle on which EMA(fast) crosses above EMA(slow) and the next ones, `fresh` in all, while EMA(fast) > EMA(slow), ADX(index) > direction and C > VWAP since Monday 00:00 UTC. −1 on the candle on which EMA(fast) crosses below EMA(slow) and the next ones, `fresh` in all, while EMA(fast) < EMA(slow), ADX(index) > direction and C < VWAP. Exit: EMA(fast) crosses below EMA(slow). Stop: C − stop × ATR(range). Trail: highest H of trailRange candles − trail × ATR(trailRange).',
  source:
    'Appel, Technical Analysis: Power Tools for Active Investors (2005), on crossing averages; Wilder, New Concepts in Technical Trading Systems (1978), on the directional index; Berkowitz, Logue and Noser, The Total Cost of Transactions on the NYSE (1988), on the volume-weighted price',
  loses:
    'When a direction has been seen just before it ends: index and averages are late, and the cross is the top.',
  params,
  warmup: ({ slow, index, range, trailRange }) => Math.max(slow, 2 * index - 1, range, trailRange),
  lookback: ({ slow, fresh, index, range, trailRange }, timeframe) =>
    Math.max(
      emaMemory(slow) + fresh,
      adxMemory(index),
      wilderMemory(Math.max(range, trailRange)),
      (7 * DAY_MS) / timeframeMs[timeframe],
    ),

  prepare(candles, { fast, slow, fresh, index, direction, range, stop, trailRange, trail }) {
    const { openMs, high, low, close } = candles;
    const fastLine = ema(close, fast);
    const slowLine = ema(close, slow);
    const rise = candlesSinceCross(fastLine, slowLine);
    const fall = candlesSinceCross(slowLine, fastLine);
    const indexLine = adx(high, low, close, index).adx;
    const paid = vwap(candles, sessionStarts(openMs, utcWeekMs));
    const rangeLine = atr(high, low, close, range);
    const peak = highest(high, trailRange);
    const trailLine = atr(high, low, close, trailRange);
    const signals = { ...emptySignals(close.length), trail: new Float64Array(close.length).fill(Number.NaN) };

    for (let i = 0; i < close.length; i++) {
      const price = close[i]!;
      const distance = stop * rangeLine[i]!;
      signals.stop[i] = price - distance;
      signals.trail[i] = peak[i]! - trail * trailLine[i]!;
      const hasDirection = indexLine[i]! > direction;
      const isUp = hasDirection && rise[i]! < fresh && fastLine[i]! > slowLine[i]! && price > paid[i]!;
      const isDown = hasDirection && fall[i]! < fresh && fastLine[i]! < slowLine[i]! && price < paid[i]!;
      if (isUp && price - distance < price && signals.trail[i]! < price) signals.vote[i] = 1;
      // The mirrored trail of a short may lie anywhere, but must be there.
      if (isDown && price + distance > price && trailLine[i]! >= 0) signals.vote[i] = -1;
      if (fall[i] === 0) signals.exit[i] = 1;
    }
    return signals;
  },
});

/** Candles since a line last crossed above another: 0 on that candle, infinite before the first cross. */
function candlesSinceCross(line: Float64Array, other: Float64Array): Float64Array {
  const since = new Float64Array(line.length).fill(Number.POSITIVE_INFINITY);
  for (let i = 1; i < line.length; i++) {
    const isCross = line[i - 1]! <= other[i - 1]! && line[i]! > other[i]!;
    since[i] = isCross ? 0 : since[i - 1]! + 1;
  }
  return since;
}
