import * as z from 'zod';
import { atr } from '../indicators/atr.ts';
import { bollinger } from '../indicators/bollinger.ts';
import type { Candles } from '../market/candles.ts';
import { wilderMemory } from './memory.ts';
import { emptySignals, type Signals } from './strategy.ts';

/** The parameters of strategies that buy below the lower Bollinger band and leave at the average. */
export interface BandParams {
  readonly period: number;
  readonly width: number;
  readonly range: number;
  readonly stop: number;
  readonly time: number;
}

/** What `bandReversion` says, for a page about a strategy. */
export const bandFormula =
  '+1: C < SMA(period) − width × σ(period). −1: C > SMA(period) + width × σ(period). Exit: C ≥ SMA(period). Stop: C − stop × ATR(range). Target: SMA(period). Closed after `time` candles.';

/** The schema of those parameters with a strategy's own defaults. */
export function bandParams(defaults: BandParams) {
  const { period, width, range, stop, time } = defaults;
  return z.strictObject({
    period: z.int().min(2).default(period).describe('candles of average and bands'),
    width: z.number().positive().default(width).describe('standard deviations from the average to each band'),
    range: z.int().min(1).default(range).describe('candles of average true range'),
    stop: z.number().positive().default(stop).describe('average true ranges below the close'),
    time: z.int().min(1).default(time).describe('candles after which a position is closed'),
  });
}

/** Index of the first candle on which it can vote. */
export const bandWarmup = ({ period, range }: BandParams) => Math.max(period - 1, range);

/** Candles that it must see to say what it would say with all of them. */
export const bandLookback = ({ period, range }: BandParams) => Math.max(period, wilderMemory(range));

/**
 * Long when the close is below the lower band, short above the upper one, out when the close is back at the
 * average. The average at the entry is the target.
 */
export function bandReversion(
  { high, low, close }: Candles,
  { period, width, range, stop }: BandParams,
): Signals {
  const { upper, lower, middle } = bollinger(close, { period, width });
  const rangeLine = atr(high, low, close, range);
  const signals = emptySignals(close.length);

  for (let i = 0; i < close.length; i++) {
    const price = close[i]!;
    const distance = stop * rangeLine[i]!;
    signals.stop[i] = price - distance;
    if (price < lower[i]! && price - distance < price) signals.vote[i] = 1;
    if (price > upper[i]! && price + distance > price) signals.vote[i] = -1;
    if (price >= middle[i]!) signals.exit[i] = 1;
  }
  return { ...signals, target: middle };
}
