import * as z from 'zod';
import { atr } from '../indicators/atr.ts';
import { ichimoku as ichimokuOf } from '../indicators/ichimoku.ts';
import { wilderMemory } from './memory.ts';
import { defineStrategy, emptySignals } from './strategy.ts';

/**
 * Long when the fast line crosses above the slow one while the close lies above the cloud and above the close of some
 * candles ago; out at the opposite cross, or below the cloud.
 */
export const ichimoku = defineStrategy({
  id: 'ichimoku',
  title: 'Ichimoku cloud',
  family: 'trend',
  formula:
    'Lines: (highest H + lowest L) / 2 of `tenkan`, `kijun` and `senkou` candles; span A: (tenkan + kijun) / 2, span B: senkou, both of `shift` candles ago. +1: tenkan crosses above kijun, C above both spans and C > C of `shift` candles ago. −1: tenkan crosses below kijun, C below both spans and C < C of `shift` candles ago. Exit: tenkan crosses below kijun, or C below both spans. Stop: kijun − stop × ATR(range).',
  source: 'Hosoda, Ichimoku Kinko Hyo (1969); Elliott, Ichimoku Charts (2007)',
  loses:
    'In a market without direction: the price stays in the cloud or crosses it, and every cross comes late.',
  params: z
    .strictObject({
      tenkan: z.int().min(1).default(9).describe('candles of the fast line'),
      kijun: z.int().min(2).default(26).describe('candles of the slow line'),
      senkou: z.int().min(3).default(52).describe('candles of the slower side of the cloud'),
      shift: z.int().min(1).default(26).describe('candles by which the cloud is drawn ahead'),
      range: z.int().min(1).default(14).describe('candles of average true range'),
      stop: z.number().positive().default(0.5).describe('average true ranges below the slow line'),
    })
    .refine(({ tenkan, kijun }) => tenkan < kijun, {
      path: ['tenkan'],
      error: 'tenkan must be shorter than kijun',
    })
    .refine(({ kijun, senkou }) => kijun < senkou, {
      path: ['kijun'],
      error: 'kijun must be shorter than senkou',
    }),
  warmup: ({ senkou, shift, range }) => Math.max(senkou - 1 + shift, range),
  lookback: ({ senkou, shift, range }) => Math.max(senkou + shift, wilderMemory(range)),

  prepare({ high, low, close }, { range, stop, ...lengths }) {
    const { tenkan, kijun, spanA, spanB } = ichimokuOf(high, low, lengths);
    const rangeLine = atr(high, low, close, range);
    const signals = emptySignals(close.length);

    for (let i = 1; i < close.length; i++) {
      const price = close[i]!;
      const distance = stop * rangeLine[i]!;
      signals.stop[i] = kijun[i]! - distance;
      const crossesAbove = isCross(tenkan, kijun, i);
      const crossesBelow = isCross(kijun, tenkan, i);
      // A span is missing until there is a close so long ago: neither side is asked about it before.
      const isOver = price > spanA[i]! && price > spanB[i]!;
      const isUnder = price < spanA[i]! && price < spanB[i]!;
      const before = close[i - lengths.shift]!;
      if (crossesAbove && isOver && price > before && kijun[i]! - distance < price) signals.vote[i] = 1;
      if (crossesBelow && isUnder && price < before && kijun[i]! + distance > price) signals.vote[i] = -1;
      if (crossesBelow || isUnder) signals.exit[i] = 1;
    }
    return signals;
  },
});

/** Whether a line crosses above another on candle `i`; it does not while one of them is missing. */
function isCross(line: Float64Array, other: Float64Array, i: number): boolean {
  return line[i - 1]! <= other[i - 1]! && line[i]! > other[i]!;
}
