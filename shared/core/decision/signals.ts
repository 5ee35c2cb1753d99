import type { Timeframe } from '../market/timeframes.ts';
import type { Instance } from '../strategies/instances.ts';
import type { Family, Signals } from '../strategies/strategy.ts';
import type { Regime } from './regime.ts';
import { regimeWeight } from './weights.ts';

/** What one instance says at the close of its newest candle. Levels are prices, NaN where there is none. */
export interface InstanceSignal {
  readonly instance: string;
  readonly strategy: string;
  readonly family: Family;
  readonly timeframe: Timeframe;
  /** Regime weight × strength of the vote. */
  readonly weight: number;
  readonly vote: number;
  readonly isExit: boolean;
  readonly stop: number;
  readonly target: number;
  readonly timeStopMs: number | null;
}

/** Row `row` of an instance's columns. */
export function signalAt(instance: Instance, columns: Signals, row: number, regime: Regime): InstanceSignal {
  const { strategy } = instance;
  return {
    instance: instance.id,
    strategy: strategy.id,
    family: strategy.family,
    timeframe: instance.timeframe,
    weight: regimeWeight(strategy.id, regime) * (columns.strength?.[row] ?? 1),
    vote: columns.vote[row]!,
    isExit: columns.exit[row] === 1,
    stop: columns.stop[row]!,
    target: columns.target?.[row] ?? Number.NaN,
    timeStopMs: instance.timeStopMs,
  };
}
