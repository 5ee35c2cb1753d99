import * as z from 'zod';
import { atr } from '../indicators/atr.ts';
import { bollinger } from '../indicators/bollinger.ts';
import { quantile } from '../indicators/quantile.ts';
import { wilderMemory } from './memory.ts';
import { defineStrategy, emptySignals } from './strategy.ts';

/**
 * Long when the close leaves the Bollinger bands upward on the candle after they were as narrow as they seldom are.
 * The candle of the breakout widens them itself: so it is the candle before that must have been narrow.
 */
export const squeezeBreakout = defineStrategy({
  id: 'squeeze_breakout',
  title: 'Bollinger squeeze breakout',
  family: 'breakout',
  formula:
    'Bands: SMA(period) ± width × σ(period); squeeze: (upper − lower) / SMA(period) ≤ its `quantile` over `window` candles. +1: squeeze on the candle before and C > upper. −1: squeeze on the candle before and C < lower. Exit: C < SMA(period). Stop: C − stop × ATR(range). Target: C + reward × (C − stop level).',
  source: 'Bollinger, Bollinger on Bollinger Bands (2001): method I, the lowest band width in six months',
  loses:
    'When the first move out of a quiet time is a feint: the close is back inside at once, and the next feint follows.',
  params: z.strictObject({
    period: z.int().min(2).default(20).describe('candles of average and bands'),
    width: z.number().positive().default(2).describe('standard deviations from the average to each band'),
    window: z.int().min(2).default(125).describe('candles whose band widths are compared'),
    quantile: z.number().positive().max(1).default(0.05).describe('share of these widths that are narrow'),
    range: z.int().min(1).default(14).describe('candles of average true range'),
    stop: z.number().positive().default(1.5).describe('average true ranges below the close'),
    reward: z.number().positive().default(2).describe('distances of the stop from the close to the target'),
  }),
  warmup: ({ period, window, range }) => Math.max(period + window - 1, range),
  lookback: ({ period, window, range }) => Math.max(period + window, wilderMemory(range)),

  prepare({ high, low, close }, { period, width, window, quantile: share, range, stop, reward }) {
    const { upper, lower, middle } = bollinger(close, { period, width });
    const widths = new Float64Array(close.length);
    for (let i = 0; i < close.length; i++) widths[i] = (upper[i]! - lower[i]!) / middle[i]!;
    const narrow = quantile(widths, window, share);
    const rangeLine = atr(high, low, close, range);
    const target = new Float64Array(close.length).fill(Number.NaN);
    const signals = { ...emptySignals(close.length), target };

    for (let i = 0; i < close.length; i++) {
      const price = close[i]!;
      const distance = stop * rangeLine[i]!;
      signals.stop[i] = price - distance;
      target[i] = price + reward * (price - signals.stop[i]!);
      const wasNarrow = i > 0 && widths[i - 1]! <= narrow[i - 1]!;
      if (wasNarrow && price > upper[i]! && price - distance < price) signals.vote[i] = 1;
      if (wasNarrow && price < lower[i]! && price + distance > price) signals.vote[i] = -1;
      if (price < middle[i]!) signals.exit[i] = 1;
    }
    return signals;
  },
});
