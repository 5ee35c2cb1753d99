import * as z from 'zod';
import { atr } from '../indicators/atr.ts';
import { bollinger } from '../indicators/bollinger.ts';
import { defineStrategy, emptySignals } from './strategy.ts';

/**
 * Long when the close falls below the lower Bollinger band, out when it is back at the average. The average at the
 * entry is the target; who is still waiting for it after some candles gives up.
 */
export const meanReversionBb = defineStrategy({
  id: 'mean_reversion_bb',
  title: 'Bollinger-band mean reversion',
  family: 'reversion',
  formula:
    '+1: C < SMA(period) − width × σ(period). −1: C > SMA(period) + width × σ(period). Exit: C ≥ SMA(period). Stop: C − stop × ATR(range). Target: SMA(period). Closed after `time` candles.',
  source: 'Bollinger, Bollinger on Bollinger Bands (2001)',
  loses:
    'In a crash or a strong trend: it buys what goes on falling, and its wins are small beside those losses.',
  params: z.strictObject({
    period: z.int().min(2).default(20).describe('candles of average and bands'),
    width: z.number().positive().default(2.5).describe('standard deviations from the average to each band'),
    range: z.int().min(1).default(14).describe('candles of average true range'),
    stop: z.number().positive().default(2).describe('average true ranges below the close'),
    time: z.int().min(1).default(20).describe('candles after which a position is closed'),
  }),
  warmup: ({ period, range }) => Math.max(period - 1, range),
  timeStopBars: ({ time }) => time,

  prepare({ high, low, close }, { period, width, range, stop }) {
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
  },
});
