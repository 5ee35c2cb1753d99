import * as z from 'zod';
import { atr } from '../indicators/atr.ts';
import { donchian } from '../indicators/donchian.ts';
import { lowest } from '../indicators/extremes.ts';
import { wilderMemory } from './memory.ts';
import { defineStrategy, emptySignals } from './strategy.ts';

/**
 * Long when the close breaks above the highest high of the candles before it, out when it breaks below
 * the lowest low of fewer of them. Without the original's skip rule, second system and pyramiding.
 */
export const turtle = defineStrategy({
  id: 'turtle',
  title: 'Turtle breakout',
  family: 'breakout',
  formula:
    '+1: C > highest H of the `entry` candles before. −1: C < lowest L of them. Exit: C < lowest L of the `exit` candles before. Stop: C − stop × ATR(range).',
  source:
    'Faith, Way of the Turtle (2007): system 1 without its skip rule, second system and added units; the channel is Donchian’s',
  loses: 'In ranges: most breakouts fail, and many small losses wait for one long trend that may not come.',
  params: z
    .strictObject({
      entry: z.int().min(1).default(20).describe('candles of the entry channel'),
      exit: z.int().min(1).default(10).describe('candles of the exit channel'),
      range: z.int().min(1).default(20).describe('candles of average true range'),
      stop: z.number().positive().default(2).describe('average true ranges below the close'),
    })
    .refine(({ entry, exit }) => exit <= entry, {
      path: ['exit'],
      error: 'exit must not be longer than entry',
    }),
  warmup: ({ entry, range }) => Math.max(entry, range),
  lookback: ({ entry, range }) => Math.max(entry + 1, wilderMemory(range)),

  prepare({ high, low, close }, { entry, exit, range, stop }) {
    const channel = donchian(high, low, entry);
    const floor = lowest(low, exit);
    const rangeLine = atr(high, low, close, range);
    const signals = emptySignals(close.length);

    for (let i = 1; i < close.length; i++) {
      const price = close[i]!;
      const distance = stop * rangeLine[i]!;
      signals.stop[i] = price - distance;
      if (price > channel.upper[i - 1]! && price - distance < price) signals.vote[i] = 1;
      if (price < channel.lower[i - 1]! && price + distance > price) signals.vote[i] = -1;
      if (price < floor[i - 1]!) signals.exit[i] = 1;
    }
    return signals;
  },
});
