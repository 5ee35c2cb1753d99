import type { Config } from '../config.ts';
import { WEIGHT_SLACK } from '../execution/levels.ts';
import { timeframeMs } from '../market/timeframes.ts';
import type { InstanceSignal } from './signals.ts';

const DOMINANCE = 2;

/** One side of the vote: each strategy's heaviest instance, and their weights added up. */
export interface Side {
  readonly score: number;
  readonly supporters: readonly InstanceSignal[];
}

/**
 * The instances that vote for a side, one a strategy: the heaviest, and of equal ones the longer timeframe.
 * An instance of weight 0 is absent.
 * @param signals in the alphabetical order of their instances, which is the order of adding too
 */
export function sideOf(signals: readonly InstanceSignal[], vote: 1 | -1): Side {
  const heaviest = new Map<string, InstanceSignal>();
  for (const signal of signals) {
    if (signal.vote !== vote || signal.weight === 0) continue;
    const before = heaviest.get(signal.strategy);
    if (before === undefined || outweighs(signal, before)) heaviest.set(signal.strategy, signal);
  }
  const supporters = signals.filter((signal) => heaviest.get(signal.strategy) === signal);
  return { supporters, score: supporters.reduce((sum, { weight }) => sum + weight, 0) };
}

function outweighs(a: InstanceSignal, b: InstanceSignal): boolean {
  if (Math.abs(a.weight - b.weight) > WEIGHT_SLACK) return a.weight > b.weight;
  return timeframeMs[a.timeframe] > timeframeMs[b.timeframe];
}

/** The conditions of an entry, each on its own so that a record can say which one failed. */
export interface EntryRule {
  readonly isHeavyEnough: boolean;
  readonly hasSupporters: boolean;
  readonly hasFamilies: boolean;
  readonly isDominant: boolean;
}

/** What `side` meets against `other`: score, supporters, families, and twice the weight of the other side. */
export function entryRule(side: Side, other: Side, rules: Config['ensemble']): EntryRule {
  return {
    isHeavyEnough: side.score >= rules.threshold - WEIGHT_SLACK,
    hasSupporters: side.supporters.length >= rules.minSupporters,
    hasFamilies: new Set(side.supporters.map(({ family }) => family)).size >= rules.minFamilies,
    isDominant: side.score >= DOMINANCE * other.score - WEIGHT_SLACK,
  };
}

/** Whether a side may open a position (or, of shorts, close a long). */
export function enters(side: Side, other: Side, rules: Config['ensemble']): boolean {
  if (side.supporters.length === 0) return false;
  const { isHeavyEnough, hasSupporters, hasFamilies, isDominant } = entryRule(side, other, rules);
  return isHeavyEnough && hasSupporters && hasFamilies && isDominant;
}
