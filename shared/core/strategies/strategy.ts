import type * as z from 'zod';
import type { Candles } from '../market/candles.ts';
import type { Timeframe } from '../market/timeframes.ts';

/** What kind of market behaviour a strategy lives on; an entry needs supporters of several families. */
export type Family = 'trend' | 'breakout' | 'momentum' | 'reversion' | 'divergence' | 'ladder';

/**
 * What a strategy says at the close of each candle, as columns of the candles' length.
 * `stop`, `trail` and `target` are price levels of a long, NaN while they have no value.
 */
export interface Signals {
  /** 1 enter long, −1 the mirrored signal (an opponent of entries, an exit of a long), 0 nothing. */
  readonly vote: Int8Array;
  /** 0 to 1; absent means 1 on every candle. */
  readonly strength?: Float64Array;
  /** 1 where a long should be left. */
  readonly exit: Uint8Array;
  /** First stop; read once, at the vote. */
  readonly stop: Float64Array;
  /** Stop that follows the price; read at every candle, only ever tightens. */
  readonly trail?: Float64Array;
  /** Price at which the profit is taken; read once, at the vote. */
  readonly target?: Float64Array;
}

/**
 * A strategy: parameters in, signal columns out. It knows no symbol, clock, position or regime.
 *
 * The functions are methods because TypeScript compares their parameters loosely: so strategies with different
 * parameters stand in one registry. Whoever calls them passes what `params` returned, nothing else.
 */
export interface Strategy<Params = unknown> {
  readonly id: string;
  readonly title: string;
  readonly family: Family;
  /** When it votes, leaves, stops and takes its profit, in the names of its parameters. */
  readonly formula: string;
  /** Where the idea was first written down: book, paper or page, with its author and year. */
  readonly source: string;
  /** The market in which it loses. */
  readonly loses: string;
  /** The longest candles on which its rules mean something; absent means any. */
  readonly longest?: Timeframe;
  /** Every parameter with its default and its unit. */
  readonly params: z.ZodType<Params>;
  /** Candles before the first one on which it can vote: the index of its first possible vote. */
  warmup(params: Params, timeframe: Timeframe): number;
  /** Candles that it must see at any hour to say what it would say with all of them; absent means its warm-up and one. */
  lookback?(params: Params, timeframe: Timeframe): number;
  /** Candles of its timeframe after which a position that it leads is closed; absent means never. */
  timeStopBars?(params: Params): number;
  /** The columns of all candles at once; column values at a candle depend on it and on earlier ones only. */
  prepare(candles: Candles, params: Params): Signals;
}

/** Lets the compiler infer the parameters of a strategy from its schema, then forgets them for the registry. */
export function defineStrategy<Params>(strategy: Strategy<Params>): Strategy {
  return strategy;
}

/** Columns that say nothing: no vote, no exit, no stop. */
export function emptySignals(length: number): Signals {
  return {
    vote: new Int8Array(length),
    exit: new Uint8Array(length),
    stop: new Float64Array(length).fill(Number.NaN),
  };
}
