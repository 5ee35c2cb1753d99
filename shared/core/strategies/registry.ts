import { dualThrust } from './dual-thrust.ts';
import { gridLadder } from './grid-ladder.ts';
import { ichimoku } from './ichimoku.ts';
import { macdCrossover } from './macd-crossover.ts';
import { meanReversionBb } from './mean-reversion-bb.ts';
import { meanReversionScalp } from './mean-reversion-scalp.ts';
import { rsiDivergence } from './rsi-divergence.ts';
import { rubberBand } from './rubber-band.ts';
import { squeezeBreakout } from './squeeze-breakout.ts';
import type { Strategy } from './strategy.ts';
import { supertrend } from './supertrend.ts';
import { trendEma } from './trend-ema.ts';
import { tripleMomentum } from './triple-momentum.ts';
import { turtle } from './turtle.ts';
import { velociraptor } from './velociraptor.ts';
import { volatilityHunter } from './volatility-hunter.ts';
import { volatilitySqueeze } from './volatility-squeeze.ts';
import { vwapBounce } from './vwap-bounce.ts';

/** Every strategy, by family: trend, breakout, momentum, reversion, divergence, ladder. Nothing depends on the order. */
export const strategies: readonly Strategy[] = [
  trendEma,
  supertrend,
  ichimoku,
  velociraptor,
  turtle,
  squeezeBreakout,
  volatilitySqueeze,
  dualThrust,
  tripleMomentum,
  macdCrossover,
  meanReversionBb,
  rubberBand,
  volatilityHunter,
  vwapBounce,
  meanReversionScalp,
  rsiDivergence,
  gridLadder,
];

/** The strategy of that id, or undefined when there is none. */
export function findStrategy(id: string): Strategy | undefined {
  return strategies.find((strategy) => strategy.id === id);
}
