import * as z from 'zod';
import { atr } from '../indicators/atr.ts';
import { ema as emaOf } from '../indicators/ema.ts';
import { highest } from '../indicators/extremes.ts';
import { type Macd, macd } from '../indicators/macd.ts';
import { rsi as rsiOf } from '../indicators/rsi.ts';
import { type Stochastic, stochf } from '../indicators/stochf.ts';
import { emaMemory, macdMemory, wilderMemory } from './memory.ts';
import { defineStrategy, emptySignals } from './strategy.ts';

const POINTS_MIN = 2;

/**
 * Long on the first candle on which two of three oscillators point upward and the close is above its average; with
 * all three it votes with its whole weight. Out while two of them point downward and the close is below.
 */
export const tripleMomentum = defineStrategy({
  id: 'triple_momentum',
  title: 'Triple momentum',
  family: 'momentum',
  formula:
    'Points: RSI(rsi) crosses above 50, or rises from below 40; MACD(fast, slow) > its EMA(signal); %K(k) > %D(d) and %K < 80. +1 on the first candle with at least 2 points and C > EMA(ema): strength 1 with three of them, 0.5 with two. −1: the mirror image: crosses below 50, or falls from above 60; <; < and %K > 20; C < EMA(ema). Exit: on every candle on which that holds. Stop: C − stop × ATR(range). Trail: highest C of trailPeriod candles − trail × ATR(range).',
  source:
    'Elder, Trading for a Living (1993), on a trend and several oscillators; the oscillators are Wilder’s, Appel’s and Lane’s',
  loses: 'In a market that swings about its average: the oscillators turn late together, and turn back.',
  params: z
    .strictObject({
      rsi: z.int().min(1).default(14).describe('candles of the relative strength index'),
      fast: z.int().min(1).default(12).describe('candles of the fast average of the MACD'),
      slow: z.int().min(2).default(26).describe('candles of its slow average'),
      signal: z.int().min(2).default(9).describe('candles of the average of their difference'),
      k: z.int().min(2).default(14).describe('candles of the range of the stochastic'),
      d: z.int().min(2).default(3).describe('candles of its average'),
      ema: z.int().min(2).default(50).describe('candles of the average that the close must be above'),
      range: z.int().min(1).default(14).describe('candles of average true range'),
      stop: z.number().positive().default(2.5).describe('average true ranges below the close'),
      trailPeriod: z.int().min(1).default(22).describe('candles of the trailing stop'),
      trail: z.number().positive().default(2.5).describe('average true ranges below the highest close'),
    })
    .refine(({ fast, slow }) => fast < slow, { path: ['fast'], error: 'fast must be shorter than slow' }),
  warmup: ({ rsi, slow, signal, k, d, ema, range, trailPeriod }) =>
    Math.max(rsi + 2, slow + signal - 1, k + d - 1, ema, range, trailPeriod - 1),
  // What is asked of a candle is asked of the one before it too, and the index also of one more.
  lookback: ({ rsi, k, d, ema, range, trailPeriod, ...convergence }) =>
    Math.max(
      wilderMemory(rsi) + 2,
      macdMemory(convergence) + 1,
      k + d,
      emaMemory(ema) + 1,
      wilderMemory(range),
      trailPeriod,
    ),

  prepare({ high, low, close }, params) {
    const { fast, slow, signal, k, d, range, stop, trailPeriod, trail } = params;
    const lines = {
      close,
      trend: emaOf(close, params.ema),
      index: rsiOf(close, params.rsi),
      convergence: macd(close, { fast, slow, signal }),
      stochastic: stochf(high, low, close, { k, d }),
    };
    const rangeLine = atr(high, low, close, range);
    const peak = highest(close, trailPeriod);
    const signals = {
      ...emptySignals(close.length),
      strength: new Float64Array(close.length).fill(1),
      trail: new Float64Array(close.length).fill(Number.NaN),
    };

    let before = Number.NaN;
    for (let i = 0; i < close.length; i++) {
      const price = close[i]!;
      const distance = stop * rangeLine[i]!;
      signals.stop[i] = price - distance;
      signals.trail[i] = peak[i]! - trail * rangeLine[i]!;

      const now = heldPoints(lines, i);
      const side = sideBegun(before, now);
      if (side === 1 && signals.stop[i]! < price && signals.trail[i]! < price) signals.vote[i] = 1;
      if (side === -1 && price + distance > price && Number.isFinite(signals.trail[i]!)) signals.vote[i] = -1;
      if (signals.vote[i] !== 0 && Math.abs(now) < 3) signals.strength[i] = 0.5;
      if (now < 0) signals.exit[i] = 1;
      before = now;
    }
    return signals;
  },
});

interface Lines {
  readonly close: Float64Array;
  readonly trend: Float64Array;
  readonly index: Float64Array;
  readonly convergence: Macd;
  readonly stochastic: Stochastic;
}

/** The side of which this is the first candle: 1, −1 or 0. None follows upon a candle without points to compare with. */
function sideBegun(before: number, now: number): number {
  if (now > 0 && before <= 0) return 1;
  return now < 0 && before >= 0 ? -1 : 0;
}

/**
 * Points of the side that holds on a candle: above 0 upward, below 0 downward, 0 when neither holds. NaN where a line
 * is missing; of `d` alone a missing value only gives no point.
 */
function heldPoints(lines: Lines, i: number): number {
  const { close, trend, index, convergence, stochastic } = lines;
  const isMissing = Number.isNaN(trend[i]! + index[i - 1]! + convergence.signal[i]! + stochastic.k[i]!);
  if (isMissing) return Number.NaN;
  const isUp = close[i]! > trend[i]!;
  if (!isUp && !(close[i]! < trend[i]!)) return 0;
  const points = isUp ? pointsUp(lines, i) : pointsDown(lines, i);
  if (points < POINTS_MIN) return 0;
  return isUp ? points : -points;
}

function pointsUp({ index, convergence, stochastic: { k, d } }: Lines, i: number): number {
  const before = index[i - 1]!;
  const now = index[i]!;
  const isTurning = (before <= 50 && now > 50) || (before < 40 && now > before);
  const isAbove = convergence.macd[i]! > convergence.signal[i]!;
  return Number(isTurning) + Number(isAbove) + Number(k[i]! > d[i]! && k[i]! < 80);
}

function pointsDown({ index, convergence, stochastic: { k, d } }: Lines, i: number): number {
  const before = index[i - 1]!;
  const now = index[i]!;
  const isTurning = (before >= 50 && now < 50) || (before > 60 && now < before);
  const isBelow = convergence.macd[i]! < convergence.signal[i]!;
  return Number(isTurning) + Number(isBelow) + Number(k[i]! < d[i]! && k[i]! > 20);
}
