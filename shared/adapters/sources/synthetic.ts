import { AppError } from '../../core/errors.ts';
import { aggregateCandles } from '../../core/market/aggregate.ts';
import { type SyntheticOptions, syntheticMarket, syntheticTimeframe } from '../../core/market/synthetic.ts';
import { timeframeMs, timeframes } from '../../core/market/timeframes.ts';
import type { CandleSource } from '../../ports/candle-source.ts';

const offered = timeframes.filter((timeframe) => timeframeMs[timeframe] >= timeframeMs[syntheticTimeframe]);

/**
 * Candles of a made-up market: 15m, and 1h, 4h, 1d as their sums.
 * Its requests throw AppError `candles-missing` on a symbol or timeframe that it has not.
 */
export function syntheticSource(options: SyntheticOptions): CandleSource {
  const market = syntheticMarket(options);
  const symbols = options.symbols.map(({ symbol }) => symbol);
  return {
    name: 'synthetic',

    async closedCandles({ symbol, timeframe, fromMs, nowMs }) {
      if (!symbols.includes(symbol)) throw missing(`'${symbol}'`, symbols);
      if (!offered.includes(timeframe)) throw missing(`${timeframe} candles of '${symbol}'`, offered);
      const fine = market.candles(symbol, { fromMs, toMs: nowMs });
      return timeframe === syntheticTimeframe
        ? fine
        : aggregateCandles(fine, { from: syntheticTimeframe, to: timeframe });
    },
  };
}

function missing(what: string, has: readonly string[]): AppError {
  return new AppError(
    'candles-missing',
    `The synthetic market has no ${what}.`,
    `Ask for one of ${has.join(', ')}.`,
  );
}
