import { type Config, configError, problemsOf } from '../config.ts';
import { type Timeframe, timeframeMs } from '../market/timeframes.ts';
import { findStrategy, strategies } from './registry.ts';
import type { Strategy } from './strategy.ts';

/** A strategy on a timeframe with its parameters: what votes. Its id reads `turtle@4h`. */
export interface Instance {
  readonly id: string;
  readonly strategy: Strategy;
  readonly timeframe: Timeframe;
  readonly params: unknown;
  /** Milliseconds after which a position that it leads is closed, null for never. */
  readonly timeStopMs: number | null;
}

/**
 * The enabled instances in the alphabetical order of their ids.
 * @throws AppError `config-invalid` naming an unknown strategy or a wrong parameter
 */
export function instancesOf(config: Config): readonly Instance[] {
  const instances = Object.entries(config.strategies).flatMap(
    ([id, { enabled, timeframes, params: given }]) => {
      const strategy = findStrategy(id);
      if (strategy === undefined) {
        throw configError(
          `strategies.${id}`,
          1,
          `✖ no such strategy; there are ${strategies.map((one) => one.id).join(', ')}`,
        );
      }
      const params = strategy.params.safeParse(given);
      if (!params.success) {
        throw configError(
          `strategies.${id}.params`,
          params.error.issues.length,
          problemsOf(params.error, given),
        );
      }
      if (!enabled) return [];
      return [...new Set(timeframes)].map((timeframe) => instanceOf(strategy, timeframe, params.data));
    },
  );
  return instances.sort((a, b) => (a.id < b.id ? -1 : 1));
}

function instanceOf(strategy: Strategy, timeframe: Timeframe, params: unknown): Instance {
  const bars = strategy.timeStopBars?.(params);
  return {
    id: `${strategy.id}@${timeframe}`,
    strategy,
    timeframe,
    params,
    timeStopMs: bars === undefined ? null : bars * timeframeMs[timeframe],
  };
}
