import type { Config } from '../config.ts';
import { configError, problem, problemsOf } from '../config-problems.ts';
import { LOOKBACK_ROWS } from '../decision/lookback.ts';
import { type Timeframe, timeframeMs } from '../market/timeframes.ts';
import { didYouMean } from '../nearest.ts';
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

/** What is wrong with the strategies of a config: unknown ones, wrong parameters, also of disabled ones. */
export function strategyProblems({ strategies: chosen }: Pick<Config, 'strategies'>): readonly string[] {
  return Object.entries(chosen).flatMap(([id, { params: input, timeframes }]) => {
    const strategy = findStrategy(id);
    if (strategy === undefined) {
      const ids = strategies.map((one) => one.id);
      const message = `no such strategy; there are ${ids.join(', ')}${didYouMean(id, ids)}`;
      return [problem(message, ['strategies', id])];
    }
    const at = ['strategies', id, 'params'];
    const params = strategy.params.safeParse(input);
    if (!params.success) return problemsOf(params.error, { input, schema: strategy.params, at });
    const use = { strategy, params: params.data };
    return [...new Set(timeframes.flatMap((timeframe) => unfitness({ ...use, timeframe })))];
  });
}

/** Why a strategy cannot say on candles of a timeframe what it is meant to say; empty when it can. */
function unfitness({ strategy, params, timeframe }: Pick<Instance, 'strategy' | 'params' | 'timeframe'>) {
  const { id, longest } = strategy;
  if (longest !== undefined && timeframeMs[timeframe] > timeframeMs[longest]) {
    const message = `${id} means nothing on ${timeframe} candles: use ${longest} or shorter ones`;
    return [problem(message, ['strategies', id, 'timeframes'])];
  }
  const at = ['strategies', id, 'params'];
  const rows = strategy.warmup(params, timeframe) + 1;
  if (rows > LOOKBACK_ROWS)
    return [
      problem(
        `on ${timeframe} it would never vote: it needs ${rows} candles, a decision sees ${LOOKBACK_ROWS}`,
        at,
      ),
    ];
  const seen = strategy.lookback?.(params, timeframe) ?? rows;
  if (seen <= LOOKBACK_ROWS) return [];
  const message = `on ${timeframe} it looks back on ${seen} candles, a decision sees ${LOOKBACK_ROWS} (docs/config.md says how long averages may be)`;
  return [problem(message, at)];
}

/**
 * The enabled instances in the alphabetical order of their ids.
 * @throws AppError `config-invalid` naming an unknown strategy or a wrong parameter
 */
export function instancesOf(config: Config): readonly Instance[] {
  const problems = strategyProblems(config);
  if (problems.length > 0) throw configError('the config', problems);
  const instances = Object.entries(config.strategies).flatMap(([id, { enabled, timeframes, params }]) => {
    const strategy = findStrategy(id);
    if (strategy === undefined || !enabled) return [];
    const parsed = strategy.params.parse(params);
    return [...new Set(timeframes)].map((timeframe) => instanceOf(strategy, timeframe, parsed));
  });
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
