import * as z from 'zod';
import { thrust } from '../indicators/thrust.ts';
import { utcDayMs } from '../market/calendar.ts';
import { DAY_MS, type EpochMs, timeframeMs } from '../market/timeframes.ts';
import { defineStrategy, emptySignals } from './strategy.ts';

/**
 * Long on the first close of a UTC day that lies a good part of the last days' range above the day's open; out when a
 * close lies as far below it. The first stop is the open itself.
 */
export const dualThrust = defineStrategy({
  id: 'dual_thrust',
  title: 'Dual thrust',
  family: 'breakout',
  formula:
    'Range: the greater of highest H − lowest daily C and highest daily C − lowest L of the `days` UTC days before today. +1 on the first candle of the day with C > the day’s open + share × range; −1 on the first with C < the day’s open − share × range. Exit: C < the day’s open − share × range. Stop: the day’s open. Target: C + reward × (C − stop level).',
  source:
    'Chalek’s Dual Thrust of the 1980s, which he sold and did not print; its rules as tested by Zhu, Intraday CTA Strategies on Chinese Commodity Futures, Orient Securities (2016)',
  loses: 'On days that swing both ways: it buys the top of the swing and is stopped where the day began.',
  params: z.strictObject({
    days: z.int().min(1).default(4).describe('UTC days before today'),
    share: z
      .number()
      .positive()
      .default(0.5)
      .describe('share of their range from the day’s open to each line'),
    reward: z.number().positive().default(2).describe('distances of the stop from the close to the target'),
  }),
  longest: '4h',
  warmup: ({ days }, timeframe) => days * (DAY_MS / timeframeMs[timeframe]),
  lookback: ({ days }, timeframe) => (days + 1) * (DAY_MS / timeframeMs[timeframe]),

  prepare(candles, { days, share, reward }) {
    const { openMs, close } = candles;
    const { open, upper, lower } = thrust(candles, { days, share });
    const target = new Float64Array(close.length).fill(Number.NaN);
    const signals = { ...emptySignals(close.length), stop: open, target };

    let riseMs: EpochMs = Number.NaN; // the day of the newest close above the upper line
    let fallMs: EpochMs = Number.NaN; // and of the newest below the lower one
    for (let i = 0; i < close.length; i++) {
      const price = close[i]!;
      const dayMs = utcDayMs(openMs[i]!);
      target[i] = price + reward * (price - open[i]!);
      // A close beyond a line lies beyond the open too, which is the stop.
      if (price > upper[i]!) {
        if (riseMs !== dayMs) signals.vote[i] = 1;
        riseMs = dayMs;
      }
      if (price < lower[i]!) {
        if (fallMs !== dayMs) signals.vote[i] = -1;
        fallMs = dayMs;
        signals.exit[i] = 1;
      }
    }
    return signals;
  },
});
