import type { DecisionRecord, HeldRecord } from './record.ts';
import type { Regime } from './regime.ts';
import { list } from './words.ts';

type Told = Pick<DecisionRecord, 'votes' | 'instances' | 'score' | 'rule' | 'inputs' | 'regime'>;
type Vote = DecisionRecord['votes'][number];

const regimes: Readonly<Record<Regime, string>> = {
  STRONG_TREND: 'a strong trend',
  WEAK_TREND: 'a weak trend',
  MEAN_REVERTING: 'mean reversion',
  RANDOM_WALK: 'a random walk',
};

/** Silent instances are named up to here, and counted beyond. */
const NAMED_MAX = 3;

/** Who votes for what, with which weight, who gives an exit signal, and how many say nothing. */
export function voteSentences({ votes, instances, inputs }: Told): readonly string[] {
  const counting = votes.filter(({ vote, weight }) => vote !== 0 && weight !== 0);
  const idle = votes.filter(({ vote, weight }) => vote !== 0 && weight === 0);
  return [
    ...sideSentence(counting, 1),
    ...sideSentence(counting, -1),
    ...idleSentence(idle),
    ...exitSentences(votes, inputs.held),
    ...silenceSentence(votes, instances),
  ];
}

function sideSentence(counting: readonly Vote[], side: 1 | -1): readonly string[] {
  const own = counting.filter(({ vote }) => vote === side);
  if (own.length === 0) return [];
  const names = own.map(({ instance, weight }) => `${instance} (${weight.toFixed(2)})`);
  return [`${list(names)} ${own.length === 1 ? 'votes' : 'vote'} ${side === 1 ? 'long' : 'short'}.`];
}

function idleSentence(idle: readonly Vote[]): readonly string[] {
  if (idle.length === 0) return [];
  const names = idle.map(({ instance, vote }) => `${instance} (${vote === 1 ? 'long' : 'short'})`);
  return [`${list(names)} ${idle.length === 1 ? 'votes' : 'vote'}, but without weight in such a market.`];
}

/** A short vote is one for leaving, too, and was told already. Who did not vote for an entry cannot end it alone. */
function exitSentences(votes: readonly Vote[], held: HeldRecord | null): readonly string[] {
  const exits = votes.filter(({ exit, vote }) => exit && vote !== -1).map(({ instance }) => instance);
  const isSupporter = (id: string) =>
    held === null || held.supporters.some(({ instance }) => instance === id);
  const own = exits.filter(isSupporter);
  const others = exits.filter((id) => !isSupporter(id));
  return [
    ...(own.length === 0 ? [] : [`${gives(own)} an exit signal.`]),
    ...(others.length === 0 ? [] : [`${gives(others)} an exit signal, but did not vote for this entry.`]),
  ];
}

function gives(names: readonly string[]): string {
  return `${list(names)} ${names.length === 1 ? 'gives' : 'give'}`;
}

function silenceSentence(votes: readonly Vote[], instances: readonly string[]): readonly string[] {
  const silent = instances.filter((id) => !votes.some(({ instance }) => instance === id));
  if (silent.length === 0) return [];
  if (silent.length > NAMED_MAX)
    return [
      votes.length === 0 ? `All ${silent.length} say nothing.` : `The other ${silent.length} say nothing.`,
    ];
  return [`${list(silent)} ${silent.length === 1 ? 'says' : 'say'} nothing.`];
}

/** What the market is taken for, by which the votes were weighed. */
export function marketSentence({ inputs, regime }: Told): string {
  const { hurst, adx } = inputs.regime;
  const evidence = `Hurst exponent ${hurst?.toFixed(2) ?? '–'}, ADX ${adx?.toFixed(0) ?? '–'}`;
  return `The market is taken for ${regimes[regime]} (${evidence}).`;
}

/** The long score, and why votes may not add up to it. */
export function scoreWords({ score, votes }: Told): string {
  const twice = repeated(votes);
  const once = twice.length === 0 ? '' : ` (${list(twice)} ${twice.length === 1 ? 'counts' : 'count'} once)`;
  return `long score of ${score.long.toFixed(2)}${once}`;
}

/** What the long side lacks for an entry, in words that follow a colon; empty when it lacks nothing. */
export function lacksOf(told: Told): readonly string[] {
  const { rule, score, votes } = told;
  if (rule === null) return [];
  const { isHeavyEnough, hasSupporters, hasFamilies, isDominant } = rule;
  const count = strategiesOf(votes).length;
  const isAlone = count === 1;
  return [
    ...(isHeavyEnough ? [] : [`the ${scoreWords(told)} is below the ${score.threshold} needed`]),
    ...(hasSupporters
      ? []
      : [
          isAlone ? 'one strategy alone is not enough' : `the ${count} strategies that vote long are too few`,
        ]),
    ...(hasFamilies || (isAlone && !hasSupporters)
      ? []
      : [
          `${isAlone ? 'the strategy that votes long is' : `the ${count} strategies that vote long are`} of too few families`,
        ]),
    ...(isDominant
      ? []
      : [
          `the short score of ${score.short.toFixed(2)} is more than half of the long one of ${score.long.toFixed(2)}`,
        ]),
  ];
}

const strategyOf = ({ instance }: Vote): string => instance.split('@')[0] ?? instance;

function strategiesOf(votes: readonly Vote[]): readonly string[] {
  return [...new Set(votes.filter(({ vote, weight }) => vote === 1 && weight !== 0).map(strategyOf))];
}

/** Strategies more than one instance of which votes long: only the heaviest of them counts. */
function repeated(votes: readonly Vote[]): readonly string[] {
  const names = votes.filter(({ vote, weight }) => vote === 1 && weight !== 0).map(strategyOf);
  return strategiesOf(votes).filter((name) => names.indexOf(name) !== names.lastIndexOf(name));
}
