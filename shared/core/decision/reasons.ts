import type { DecisionRecord } from './record.ts';

type Draft = Omit<DecisionRecord, 'reasons'>;

/** The sentences that say why a decision came out as it did, from its record alone. */
export function reasonsOf(record: Draft): readonly string[] {
  return [...dataSentences(record), ...voteSentences(record), ...outcomeSentences(record)];
}

function dataSentences({ code, inputs }: Draft): readonly string[] {
  if (code === 'MISSED') return ['This tick was missed or came too late: nothing may be entered.'];
  return inputs.candles.flatMap(({ timeframe, fault }) => {
    if (fault === null) return [];
    const effect = timeframe === '4h' ? 'no entry and no exit signal' : 'its instances do not vote';
    return [`The ${timeframe} candles are not sufficient (${fault}): ${effect}.`];
  });
}

function voteSentences({ votes, instances, score, rule, code }: Draft): readonly string[] {
  if (code === 'INSUFFICIENT_DATA') return [];
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
  return [...says, `The long score is ${score.long.toFixed(2)}: ${verdict}.`];
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

function entrySentences({ size, entry, regime }: Draft): readonly string[] {
  if (size === null || entry === null) return [];
  const half = regime === 'RANDOM_WALK' ? ' (halved: the market is taken for a random walk)' : '';
  const target = entry.target === null ? 'no target' : `a target of ${entry.target}`;
  return [
    `Size: risk allows ${size.n1} USD${half}, one symbol ${size.n3}, free cash ${size.n5}; ${size.binding} binds.`,
    `Buy ${entry.quantity} at the next open, with a stop near ${entry.stop} and ${target}.`,
  ];
}

function exitSentence({ exitReason, latched }: Draft): string {
  if (exitReason === 'TIME') return 'Sell at the next open: the time stop has run out.';
  if (latched.length > 0)
    return `Sell at the next open: ${list(latched)}, which carried half of the entry, left.`;
  return 'Sell at the next open: the other side meets the rule of an entry.';
}

function holdSentence({ latched }: Draft): string {
  if (latched.length === 0) return 'The position is held; its stop rests.';
  return `The position is held; ${list(latched)} left, which is less than half of the entry.`;
}

function waitSentence({ code, size, rule }: Draft): string {
  if (code === 'SIZE_BELOW_MIN' && size !== null)
    return `Not bought: ${size.tooSmall ?? 'too small'} (${size.binding} binds, quantity ${size.quantity}).`;
  if (code !== null) return 'Nothing is held and nothing is bought.';
  return rule === null ? 'Nothing is held and no strategy votes long.' : 'Nothing is bought.';
}

function list(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}
