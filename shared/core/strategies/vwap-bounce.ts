import * as z from 'zod';
import { atr } from '../indicators/atr.ts';
import { ema } from '../indicators/ema.ts';
import { vwap } from '../indicators/vwap.ts';
import { sessionStarts, utcDayMs } from '../market/calendar.ts';
import { DAY_MS, timeframeMs } from '../market/timeframes.ts';
import { emaMemory, wilderMemory } from './memory.ts';
import { defineStrategy, emptySignals } from './strategy.ts';

const params = z.strictObject({
  average: z.int().min(2).default(50).describe('candles'),
  range: z.int().min(1).default(14).describe('candles of average true range'),
  stop: z.number().positive().default(1.5).describe('average true ranges below the volume-weighted price'),
  reward: z.number().positive().default(2).describe('distances of the stop from the close to the target'),
});

/**
 * Long when the price, above its average and above what the day paid on average, falls back to the latter and closes
 * above it again.
 */
export const vwapBounce = defineStrategy({
  id: 'vwap_bounce',
  title: 'Bounce off the volume price',
  family: 'reversion',
  formula:
    'VWAP since 00:00 UTC, the candle included. +1, not on the first candle of the day: C > VWAP on the candle before, C > EMA(average), L ≤ VWAP, C > VWAP and C > O. −1, not on the first candle of the day: C < VWAP on the candle before, C < EMA(average), H ≥ VWAP, C < VWAP and C < O. Exit: C < VWAP and C < EMA(average). Stop: VWAP − stop × ATR(range). Target: C + reward × (C − stop level).',
  source:
    'Berkowitz, Logue and Noser, The Total Cost of Transactions on the NYSE (1988), on the volume-weighted price',
  loses:
    'When the fall to the volume price is the turn: early in a day that price follows each candle and holds nothing.',
  params,
  longest: '4h',
  warmup: ({ average, range }) => Math.max(average - 1, range),
  lookback: ({ average, range }, timeframe) =>
    Math.max(emaMemory(average), wilderMemory(range), DAY_MS / timeframeMs[timeframe]),

  prepare(candles, { average, range, stop, reward }) {
    const { openMs, open, high, low, close } = candles;
    const starts = sessionStarts(openMs, utcDayMs);
    const paid = vwap(candles, starts);
    const averageLine = ema(close, average);
    const rangeLine = atr(high, low, close, range);
    const target = new Float64Array(close.length).fill(Number.NaN);
    const signals = { ...emptySignals(close.length), target };

    for (let i = 1; i < close.length; i++) {
      const price = close[i]!;
      const level = paid[i]!;
      const distance = stop * rangeLine[i]!;
      signals.stop[i] = level - distance;
      target[i] = price + reward * (price - signals.stop[i]!);

      const isLater = starts[i] === 0;
      const wasOver = close[i - 1]! > paid[i - 1]!;
      const wasUnder = close[i - 1]! < paid[i - 1]!;
      const isRise = price > averageLine[i]! && price > level && price > open[i]!;
      const isFall = price < averageLine[i]! && price < level && price < open[i]!;
      const isLong = isLater && wasOver && isRise && low[i]! <= level && level - distance < price;
      const isShort = isLater && wasUnder && isFall && high[i]! >= level && level + distance > price;
      if (isLong) signals.vote[i] = 1;
      if (isShort) signals.vote[i] = -1;
      if (price < level && price < averageLine[i]!) signals.exit[i] = 1;
    }
    return signals;
  },
});
