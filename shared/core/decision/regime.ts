/** The states of a market that strategies are weighted by. */
export type Regime = 'STRONG_TREND' | 'WEAK_TREND' | 'MEAN_REVERTING' | 'RANDOM_WALK';

/** What every market is taken for until regimes are detected: close to memoryless, as the majors mostly are. */
export const ASSUMED_REGIME: Regime = 'RANDOM_WALK';
