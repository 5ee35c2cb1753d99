import * as z from 'zod';
import { atr } from '../indicators/atr.ts';
import { sma as smaOf } from '../indicators/sma.ts';
import { wilderMemory } from './memory.ts';
import { defineStrategy, emptySignals } from './strategy.ts';

/**
 * A ladder of levels below an average, entered once at one of them: long when the close crosses below that level,
 * out when it is back at the average. One step below the last level is the stop.
 */
export const gridLadder = defineStrategy({
  id: 'grid_ladder',
  title: 'Grid ladder',
  family: 'ladder',
  formula:
    '+1: C crosses below SMA(sma) − level × step × ATR(range). Never −1. Exit: C ≥ SMA(sma). Stop: SMA(sma) − (levels + 1) × step × ATR(range). Target: SMA(sma). Closed after `time` candles.',
  source:
    'Katz and McCormick, The Encyclopedia of Trading Strategies (2000), on counter-trend entries; ladders of orders themselves are folklore',
  loses:
    'When the average is left for good: it buys on the way down, and the stop is the rest of the ladder.',
  params: z
    .strictObject({
      sma: z.int().min(2).default(50).describe('candles of the average'),
      range: z.int().min(1).default(14).describe('candles of average true range'),
      step: z.number().positive().default(0.5).describe('average true ranges between two levels'),
      levels: z.int().min(1).default(5).describe('levels of the ladder'),
      level: z.int().min(1).default(3).describe('level of the entry, counted from the average'),
      time: z.int().min(1).default(60).describe('candles after which a position is closed'),
    })
    .refine(({ level, levels }) => level <= levels, {
      path: ['level'],
      error: 'level must not be beyond the last of the levels',
    }),
  warmup: ({ sma, range }) => Math.max(sma, range + 1),
  lookback: ({ sma, range }) => Math.max(sma, wilderMemory(range)) + 1,
  timeStopBars: ({ time }) => time,

  prepare({ high, low, close }, { sma, range, step, levels, level }) {
    const middle = smaOf(close, sma);
    const rangeLine = atr(high, low, close, range);
    const signals = emptySignals(close.length);

    let entryBefore = Number.NaN;
    for (let i = 0; i < close.length; i++) {
      const price = close[i]!;
      const entry = middle[i]! - level * step * rangeLine[i]!;
      signals.stop[i] = middle[i]! - (levels + 1) * step * rangeLine[i]!;
      const crossesBelow = close[i - 1]! >= entryBefore && price < entry;
      if (crossesBelow && signals.stop[i]! < price) signals.vote[i] = 1;
      if (price >= middle[i]!) signals.exit[i] = 1;
      entryBefore = entry;
    }
    return { ...signals, target: middle };
  },
});
