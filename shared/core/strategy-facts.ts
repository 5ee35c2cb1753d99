import type { Config } from './config.ts';
import type { Regime } from './decision/regime.ts';
import { regimeWeight } from './decision/weights.ts';
import { type Timeframe, timeframeMs, timeframes } from './market/timeframes.ts';
import { schemaTree } from './schema-tree.ts';
import type { Family, Strategy } from './strategies/strategy.ts';

/** A parameter of a strategy. */
export interface ParameterFacts {
  readonly name: string;
  /** In force. */
  readonly value: unknown;
  /** Without any config. */
  readonly usual: unknown;
  /** What it says, with its unit. */
  readonly about: string;
}

/** How many candles a strategy needs on a timeframe. */
export interface NeedFacts {
  readonly timeframe: Timeframe;
  /** Whether an enabled instance votes on it. */
  readonly isEnabled: boolean;
  /** Candles before the first one on which it can vote. */
  readonly warmup: number;
  /** Candles that it must see to say what it would say with all of them. */
  readonly lookback: number;
}

/** What there is to know of a strategy under a config. */
export interface StrategyFacts {
  readonly strategy: string;
  readonly title: string;
  readonly family: Family;
  readonly formula: string;
  readonly source: string;
  readonly loses: string;
  /** Longest candles on which it means something, or null for any. */
  readonly longest: Timeframe | null;
  /** Enabled ones, such as `turtle@4h`, from the shortest candles. */
  readonly instances: readonly string[];
  readonly weights: Readonly<Record<Regime, number>>;
  readonly params: readonly ParameterFacts[];
  /** On every timeframe on which it means something. */
  readonly needs: readonly NeedFacts[];
  /** Candles after which a position that it leads is closed, or null for never. */
  readonly timeStopCandles: number | null;
}

/**
 * What a strategy is, what it weighs and what it needs, with the parameters of a config.
 * @param config checked by `strategyProblems`; a strategy that it does not name has its defaults and no instance
 */
export function strategyFacts(strategy: Strategy, config: Pick<Config, 'strategies'>): StrategyFacts {
  const { id, title, family, formula, source, loses, longest = null } = strategy;
  const chosen = config.strategies[id];
  const params = strategy.params.parse(chosen?.params ?? {});
  const enabled = timeframes.filter((one) => chosen?.enabled === true && chosen.timeframes.includes(one));
  const meant = timeframes.filter((one) => longest === null || timeframeMs[one] <= timeframeMs[longest]);
  return {
    strategy: id,
    title,
    family,
    formula,
    source,
    loses,
    longest,
    instances: enabled.map((timeframe) => `${id}@${timeframe}`),
    weights: weightsOf(id),
    params: parametersOf(strategy, params),
    needs: meant.map((timeframe) => {
      const warmup = strategy.warmup(params, timeframe);
      const lookback = strategy.lookback?.(params, timeframe) ?? warmup + 1;
      return { timeframe, isEnabled: enabled.includes(timeframe), warmup, lookback };
    }),
    timeStopCandles: strategy.timeStopBars?.(params) ?? null,
  };
}

/** What a strategy's vote weighs in each regime. */
function weightsOf(id: string): Readonly<Record<Regime, number>> {
  return {
    STRONG_TREND: regimeWeight(id, 'STRONG_TREND'),
    WEAK_TREND: regimeWeight(id, 'WEAK_TREND'),
    MEAN_REVERTING: regimeWeight(id, 'MEAN_REVERTING'),
    RANDOM_WALK: regimeWeight(id, 'RANDOM_WALK'),
  };
}

function parametersOf(strategy: Strategy, params: unknown): readonly ParameterFacts[] {
  const values = Object.fromEntries(Object.entries(params ?? {}));
  return Object.entries(schemaTree(strategy.params).properties ?? {}).map(([name, field]) => ({
    name,
    value: values[name],
    usual: field.default ?? null,
    about: field.description ?? '',
  }));
}
