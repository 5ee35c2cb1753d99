import * as z from 'zod';
import { atr } from '../indicators/atr.ts';
import { ema } from '../indicators/ema.ts';
import { highest } from '../indicators/extremes.ts';
import { emaMemory, wilderMemory } from './memory.ts';
import { defineStrategy, emptySignals } from './strategy.ts';

/**
 * Long while the fast average is above the slow one, entered within a few candles of the cross.
 * The first stop is a multiple of recent range below the close, the trail hangs from the highest high.
 */
export const trendEma = defineStrategy({
  id: 'trend_ema',
  title: 'Moving-average trend',
  family: 'trend',
  formula:
    '+1 on the candle on which EMA(fast) crosses above EMA(slow) and the next ones, `fresh` in all, while EMA(fast) > EMA(slow) and C > EMA(fast). Never −1. Exit: EMA(fast) crosses below EMA(slow) or meets it. Stop: C − stop × ATR(range). Trail: highest H of trailRange candles − trail × ATR(trailRange).',
  source:
    'Appel, Technical Analysis: Power Tools for Active Investors (2005), on crossing averages; the trail is the chandelier of LeBeau, told by Elder, Come Into My Trading Room (2002)',
  loses:
    'In a market that swings without going anywhere: each cross comes late and is taken back, and every one pays its fees.',
  params: z
    .strictObject({
      fast: z.int().min(2).default(20).describe('candles'),
      slow: z.int().min(3).default(50).describe('candles'),
      fresh: z.int().min(1).default(3).describe('candles on which it votes, from the cross on'),
      range: z.int().min(1).default(14).describe('candles of average true range'),
      stop: z.number().positive().default(1.5).describe('average true ranges below the close'),
      trailRange: z.int().min(1).default(22).describe('candles of the trailing stop'),
      trail: z.number().positive().default(3).describe('average true ranges below the highest high'),
    })
    .refine(({ fast, slow }) => fast < slow, { path: ['fast'], error: 'fast must be shorter than slow' }),
  warmup: ({ slow, range, trailRange }) => Math.max(slow, range, trailRange),
  lookback: ({ slow, fresh, range, trailRange }) =>
    Math.max(emaMemory(slow) + fresh, wilderMemory(Math.max(range, trailRange))),

  prepare({ high, low, close }, { fast, slow, fresh, range, stop, trailRange, trail }) {
    const fastLine = ema(close, fast);
    const slowLine = ema(close, slow);
    const rangeLine = atr(high, low, close, range);
    const peak = highest(high, trailRange);
    const trailLine = atr(high, low, close, trailRange);
    const signals = { ...emptySignals(close.length), trail: new Float64Array(close.length).fill(Number.NaN) };

    let age = Number.POSITIVE_INFINITY; // candles since the fast average last crossed above the slow one
    for (let i = 1; i < close.length; i++) {
      const isAbove = fastLine[i]! > slowLine[i]!;
      // Two questions, not one and its negation: both are answered no while an average is missing.
      const wasAbove = fastLine[i - 1]! > slowLine[i - 1]!;
      const wasNotAbove = fastLine[i - 1]! <= slowLine[i - 1]!;
      age = isAbove && wasNotAbove ? 0 : age + 1;

      signals.stop[i] = close[i]! - stop * rangeLine[i]!;
      signals.trail[i] = peak[i]! - trail * trailLine[i]!;
      const isProtected = signals.stop[i]! < close[i]! && signals.trail[i]! < close[i]!;
      if (isAbove && age < fresh && close[i]! > fastLine[i]! && isProtected) signals.vote[i] = 1;
      if (wasAbove && !isAbove) signals.exit[i] = 1;
    }
    return signals;
  },
});
