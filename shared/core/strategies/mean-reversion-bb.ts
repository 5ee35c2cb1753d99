import { bandFormula, bandLookback, bandParams, bandReversion, bandWarmup } from './band-reversion.ts';
import { defineStrategy } from './strategy.ts';

/**
 * Long when the close falls below the lower Bollinger band, out when it is back at the average. The average at the
 * entry is the target; who is still waiting for it after some candles gives up.
 */
export const meanReversionBb = defineStrategy({
  id: 'mean_reversion_bb',
  title: 'Bollinger-band mean reversion',
  family: 'reversion',
  formula: bandFormula,
  source: 'Bollinger, Bollinger on Bollinger Bands (2001)',
  loses:
    'In a crash or a strong trend: it buys what goes on falling, and its wins are small beside those losses.',
  params: bandParams({ period: 20, width: 2.5, range: 14, stop: 2, time: 20 }),
  warmup: bandWarmup,
  lookback: bandLookback,
  timeStopBars: ({ time }) => time,
  prepare: bandReversion,
});
