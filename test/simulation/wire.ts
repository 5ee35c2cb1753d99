import { AppError } from '../../shared/core/errors.ts';
import type { EpochMs } from '../../shared/core/market/timeframes.ts';
import type { SendMark } from '../../shared/ports/exchange.ts';
import type { KrakenBook } from '../kraken-simulator/book.ts';
import type { Arrival, BookOrder } from '../kraken-simulator/orders.ts';
import type { Chance, Trouble } from './chance.ts';
import type { Process } from './process.ts';
import type { VirtualTime } from './virtual-time.ts';

/** What is told of orders, in the moment in which it happens. */
export interface OnOrder {
  /** It leaves the process. */
  readonly sending: (id: string, mark: SendMark, nowMs: EpochMs) => void;
  readonly accepted: (order: BookOrder) => void;
  readonly refused: (id: string, nonce: string) => void;
  /** It was accepted, and the process has not heard of it yet. */
  readonly answering: (process: Process) => void;
}

/** The exchange of a world, and what all that talk to it with the one key share. */
export interface Venue {
  readonly time: VirtualTime;
  readonly chance: Chance;
  readonly book: KrakenBook;
  /** Nonces in microseconds: the newest that was drawn, and the newest that the exchange has seen. */
  readonly nonces: { drawn: number; seen: number };
  readonly on: OnOrder;
  readonly trace: (line: () => string) => void;
}

const TIMEOUT_MS = 5_000;
const INVALID_NONCE = 'EAPI:Invalid nonce';

/** What can become of a call to the exchange, how often, and whether it takes effect then. */
const wireTroubles: readonly {
  readonly trouble: Trouble;
  readonly share: number;
  readonly isEffective: boolean;
  readonly fails: 'never answers' | 'says so';
}[] = [
  { trouble: 'request lost', share: 0.01, isEffective: false, fails: 'never answers' },
  { trouble: 'reply lost', share: 0.015, isEffective: true, fails: 'never answers' },
  { trouble: 'gateway error before', share: 0.003, isEffective: false, fails: 'says so' },
  { trouble: 'gateway error after', share: 0.004, isEffective: true, fails: 'says so' },
  { trouble: 'connection reset before', share: 0.003, isEffective: false, fails: 'says so' },
  { trouble: 'connection reset after', share: 0.004, isEffective: true, fails: 'says so' },
  { trouble: 'reply garbled', share: 0.003, isEffective: true, fails: 'says so' },
  { trouble: 'service unavailable', share: 0.003, isEffective: false, fails: 'says so' },
  { trouble: 'service busy', share: 0.003, isEffective: true, fails: 'says so' },
];
/** Orders are few among the calls: more goes wrong with them. */
const ORDER_FACTOR = 4;

/** A private call as it goes over the wire. */
export interface WireCall<Result> {
  readonly name: string;
  /** Drawn before: an order carries that of its mark. */
  readonly nonce?: number;
  readonly isOrder?: boolean;
  /** What the exchange does with it; `{ error }` is its refusal. */
  readonly arrive: (arrival: Arrival) => Result;
}

/** The next nonce of the key: never one that was drawn before, whoever's clock is behind. */
export function drawNonce({ nonces }: Venue, process: Process): number {
  nonces.drawn = Math.max(process.clockMs() * 1000, nonces.drawn + 1);
  return nonces.drawn;
}

/**
 * Sends a private call and waits for the answer, five seconds at most.
 * @returns what the exchange answered, an outdated nonce's refusal included
 * @throws AppError `exchange-unavailable` when the outcome is unknown
 */
export function send<Result>(
  venue: Venue,
  process: Process,
  { name, nonce = drawNonce(venue, process), isOrder = false, arrive }: WireCall<Result>,
): Promise<Result | { readonly error: string }> {
  const { chance, time, trace } = venue;
  const sentMs = time.nowMs();
  const happens = (trouble: Trouble, share: number) =>
    chance.happens(trouble, isOrder ? ORDER_FACTOR * share : share);
  const isLate = happens('request late', 0.006);
  const isQueued = happens('request queued', 0.006);
  const met = wireTroubles.find(({ trouble, share }) => happens(trouble, share));
  const hiddenMs = isOrder && happens('order hidden at first', 0.06) ? chance.between(300, 3_500) : 0;
  const arrival = (): Arrival => ({
    nowMs: time.nowMs(),
    receivedMs: Math.min(sentMs + 30, time.nowMs()),
    lag: { appearMs: hiddenMs, closeMs: hiddenMs / 2, tradesMs: hiddenMs },
  });
  const isAnswered = !isLate && !isQueued && met?.fails !== 'never answers';
  let isAdmitted: boolean | undefined;
  if (isQueued)
    time.after(20, () => {
      isAdmitted = met?.isEffective !== false && isAdmittedWith(venue, nonce);
      return false;
    });
  const underWayMs = isLate
    ? chance.between(5_000, 200_000)
    : isQueued
      ? chance.between(1_000, 30_000)
      : chance.between(20, 250);
  return process.call<Result | { readonly error: string }>({
    outMs: underWayMs,
    backMs: chance.between(20, 250),
    unanswered: isAnswered
      ? undefined
      : { afterMs: TIMEOUT_MS, error: () => unavailable(`${name} did not answer`) },
    arrive() {
      if (met?.isEffective === false) {
        trace(() => `${process.name} ${name}: ${met.trouble}`);
        throw unavailable(met.trouble);
      }
      const answer = received(venue, isAdmitted ?? isAdmittedWith(venue, nonce), () => arrive(arrival()));
      const notes = [
        isLate ? 'late' : '',
        isQueued ? 'queued' : '',
        hiddenMs > 0 ? 'hidden' : '',
        met?.trouble ?? '',
      ];
      trace(
        () => `${process.name} ${name}: ${[told(answer), ...notes].filter((one) => one !== '').join(', ')}`,
      );
      if (met !== undefined) throw unavailable(met.trouble);
      return answer;
    },
  });
}

/** Each nonce must be higher than all that were seen before it. */
function isAdmittedWith({ nonces }: Venue, nonce: number): boolean {
  if (nonce <= nonces.seen) return false;
  nonces.seen = nonce;
  return true;
}

function received<Result>(
  { book }: Venue,
  isAdmitted: boolean,
  work: () => Result,
): Result | { error: string } {
  if (!isAdmitted) return { error: INVALID_NONCE };
  return book.mode() === 'maintenance' ? { error: 'EService:Unavailable' } : work();
}

export function unavailable(what: string): AppError {
  return new AppError('exchange-unavailable', `The exchange: ${what}.`, 'The next watch carries on.');
}

export const isRefusal = (answer: unknown): answer is { readonly error: string } =>
  typeof answer === 'object' && answer !== null && 'error' in answer;

function told(answer: unknown): string {
  if (isRefusal(answer)) return answer.error;
  if (Array.isArray(answer)) return `${answer.length} found`;
  return 'done';
}
