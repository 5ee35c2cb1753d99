import { type ExitReason, isLatchedOut } from '../execution/position.ts';
import { isoMinute } from '../market/calendar.ts';
import { HOUR_MS } from '../market/timeframes.ts';
import { nearestText } from './figures.ts';
import { gateSentence } from './gate-sentences.ts';
import type { DecisionRecord } from './record.ts';
import { lacksOf, marketSentence, scoreWords, voteSentences } from './vote-sentences.ts';
import { list, money, percent, quantityOf } from './words.ts';

type Draft = Omit<DecisionRecord, 'reasons'>;

/** The terms of a size as a person calls them. */
const binding = {
  N1: 'risk',
  N2: 'volatility',
  N3: 'the share of one symbol',
  N4: 'what is not invested',
  N5: 'free cash',
} as const;

/** Why a position is being sold. */
const leaving: Readonly<Record<ExitReason, string>> = {
  STOP: 'its stop was reached',
  TRAIL: 'its raised stop was reached',
  TARGET: 'its target was reached',
  SIGNAL: 'the strategies are against it',
  TIME: 'its time was up',
  MANUAL: 'a person closes it',
  DUST: 'what is left is too little to be sold',
};

/** The sentences that say why a decision came out as it did, from its record alone. The last one tells the outcome. */
export function reasonsOf(record: Draft): readonly string[] {
  return [
    ...dataSentences(record),
    ...(isBlind(record) ? [] : sayingSentences(record)),
    ...gateSentences(record),
    ...outcomeSentences(record),
  ];
}

/** Without sound 4h candles nothing that strategies say is heard. */
function isBlind(record: Draft): boolean {
  return faultOf(record) !== null;
}

function faultOf({ inputs }: Draft): string | null {
  return inputs.candles.find(({ timeframe }) => timeframe === '4h')?.fault ?? null;
}

/** Every gate that failed, each in its own words. */
function gateSentences({ gates, symbol, inputs }: Draft): readonly string[] {
  return gates
    .filter(({ outcome }) => outcome === 'failed')
    .map((gate) => gateSentence(gate, { symbol, breakers: inputs.standing.breakers }));
}

function dataSentences({ inputs, action, code }: Draft): readonly string[] {
  const isLate = inputs.isMissed && inputs.held !== null;
  const missed = isLate ? ['This tick was missed or came too late: nothing could be entered.'] : [];
  const faults = inputs.candles.flatMap(({ timeframe, fault }) => {
    const isOutcome = timeframe === '4h' && action === 'WAIT' && code === 'INSUFFICIENT_DATA';
    if (fault === null || isOutcome) return [];
    const effect = timeframe === '4h' ? 'no vote and no exit signal counts' : 'nothing on them votes';
    return [`The ${timeframe} candles do not suffice (${fault}): ${effect}.`];
  });
  return [...missed, ...faults];
}

/** The votes; and where they could lead to an entry, what the market is taken for and that the score is enough. */
function sayingSentences(record: Draft): readonly string[] {
  const said = voteSentences(record);
  if (record.rule === null || record.inputs.held !== null) return said;
  const isEnough = lacksOf(record).length === 0;
  const score = isEnough ? [`The ${scoreWords(record)} is enough for an entry.`] : [];
  return [...said, marketSentence(record), ...score];
}

function outcomeSentences(record: Draft): readonly string[] {
  switch (record.action) {
    case 'ENTER':
      return [...sizeSentences(record), entrySentence(record)];
    case 'EXIT':
      return [exitSentence(record)];
    case 'HOLD':
      return [...shortSentence(record), holdSentence(record)];
    case 'WAIT':
      return [waitSentence(record)];
  }
}

function entrySentence({ symbol, size, entry, inputs }: Draft): string {
  if (size === null || entry === null) return 'Buy at the next open.';
  const { quantity, stop, target } = entry;
  const cost = money(nearestText(Number(quantity) * Number(size.entry), 2));
  const levels = `stop near ${stop}, ${target === null ? 'no target' : `target ${target}`}`;
  const where = size.entry === inputs.close ? 'at the next open' : `at a limit of ${size.entry}`;
  return `Buy ${quantityOf(symbol, quantity)} ${where}, about ${cost} USD; ${levels}.`;
}

function sizeSentences({ size, regime, notes, inputs }: Draft): readonly string[] {
  if (size === null) return [];
  const probe = notes.includes('KELLY_NEGATIVE')
    ? [
        `The last ${inputs.standing.results} positions show no edge (KELLY_NEGATIVE): only a probe of ${percent(size.risk, 3)} of the equity is risked.`,
      ]
    : [];
  const shrinks = [
    ...(regime === 'RANDOM_WALK' ? ['halved in a random walk'] : []),
    ...(size.correlationScale !== null && size.correlationScale < 1
      ? [
          `times ${size.correlationScale.toFixed(2)}, for it moves with ${inputs.others.map((one) => one.symbol).join(' or ') || 'what is held'}`,
        ]
      : []),
  ];
  const risk = [`${percent(size.risk, 3)} of the equity down to the stop`, ...shrinks].join('; ');
  return [
    ...probe,
    `Size: ${money(size.n1)} USD by risk (${risk}), ${money(size.n2)} by volatility, ${money(size.n3)} by the share of ` +
      `one symbol, ${money(size.n4)} by what is not invested, ${money(size.n5)} by free cash; ${binding[size.binding]} binds.`,
  ];
}

function exitSentence(record: Draft): string {
  const { exitReason, latched, score, inputs } = record;
  if (exitReason === 'TIME') {
    const { entryMs = 0, timeStopMs = 0 } = inputs.held ?? {};
    const hours = (timeStopMs ?? 0) / HOUR_MS;
    return `Sell at the next open: the time stop of ${hours} hours since ${isoMinute(entryMs)} UTC has run out.`;
  }
  if (isHalfLatched(record))
    return `Sell at the next open: ${haveLeft(latched)}, with at least half of the weight of the entry.`;
  return `Sell at the next open: the short score of ${score.short.toFixed(2)} is enough for an entry on that side.`;
}

function haveLeft(names: readonly string[]): string {
  return `${list(names)} ${names.length === 1 ? 'has' : 'have'} left`;
}

function isHalfLatched({ inputs, latched }: Draft): boolean {
  const supporters = inputs.held?.supporters ?? [];
  return isLatchedOut({
    supporters: supporters.map((one) => ({ ...one, isLatched: latched.includes(one.instance) })),
  });
}

/** Votes against a position that are too light to sell it. */
function shortSentence(record: Draft): readonly string[] {
  const { inputs, score } = record;
  if (score.short === 0 || isBlind(record) || inputs.held?.exit !== null) return [];
  return [`The short score of ${score.short.toFixed(2)} is not enough to sell.`];
}

function holdSentence({ symbol, inputs: { held }, latched }: Draft): string {
  if (held === null) return 'Hold.';
  const quantity = quantityOf(symbol, held.quantity);
  if (held.exit !== null) return `${quantity} is being sold already: ${leaving[held.exit]} (${held.exit}).`;
  const target = held.target === null ? '' : ` and its target at ${held.target}`;
  const left =
    latched.length === 0 ? '' : `; ${haveLeft(latched)}, with less than half of the weight of the entry`;
  return `Hold ${quantity}, with its stop at ${held.stop}${target}${left}.`;
}

function waitSentence(record: Draft): string {
  const { symbol, code, codes, size, inputs, rule, votes } = record;
  if (code === 'MISSED') return 'No entry: this tick was missed or came too late.';
  if (code === 'INSUFFICIENT_DATA') return `No entry: the 4h candles do not suffice (${faultOf(record)}).`;
  if (code === 'SIZE_BELOW_MIN' && size !== null) {
    const quantity = quantityOf(symbol, size.quantity);
    return `No entry: ${quantity} is too small an order, ${size.tooSmall ?? 'below a minimum'} (${binding[size.binding]} binds).`;
  }
  if (code !== null) return `No entry: ${codes.join(', ')}.`;
  if (inputs.isEntering) return 'No further entry: an entry order has not ended yet.';
  if (rule !== null) return `No entry: ${lacksOf(record).join('; ')}.`;
  const isHeard = !votes.some(({ vote }) => vote === 1);
  return `Nothing is held, and no ${isHeard ? 'strategy votes long' : 'vote for long has weight'}.`;
}
