import { isLatchedOut } from '../execution/position.ts';
import { gateSentence } from './gate-sentences.ts';
import type { DecisionRecord } from './record.ts';
import type { Regime } from './regime.ts';

type Draft = Omit<DecisionRecord, 'reasons'>;

/** The terms of a size as a person calls them. */
const binding = {
  N1: 'the risk',
  N2: 'its volatility',
  N3: 'the share of one symbol',
  N4: 'what is not invested yet',
  N5: 'free cash',
} as const;

const regimes: Readonly<Record<Regime, string>> = {
  STRONG_TREND: 'a strong trend',
  WEAK_TREND: 'a weak trend',
  MEAN_REVERTING: 'mean reversion',
  RANDOM_WALK: 'a random walk',
};

/** The sentences that say why a decision came out as it did, from its record alone. */
export function reasonsOf(record: Draft): readonly string[] {
  return [
    ...dataSentences(record),
    ...voteSentences(record),
    ...gateSentences(record),
    ...outcomeSentences(record),
  ];
}

/** Every gate that failed, each in its own words. */
function gateSentences({ gates, symbol, inputs }: Draft): readonly string[] {
  return gates
    .filter(({ outcome }) => outcome === 'failed')
    .map((gate) => gateSentence(gate, { symbol, breakers: inputs.standing.breakers }));
}

function dataSentences({ inputs }: Draft): readonly string[] {
  const missed = inputs.isMissed ? ['This tick was missed or came too late: nothing may be entered.'] : [];
  const faults = inputs.candles.flatMap(({ timeframe, fault }) => {
    if (fault === null) return [];
    const effect = timeframe === '4h' ? 'no entry and no exit signal' : 'no instance on them votes';
    return [`The ${timeframe} candles are not sufficient (${fault}): ${effect}.`];
  });
  return [...missed, ...faults];
}

function voteSentences({ inputs, votes, instances, score, rule, regime }: Draft): readonly string[] {
  if (inputs.candles.some(({ timeframe, fault }) => timeframe === '4h' && fault !== null)) return [];
  const says = votes.map(({ instance, vote, weight, exit }) => {
    const side = vote === 1 ? 'long' : vote === -1 ? 'short' : 'nothing';
    const words = vote === 0 ? [] : [`votes ${side} with weight ${weight.toFixed(2)}`];
    return `${instance} ${[...words, ...(exit ? ['says leave'] : [])].join(' and ')}.`;
  });
  const silent = instances.filter((id) => !votes.some(({ instance }) => instance === id));
  if (silent.length > 0) says.push(`${list(silent)} ${silent.length === 1 ? 'says' : 'say'} nothing.`);
  if (rule === null) return says;
  const lacks = [
    ...(rule.isHeavyEnough
      ? []
      : [`${score.long.toFixed(2)} is below the ${score.threshold} that an entry needs`]),
    ...(rule.hasSupporters ? [] : ['too few strategies agree']),
    ...(rule.hasFamilies ? [] : ['they are of too few families']),
    ...(rule.isDominant ? [] : ['the other side weighs more than half as much']),
  ];
  const verdict = lacks.length === 0 ? 'enough for an entry' : lacks.join('; ');
  const { hurst, adx } = inputs.regime;
  const evidence = `Hurst exponent ${hurst?.toFixed(2) ?? '–'}, ADX ${adx?.toFixed(0) ?? '–'}`;
  return [
    ...says,
    `The market is taken for ${regimes[regime]} (${evidence}).`,
    `The long score is ${score.long.toFixed(2)}: ${verdict}.`,
  ];
}

function outcomeSentences(record: Draft): readonly string[] {
  switch (record.action) {
    case 'ENTER':
      return entrySentences(record);
    case 'EXIT':
      return [exitSentence(record)];
    case 'HOLD':
      return [holdSentence(record)];
    case 'WAIT':
      return [waitSentence(record)];
  }
}

function entrySentences(record: Draft): readonly string[] {
  const { size, entry } = record;
  if (size === null || entry === null) return [];
  const target = entry.target === null ? 'no target' : `a target of ${entry.target}`;
  return [
    ...sizeSentences(record),
    `Buy ${entry.quantity} at the next open, with a stop near ${entry.stop} and ${target}.`,
  ];
}

function sizeSentences({ size, regime, notes, inputs }: Draft): readonly string[] {
  if (size === null) return [];
  const probe = notes.includes('KELLY_NEGATIVE')
    ? [
        `The last ${inputs.standing.results} positions show no edge (KELLY_NEGATIVE): only a probe of ${percent(size.risk)} of the equity is risked.`,
      ]
    : [];
  const shrinks = [
    ...(regime === 'RANDOM_WALK' ? ['halved: the market is taken for a random walk'] : []),
    ...(size.correlationScale !== null && size.correlationScale < 1
      ? [`times ${size.correlationScale.toFixed(2)}: it moves with what is held`]
      : []),
  ];
  const why = shrinks.length === 0 ? '' : ` (${shrinks.join('; ')})`;
  return [
    ...probe,
    `Size: risk allows ${size.n1} USD${why}, volatility ${size.n2}, one symbol ${size.n3}, ` +
      `what is not invested ${size.n4}, free cash ${size.n5}; ${binding[size.binding]} binds.`,
  ];
}

function percent(fraction: number | null): string {
  return fraction === null ? '–' : `${Number((100 * fraction).toFixed(3))} %`;
}

function exitSentence(record: Draft): string {
  const { exitReason, latched, score } = record;
  if (exitReason === 'TIME') return 'Sell at the next open: the time stop has run out.';
  if (isHalfLatched(record))
    return `Sell at the next open: ${list(latched)} left, with at least half of the weight of the entry.`;
  return `Sell at the next open: the short score of ${score.short.toFixed(2)} meets the rule of an entry.`;
}

function isHalfLatched({ inputs, latched }: Draft): boolean {
  const supporters = inputs.held?.supporters ?? [];
  return isLatchedOut({
    supporters: supporters.map((one) => ({ ...one, isLatched: latched.includes(one.instance) })),
  });
}

function holdSentence({ inputs: { held }, latched }: Draft): string {
  if (held !== null && held.exit !== null)
    return `The position is being sold already, for the reason ${held.exit}.`;
  const sentence = `The position is held, with its stop at ${held?.stop}`;
  if (latched.length === 0) return `${sentence}.`;
  return `${sentence}; ${list(latched)} left, with less than half of the weight of the entry.`;
}

function waitSentence({ code, codes, size, rule, inputs, score }: Draft): string {
  if (code === 'MISSED') return 'Nothing is bought: this tick was missed or came too late.';
  if (code === 'INSUFFICIENT_DATA') return 'Nothing is bought: the 4h candles are not sufficient.';
  if (code === 'SIZE_BELOW_MIN' && size !== null)
    return `Not bought: ${size.tooSmall ?? 'too small'} (${binding[size.binding]} binds, quantity ${size.quantity}).`;
  if (code !== null) return `Not bought: ${codes.join(', ')}.`;
  if (inputs.isEntering) return 'Nothing more is bought: an entry order has not ended yet.';
  if (rule === null) return 'Nothing is held and no strategy votes long.';
  return `Nothing is bought: the long score of ${score.long.toFixed(2)} does not meet the rule of an entry.`;
}

function list(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}
