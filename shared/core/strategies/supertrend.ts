import * as z from 'zod';
import { supertrend as supertrendOf } from '../indicators/supertrend.ts';
import { supertrendMemory } from './memory.ts';
import { defineStrategy, emptySignals } from './strategy.ts';

/**
 * Long from the candle on which the supertrend turns upward until it turns down; the line below the price is both
 * the first stop and the trail. The side on which it begins is no turn.
 */
export const supertrend = defineStrategy({
  id: 'supertrend',
  title: 'Supertrend',
  family: 'trend',
  formula:
    '+1 on the candle on which the line turns to below the price, −1 where it turns to above it; the side on which it begins is no turn. Exit: the turn to above. Stop and trail: the line while it is below. Line: (H + L) / 2 ∓ distance × ATR(range), moving towards the price only until a close beyond it.',
  source: 'Seban, Tout le monde mérite d’être riche (2008)',
  loses:
    'In a narrow market with wide candles: it turns after most of the move and turns back after most of the next.',
  params: z.strictObject({
    range: z.int().min(1).default(10).describe('candles of average true range'),
    distance: z
      .number()
      .positive()
      .default(2)
      .describe('average true ranges from the middle of a candle to the line'),
  }),
  warmup: ({ range }) => range + 1,
  lookback: (params) => supertrendMemory(params) + 1,

  prepare({ high, low, close }, { range, distance }) {
    const { line, direction } = supertrendOf(high, low, close, { period: range, distance });
    const signals = emptySignals(close.length);

    for (let i = 1; i < close.length; i++) {
      // Compared with both sides: a missing direction is neither, so the first one is no turn.
      const isUp = direction[i] === 1;
      if (isUp) signals.stop[i] = line[i]!;
      if (isUp && direction[i - 1] === -1 && line[i]! < close[i]!) signals.vote[i] = 1;
      if (direction[i] === -1 && direction[i - 1] === 1) {
        signals.vote[i] = -1;
        signals.exit[i] = 1;
      }
    }
    return { ...signals, trail: signals.stop };
  },
});
