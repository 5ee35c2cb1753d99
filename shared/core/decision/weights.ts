import type { Regime } from './regime.ts';

type WeightRow = readonly [strong: number, weak: number, reverting: number];

/** Weight of each strategy by regime: judgement, stated before any result was seen. */
const weightRows: Readonly<Record<string, WeightRow>> = {
  trend_ema: [1.0, 0.7, 0.1],
  supertrend: [1.0, 0.7, 0.2],
  turtle: [0.9, 0.5, 0.1],
  mean_reversion_bb: [0.1, 0.3, 1.0],
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
