import { isoMinute } from '../market/calendar.ts';
import { type Breaker, ENGINE } from '../risk/breakers.ts';
import type { Gate, GateCode } from './gates.ts';
import { percent } from './words.ts';

/** What a failed gate says of the account and the market that it judged. */
interface Context {
  readonly symbol: string;
  /** Those that are tripped. */
  readonly breakers: readonly Pick<Breaker, 'scope' | 'why' | 'by'>[];
}

type Sentence = (gate: Gate, context: Context) => string;

/** Where a breaker is found, and what it is called. */
const breaker =
  (name: string, isOf: (scope: string) => boolean): Sentence =>
  ({ value }, { breakers }) => {
    const { why = '', by = ENGINE } = breakers.find(({ scope }) => isOf(scope)) ?? {};
    const until = value === null ? 'until a person resets it' : `until ${isoMinute(value)} UTC`;
    return `The ${name} breaker is tripped ${by === ENGINE ? '' : `by ${by} `}${until}: ${why}`;
  };

const sentences: Readonly<Record<GateCode, Sentence>> = {
  BREAKER_MANUAL: breaker('manual', (scope) => scope === 'manual'),
  BREAKER_PORTFOLIO: breaker('portfolio', (scope) => scope === 'portfolio'),
  BREAKER_CONSECUTIVE_LOSSES: breaker('losses', (scope) => scope === 'losses'),
  BREAKER_ASSET: breaker('asset', (scope) => scope.startsWith('asset:')),
  BREAKER_FLASH: breaker('flash', (scope) => scope.startsWith('flash:')),
  DAILY_LOSS: ({ value, limit }) =>
    `The account has lost ${percent(value, 2)} since 00:00 UTC; at ${percent(limit, 2)} nothing is entered.`,
  DRAWDOWN: ({ value, limit }) =>
    `The account fell ${limit === null ? 'too far' : `${percent(limit, 2)} or more`} below its highest equity ` +
    `(${percent(value, 2)} now): nothing is entered until a person resets the drawdown.`,
  MAX_OPEN: ({ value, limit }) => `${value} of at most ${limit} positions are open.`,
  COOLDOWN: ({ value, limit }) =>
    `The last loss is less than ${limit} minutes old: nothing is entered until ${value === null ? '–' : isoMinute(value)} UTC.`,
  ATR_TOO_LOW: ({ value, limit }, { symbol }) =>
    `${symbol} moves too little: ATR(14, 4h) is ${percent(value, 2)} of the price, below ${percent(limit, 2)}.`,
  SPREAD: ({ value, limit }, { symbol }) =>
    `The spread of ${symbol} is ${value?.toFixed(1)} bps, wider than the limit of ${limit}.`,
  MIN_EDGE: ({ value, limit }) =>
    `There is ${percent(value, 2)} of the price to be won, less than twice the cost of a round trip (${percent(limit, 2)}).`,
  BALANCE_SHORT: () => 'The venue holds less than the books say.',
};

/** Why a gate failed, as a sentence. */
export function gateSentence(gate: Gate, context: Context): string {
  return sentences[gate.code](gate, context);
}
