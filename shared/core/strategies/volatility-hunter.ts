import * as z from 'zod';
import { atr } from '../indicators/atr.ts';
import { bollinger } from '../indicators/bollinger.ts';
import { rsi as rsiOf } from '../indicators/rsi.ts';
import { sma } from '../indicators/sma.ts';
import { wilderMemory } from './memory.ts';
import { defineStrategy, emptySignals } from './strategy.ts';

/**
 * Long when a candle of much volume dives below the lower Bollinger band in an oversold market and leaves a long
 * wick there: somebody bought. Out at the average, at a target some average ranges above, or after some candles.
 */
export const volatilityHunter = defineStrategy({
  id: 'volatility_hunter',
  title: 'Volatility hunter',
  family: 'reversion',
  formula:
    '+1: L < SMA(period) − width × σ(period), RSI(rsi) < oversold, V > volume × SMA(V, period), and min(O, C) − L > wick × (H − L). −1: H > SMA(period) + width × σ(period), RSI(rsi) > overbought, the same volume, and H − max(O, C) > wick × (H − L). Exit: C ≥ SMA(period). Stop: C − stop × ATR(range). Target: C + target × ATR(range). Closed after `time` candles.',
  source:
    'Wyckoff’s selling climax, as in Pruden, The Three Skills of Top Trading (2007); the bands are Bollinger’s',
  loses: 'In a crash of several waves: each leaves its wick and its volume, and the next goes below it.',
  params: z
    .strictObject({
      period: z.int().min(2).default(20).describe('candles of average, bands and average volume'),
      width: z.number().positive().default(2.5).describe('standard deviations from the average to each band'),
      rsi: z.int().min(1).default(14).describe('candles of the relative strength index'),
      oversold: z.number().min(0).max(100).default(30).describe('index, 0 to 100, below which it votes long'),
      overbought: z
        .number()
        .min(0)
        .max(100)
        .default(70)
        .describe('index, 0 to 100, above which it votes short'),
      volume: z.number().positive().default(1.3).describe('average volumes that a candle must exceed'),
      wick: z
        .number()
        .min(0)
        .lt(1)
        .default(0.4)
        .describe('part of its range that its wick must exceed, fraction'),
      range: z.int().min(1).default(14).describe('candles of average true range'),
      stop: z.number().positive().default(1.5).describe('average true ranges below the close'),
      target: z.number().positive().default(3).describe('average true ranges above the close'),
      time: z.int().min(1).default(20).describe('candles after which a position is closed'),
    })
    .refine(({ oversold, overbought }) => oversold < overbought, {
      path: ['oversold'],
      error: 'oversold must be below overbought',
    }),
  warmup: ({ period, rsi, range }) => Math.max(period - 1, rsi, range),
  lookback: ({ period, rsi, range }) => Math.max(period, wilderMemory(Math.max(rsi, range))),
  timeStopBars: ({ time }) => time,

  prepare({ open, high, low, close, volume }, params) {
    const { upper, lower, middle } = bollinger(close, params);
    const index = rsiOf(close, params.rsi);
    const usualVolume = sma(volume, params.period);
    const rangeLine = atr(high, low, close, params.range);
    const signals = {
      ...emptySignals(close.length),
      target: new Float64Array(close.length).fill(Number.NaN),
    };

    for (let i = 0; i < close.length; i++) {
      const price = close[i]!;
      const distance = params.stop * rangeLine[i]!;
      signals.stop[i] = price - distance;
      signals.target[i] = price + params.target * rangeLine[i]!;
      const wick = params.wick * (high[i]! - low[i]!);
      const isBusy = volume[i]! > params.volume * usualVolume[i]!;
      const isDive = isBusy && low[i]! < lower[i]! && Math.min(open[i]!, price) - low[i]! > wick;
      const isSpike = isBusy && high[i]! > upper[i]! && high[i]! - Math.max(open[i]!, price) > wick;
      if (isDive && index[i]! < params.oversold && price - distance < price) signals.vote[i] = 1;
      if (isSpike && index[i]! > params.overbought && price + distance > price) signals.vote[i] = -1;
      if (price >= middle[i]!) signals.exit[i] = 1;
    }
    return signals;
  },
});
