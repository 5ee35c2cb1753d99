import { bandFormula, bandLookback, bandParams, bandReversion, bandWarmup } from './band-reversion.ts';
import { defineStrategy } from './strategy.ts';

/**
 * Mean reversion for candles of a minute: a longer average, wider bands and a nearer stop than `mean_reversion_bb`,
 * and an hour until it gives up.
 */
export const meanReversionScalp = defineStrategy({
  id: 'mean_reversion_scalp',
  title: 'Mean-reversion scalp',
  family: 'reversion',
  formula: bandFormula,
  source: 'Bollinger, Bollinger on Bollinger Bands (2001), on candles of a minute',
  loses:
    'Nearly always at entry-tier fees: back to the average is rarely further than a round trip costs, and in a fall it buys what goes on falling.',
  params: bandParams({ period: 50, width: 3, range: 14, stop: 1.5, time: 60 }),
  warmup: bandWarmup,
  lookback: bandLookback,
  timeStopBars: ({ time }) => time,
  prepare: bandReversion,
});
