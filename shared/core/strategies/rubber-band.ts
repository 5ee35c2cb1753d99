import * as z from 'zod';
import { rsi as rsiOf } from '../indicators/rsi.ts';
import { bandLookback, bandParams, bandReversion, bandWarmup } from './band-reversion.ts';
import { wilderMemory } from './memory.ts';
import { defineStrategy } from './strategy.ts';

/**
 * Mean reversion that also asks the relative strength index: of the votes below and above the Bollinger bands it
 * keeps those where the market is oversold or overbought. Exit and levels are those of `mean_reversion_bb`.
 */
export const rubberBand = defineStrategy({
  id: 'rubber_band',
  title: 'Rubber band',
  family: 'reversion',
  formula:
    '+1: C < SMA(period) − width × σ(period) and RSI(rsi) < oversold. −1: C > SMA(period) + width × σ(period) and RSI(rsi) > overbought. Exit: C ≥ SMA(period). Stop: C − stop × ATR(range). Target: SMA(period). Closed after `time` candles.',
  source: 'Bollinger, Bollinger on Bollinger Bands (2001), confirmed by an oscillator',
  loses: 'In a crash: bands and index say oversold from its first candles to its last.',
  params: bandParams({ period: 20, width: 2.5, range: 14, stop: 2, time: 12 })
    .extend({
      rsi: z.int().min(1).default(14).describe('candles of the relative strength index'),
      oversold: z.number().min(0).max(100).default(30).describe('index, 0 to 100, below which it votes long'),
      overbought: z
        .number()
        .min(0)
        .max(100)
        .default(70)
        .describe('index, 0 to 100, above which it votes short'),
    })
    .refine(({ oversold, overbought }) => oversold < overbought, {
      path: ['oversold'],
      error: 'oversold must be below overbought',
    }),
  warmup: (params) => Math.max(bandWarmup(params), params.rsi),
  lookback: (params) => Math.max(bandLookback(params), wilderMemory(params.rsi)),
  timeStopBars: ({ time }) => time,

  prepare(candles, { rsi, oversold, overbought, ...band }) {
    const signals = bandReversion(candles, band);
    const index = rsiOf(candles.close, rsi);

    // What is missing confirms nothing: so each asks for the confirmation and negates the answer.
    for (let i = 0; i < index.length; i++) {
      if (signals.vote[i] === 1 && !(index[i]! < oversold)) signals.vote[i] = 0;
      if (signals.vote[i] === -1 && !(index[i]! > overbought)) signals.vote[i] = 0;
    }
    return signals;
  },
});
