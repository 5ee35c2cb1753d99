import * as z from 'zod';
import { atr } from '../indicators/atr.ts';
import { highest, lowest } from '../indicators/extremes.ts';
import { rsi as rsiOf } from '../indicators/rsi.ts';
import { wilderMemory } from './memory.ts';
import { defineStrategy, emptySignals } from './strategy.ts';

/**
 * Long when the price makes a lower pivot low than the one before and the relative strength index does not follow.
 * A pivot is one only once some candles after it are known, so it votes that many candles late, and never looks ahead.
 */
export const rsiDivergence = defineStrategy({
  id: 'rsi_divergence',
  title: 'RSI divergence',
  family: 'divergence',
  formula:
    'p is the candle `side` candles ago; a pivot low has an L below those of `side` candles on each side; q is the pivot low before p. +1: p is a pivot low, gapMin ≤ p − q ≤ gapMax, L[p] < L[q], RSI(rsi)[p] > RSI(rsi)[q] + rise, and RSI(rsi)[q] < oversold. −1: the mirror image with pivot highs, H[p] > H[q], RSI(rsi)[p] < RSI(rsi)[q] − rise, and RSI(rsi)[q] > overbought. Exit: RSI(rsi) > exit. Stop: L[p] − stop × ATR(range). Target: C + reward × (C − stop level).',
  source:
    'Wilder, New Concepts in Technical Trading Systems (1978); Cardwell and Brown made divergences a method',
  loses: 'In a strong trend: divergence follows divergence, and each is bought a little lower.',
  params: z
    .strictObject({
      rsi: z.int().min(1).default(14).describe('candles of the relative strength index'),
      side: z.int().min(1).default(3).describe('candles on each side of a pivot'),
      gapMin: z.int().min(1).default(5).describe('candles between two pivots, at least'),
      gapMax: z.int().min(1).default(60).describe('candles between two pivots, at most'),
      rise: z
        .number()
        .min(0)
        .default(1)
        .describe('points by which the index must be higher at the second pivot'),
      oversold: z
        .number()
        .min(0)
        .max(100)
        .default(35)
        .describe('index, 0 to 100, below which the first low lies'),
      overbought: z
        .number()
        .min(0)
        .max(100)
        .default(65)
        .describe('index, 0 to 100, above which the first high lies'),
      exit: z.number().min(0).max(100).default(70).describe('index, 0 to 100, above which a long is left'),
      range: z.int().min(1).default(14).describe('candles of average true range'),
      stop: z.number().positive().default(0.5).describe('average true ranges below the second low'),
      reward: z.number().positive().default(2).describe('distances to the stop from the close to the target'),
    })
    .refine(({ gapMin, gapMax }) => gapMin <= gapMax, {
      path: ['gapMin'],
      error: 'gapMin must not be more than gapMax',
    })
    // Of two pivots of one kind neither lies among the candles on one side of the other.
    .refine(({ side, gapMax }) => gapMax > side, {
      path: ['gapMax'],
      error: 'gapMax must be more than side, or no two pivots are so near',
    })
    .refine(({ oversold, overbought }) => oversold < overbought, {
      path: ['oversold'],
      error: 'oversold must be below overbought',
    }),
  // Two pivots of the same kind are further apart than the candles on one side of them.
  warmup: ({ rsi, side, gapMin, range }) =>
    Math.max(Math.max(rsi, side) + Math.max(gapMin, side + 1) + side, range),
  lookback: ({ rsi, side, gapMax, range }) =>
    Math.max(Math.max(wilderMemory(rsi), side + 1) + gapMax + side, wilderMemory(range)),

  prepare({ high, low, close }, params) {
    const { side, oversold, overbought, exit, range, stop, reward } = params;
    const index = rsiOf(close, params.rsi);
    const rangeLine = atr(high, low, close, range);
    const lows = divergences({ prices: low, index, sign: 1, level: oversold }, params);
    const highs = divergences({ prices: high, index, sign: -1, level: overbought }, params);
    const signals = {
      ...emptySignals(close.length),
      target: new Float64Array(close.length).fill(Number.NaN),
    };

    for (let i = side; i < close.length; i++) {
      const price = close[i]!;
      const distance = stop * rangeLine[i]!;
      signals.stop[i] = low[i - side]! - distance;
      signals.target[i] = price + reward * (price - signals.stop[i]!);
      // A candle can be both pivots at once, and diverge on both sides: then the low counts.
      if (highs[i] === 1 && high[i - side]! + distance > price) signals.vote[i] = -1;
      if (lows[i] === 1 && signals.stop[i]! < price) signals.vote[i] = 1;
      if (index[i]! > exit) signals.exit[i] = 1;
    }
    return signals;
  },
});

/** One side of the market. Numbers times `sign` are compared, so that one text asks for lows (1) and for highs (−1). */
interface Look {
  readonly prices: Float64Array;
  readonly index: Float64Array;
  readonly sign: 1 | -1;
  readonly level: number;
}

interface Pivots {
  readonly side: number;
  readonly gapMin: number;
  readonly gapMax: number;
  readonly rise: number;
}

/** 1 on each candle with which the one `side` before it becomes a pivot that diverges from the pivot before. */
function divergences(
  { prices, index, sign, level }: Look,
  { side, gapMin, gapMax, rise }: Pivots,
): Uint8Array {
  const extremes = sign === 1 ? lowest(prices, side) : highest(prices, side);
  const found = new Uint8Array(prices.length);
  let q = Number.NEGATIVE_INFINITY; // no pivot yet
  for (let i = side; i < prices.length; i++) {
    const p = i - side;
    const price = sign * prices[p]!;
    if (!(price < sign * extremes[p - 1]! && price < sign * extremes[i]!)) continue;

    const isNear = p - q >= gapMin && p - q <= gapMax;
    const isBeyond = price < sign * prices[q]!;
    const isBehind = sign * index[p]! > sign * index[q]! + rise && sign * index[q]! < sign * level;
    if (isNear && isBeyond && isBehind) found[i] = 1;
    q = p;
  }
  return found;
}
