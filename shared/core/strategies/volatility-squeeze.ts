import * as z from 'zod';
import { atr } from '../indicators/atr.ts';
import { ttmSqueeze } from '../indicators/ttm-squeeze.ts';
import { wilderMemory } from './memory.ts';
import { defineStrategy, emptySignals } from './strategy.ts';

/**
 * Long on the candle on which a squeeze of some candles ends, when momentum is above nothing and growing; out when
 * momentum is below nothing, or shrank twice.
 */
export const volatilitySqueeze = defineStrategy({
  id: 'volatility_squeeze',
  title: 'Volatility squeeze',
  family: 'breakout',
  formula:
    'Squeeze: SMA(period) ± width × σ(period) inside SMA(period) ± reach × SMA(true range, period). Momentum: least-squares line, at t, through the last `period` of C − ((highest H + lowest L of `period`) / 2 + SMA(period)) / 2. +1 on the first candle off after `least` or more on, with momentum > 0 and above that of the candle before; −1 with momentum < 0 and below it. Exit: momentum < 0, or lower than on the candle before on this candle and on that one. Stop: C − stop × ATR(range). Target: C + reward × (C − stop level).',
  source: 'Carter, Mastering the Trade (2005)',
  loses:
    'When nothing follows the quiet time: the squeeze ends, begins anew, and every end of it is an entry.',
  params: z.strictObject({
    period: z.int().min(2).default(20).describe('candles of averages, bands and momentum'),
    width: z.number().positive().default(2).describe('standard deviations from the average to each band'),
    reach: z
      .number()
      .positive()
      .default(1.5)
      .describe('average true ranges from the average to each side of the channel'),
    least: z.int().min(1).default(3).describe('candles that a squeeze lasts at least'),
    range: z.int().min(1).default(14).describe('candles of average true range of the stop'),
    stop: z.number().positive().default(2).describe('average true ranges below the close'),
    reward: z.number().positive().default(2).describe('distances of the stop from the close to the target'),
  }),
  warmup: ({ period, least, range }) => Math.max(2 * period - 1, period + least, range),
  // Whether momentum fell twice is asked of three values of it.
  lookback: ({ period, least, range }) => Math.max(2 * period + 1, period + least + 1, wilderMemory(range)),

  prepare({ high, low, close }, { period, width, reach, least, range, stop, reward }) {
    const { on, momentum } = ttmSqueeze({ high, low, close }, { period, width, reach });
    const ends = endsOfSqueeze(on, least);
    const rangeLine = atr(high, low, close, range);
    const target = new Float64Array(close.length).fill(Number.NaN);
    const signals = { ...emptySignals(close.length), target };

    let hasFallen = false;
    for (let i = 1; i < close.length; i++) {
      const price = close[i]!;
      const distance = stop * rangeLine[i]!;
      signals.stop[i] = price - distance;
      target[i] = price + reward * (price - signals.stop[i]!);

      const now = momentum[i]!;
      const isRising = now > momentum[i - 1]!;
      const isFalling = now < momentum[i - 1]!;
      const fires = ends[i] === 1;
      if (fires && now > 0 && isRising && price - distance < price) signals.vote[i] = 1;
      if (fires && now < 0 && isFalling && price + distance > price) signals.vote[i] = -1;
      if (now < 0 || (isFalling && hasFallen)) signals.exit[i] = 1;
      hasFallen = isFalling;
    }
    return signals;
  },
});

/** 1 on each first candle off after at least so many on. */
function endsOfSqueeze(on: Float64Array, least: number): Uint8Array {
  const ends = new Uint8Array(on.length);
  let age = 0; // candles that the squeeze has lasted
  for (let i = 0; i < on.length; i++) {
    if (on[i] === 0 && age >= least) ends[i] = 1;
    age = on[i] === 1 ? age + 1 : 0;
  }
  return ends;
}
