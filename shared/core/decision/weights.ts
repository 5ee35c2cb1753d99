import type { Regime } from './regime.ts';

type WeightRow = readonly [strong: number, weak: number, reverting: number];

/** Weight of each strategy by regime: judgement, stated before any result was seen. */
const weightRows: Readonly<Record<string, WeightRow>> = {
  trend_ema: [1.0, 0.7, 0.1],
  supertrend: [1.0, 0.7, 0.2],
  ichimoku: [0.8, 0.6, 0.1],
  velociraptor: [1.0, 0.6, 0],
  turtle: [0.9, 0.5, 0.1],
  squeeze_breakout: [0.6, 0.8, 0.3],
  volatility_squeeze: [0.6, 0.8, 0.2],
  dual_thrust: [0.6, 0.6, 0.1],
  triple_momentum: [0.8, 0.6, 0.2],
  macd_crossover: [0.7, 0.7, 0.3],
  mean_reversion_bb: [0.1, 0.3, 1.0],
  rubber_band: [0, 0.2, 1.0],
  volatility_hunter: [0.5, 0.6, 0.4],
  vwap_bounce: [0.2, 0.4, 0.8],
  mean_reversion_scalp: [0, 0.1, 0.6],
  rsi_divergence: [0.1, 0.3, 0.9],
  grid_ladder: [0, 0.1, 0.5],
};

/**
 * Weight of a strategy's vote; in RANDOM_WALK the mean of its other three.
 * @returns 0 for a strategy that the table does not know: it has no say
 */
export function regimeWeight(strategyId: string, regime: Regime): number {
  const [strong, weak, reverting] = weightRows[strategyId] ?? [0, 0, 0];
  switch (regime) {
    case 'STRONG_TREND':
      return strong;
    case 'WEAK_TREND':
      return weak;
    case 'MEAN_REVERTING':
      return reverting;
    case 'RANDOM_WALK':
      return (strong + weak + reverting) / 3;
  }
}

/** Part of the risk that an entry takes: half where the market is a random walk. */
export function regimeSize(regime: Regime): number {
  return regime === 'RANDOM_WALK' ? 0.5 : 1;
}
