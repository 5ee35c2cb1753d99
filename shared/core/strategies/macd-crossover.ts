import * as z from 'zod';
import { atr } from '../indicators/atr.ts';
import { macd } from '../indicators/macd.ts';
import { macdMemory, wilderMemory } from './memory.ts';
import { defineStrategy, emptySignals } from './strategy.ts';

/**
 * Long when the difference of two averages crosses above its own average, out when it crosses below it.
 * The target lies some times as far above the close as the stop lies below it.
 */
export const macdCrossover = defineStrategy({
  id: 'macd_crossover',
  title: 'MACD crossover',
  family: 'momentum',
  formula:
    '+1: MACD(fast, slow) crosses above its EMA(signal). −1: it crosses below. Exit: the same. Stop: C − stop × ATR(range). Target: C + reward × (C − stop level).',
  source: 'Appel, Technical Analysis: Power Tools for Active Investors (2005)',
  loses: 'In a market without direction: the lines cross every few candles, and each cross pays its fees.',
  params: z
    .strictObject({
      fast: z.int().min(1).default(12).describe('candles of the fast average'),
      slow: z.int().min(2).default(26).describe('candles of the slow average'),
      signal: z.int().min(2).default(9).describe('candles of the average of their difference'),
      range: z.int().min(1).default(14).describe('candles of average true range'),
      stop: z.number().positive().default(2).describe('average true ranges below the close'),
      reward: z.number().positive().default(2).describe('distances to the stop from the close to the target'),
    })
    .refine(({ fast, slow }) => fast < slow, { path: ['fast'], error: 'fast must be shorter than slow' }),
  warmup: ({ slow, signal, range }) => Math.max(slow + signal - 1, range),
  lookback: ({ slow, signal, range }) => Math.max(macdMemory({ slow, signal }) + 1, wilderMemory(range)),

  prepare({ high, low, close }, { fast, slow, signal, range, stop, reward }) {
    const { macd: line, signal: average } = macd(close, { fast, slow, signal });
    const rangeLine = atr(high, low, close, range);
    const signals = {
      ...emptySignals(close.length),
      target: new Float64Array(close.length).fill(Number.NaN),
    };

    for (let i = 1; i < close.length; i++) {
      const price = close[i]!;
      const distance = stop * rangeLine[i]!;
      const level = price - distance;
      signals.stop[i] = level;
      signals.target[i] = price + reward * (price - level);

      const crossesAbove = line[i - 1]! <= average[i - 1]! && line[i]! > average[i]!;
      const crossesBelow = line[i - 1]! >= average[i - 1]! && line[i]! < average[i]!;
      if (crossesAbove && level < price) signals.vote[i] = 1;
      if (crossesBelow && price + distance > price) signals.vote[i] = -1;
      if (crossesBelow) signals.exit[i] = 1;
    }
    return signals;
  },
});
