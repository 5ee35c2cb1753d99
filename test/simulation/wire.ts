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
  /** Executions that are shown later than the first of their order, and when. */
  readonly lateTrades: Map<string, EpochMs>;
  readonly key: { readonly isRefused: boolean };
  readonly on: OnOrder;
  readonly trace: (line: () => string) => void;
}

const TIMEOUT_MS = 5_000;
const INVALID_NONCE = 'EAPI:Invalid nonce';

interface WireTrouble {
  readonly trouble: Trouble;
  /** Of the calls that ask, and of those that place, change or cancel an order: more goes wrong with these. */
  readonly shares: readonly [asking: number, ordering: number];
  readonly isEffective: boolean;
  readonly fails: 'never answers' | 'says so';
}

/** What can become of a call to the exchange, how often, and whether it takes effect then. */
const wireTroubles: readonly WireTrouble[] = [
  { trouble: 'request lost', shares: [0.004, 0.03], isEffective: false, fails: 'never answers' },
  { trouble: 'reply lost', shares: [0.004, 0.08], isEffective: true, fails: 'never answers' },
  { trouble: 'gateway error before', shares: [0.001, 0.08], isEffective: false, fails: 'says so' },
  { trouble: 'gateway error after', shares: [0.001, 0.03], isEffective: true, fails: 'says so' },
  { trouble: 'connection reset before', shares: [0.001, 0.08], isEffective: false, fails: 'says so' },
  { trouble: 'connection reset after', shares: [0.001, 0.03], isEffective: true, fails: 'says so' },
  { trouble: 'reply garbled', shares: [0.001, 0.02], isEffective: true, fails: 'says so' },
  { trouble: 'service unavailable', shares: [0.001, 0.02], isEffective: false, fails: 'says so' },
  { trouble: 'service busy', shares: [0.001, 0.02], isEffective: true, fails: 'says so' },
];
const LATE_SHARES = [0.003, 0.03] as const;
const QUEUED_SHARES = [0.003, 0.03] as const;

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
  const happens = (trouble: Trouble, shares: WireTrouble['shares']) =>
    chance.happens(trouble, shares[isOrder ? 1 : 0]);
  const isLate = happens('request late', LATE_SHARES);
  const isQueued = happens('request queued', QUEUED_SHARES);
  const met = wireTroubles.find(({ trouble, shares }) => happens(trouble, shares));
  const hiddenMs = happens('order hidden at first', [0, 0.2]) ? chance.between(300, 8_000) : 0;
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
  { book, key }: Venue,
  isAdmitted: boolean,
  work: () => Result,
): Result | { error: string } {
  if (key.isRefused) return { error: 'EAPI:Invalid key' };
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
