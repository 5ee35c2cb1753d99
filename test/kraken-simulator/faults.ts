import type { Random } from '../../shared/core/market/random.ts';
import { type EpochMs, HOUR_MS, MINUTE_MS } from '../../shared/core/market/timeframes.ts';
import type { BookMode, Lag } from './orders.ts';

/** What happens to one call on its way. `isAccepted`: the engine did it, though the client does not hear so. */
export type Fault =
  | { readonly kind: 'none' }
  /** Never arrives; the client hears nothing. */
  | { readonly kind: 'request-lost' }
  /** Done; the client hears nothing. */
  | { readonly kind: 'reply-lost' }
  /**
   * Arrives after `delayMs`. Not queued: its nonce is looked at on arrival. Queued: it passed the door at once, and waits
   * for the engine, where only its deadline can stop it.
   */
  | { readonly kind: 'late'; readonly delayMs: number; readonly isQueued: boolean }
  /** Done at once; its reply comes after those of later calls. */
  | { readonly kind: 'reordered'; readonly delayMs: number }
  | { readonly kind: 'status'; readonly status: 502 | 504 | 520; readonly isAccepted: boolean }
  | { readonly kind: 'reset'; readonly isAccepted: boolean }
  /** Done; the JSON of the reply is cut off. */
  | { readonly kind: 'invalid-json' }
  /** An error instead of an answer. Unavailable and Busy say nothing of what the engine did. */
  | { readonly kind: 'error'; readonly error: string; readonly isAccepted: boolean };

/** Shares of the calls, and of the minutes of the exchange. */
export interface FaultRates {
  /** Of calls, for each kind but `none`. */
  readonly call: number;
  /** Of accepted orders that the lists show late. */
  readonly lag: number;
  /** Of minutes in which a span without normal trading begins. */
  readonly span: number;
  /** Most that the clock of the exchange may be off. */
  readonly clockOffsetMs: number;
}

export const faultLevels = {
  none: { call: 0, lag: 0, span: 0, clockOffsetMs: 0 },
  light: { call: 0.005, lag: 0.1, span: 0.0003, clockOffsetMs: 300 },
  heavy: { call: 0.025, lag: 0.4, span: 0.003, clockOffsetMs: 1_500 },
} as const satisfies Record<string, FaultRates>;

export type FaultLevel = keyof typeof faultLevels;

/** Every name that `faultName` gives, with those of lags, spans and clocks: what a count should know. */
const faultNames = [
  'request-lost',
  'reply-lost',
  'late-within',
  'late-beyond',
  'late-queued',
  'reordered',
  'status-before',
  'status-after',
  'reset-before',
  'reset-after',
  'invalid-json',
  'unavailable',
  'busy',
  'throttled',
  'lag',
  'cancel_only',
  'post_only',
  'maintenance',
  'clock-offset',
] as const;

export type FaultName = (typeof faultNames)[number];

/** Longest deadline that our orders carry: a later arrival is beyond it. */
const DEADLINE_MS = 10_000;
const statuses = [502, 504, 520] as const;

const kinds: readonly ((random: Random, nowMs: EpochMs) => Fault)[] = [
  () => ({ kind: 'request-lost' }),
  () => ({ kind: 'reply-lost' }),
  (random) => ({ kind: 'late', delayMs: between(random, 1, DEADLINE_MS - 1), isQueued: false }),
  (random) => ({ kind: 'late', delayMs: between(random, DEADLINE_MS, 90_000), isQueued: false }),
  (random) => ({ kind: 'late', delayMs: between(random, 1, 30_000), isQueued: true }),
  (random) => ({ kind: 'reordered', delayMs: between(random, 1, 4_000) }),
  (random) => ({
    kind: 'status',
    status: statuses[between(random, 0, 2)] ?? 502,
    isAccepted: random.uniform() < 0.5,
  }),
  (random) => ({ kind: 'reset', isAccepted: random.uniform() < 0.5 }),
  () => ({ kind: 'invalid-json' }),
  (random) => ({ kind: 'error', error: 'EService:Unavailable', isAccepted: random.uniform() < 0.5 }),
  (random) => ({ kind: 'error', error: 'EService:Busy', isAccepted: random.uniform() < 0.5 }),
  (random, nowMs) => ({
    kind: 'error',
    error: `EService:Throttled: ${Math.ceil(nowMs / 1000) + between(random, 1, 30)}`,
    isAccepted: false,
  }),
];

/** Draws what happens to one call that is sent now. */
export function drawFault(random: Random, rates: FaultRates, nowMs: EpochMs): Fault {
  const drawn = random.uniform();
  const make = rates.call === 0 ? undefined : kinds[Math.floor(drawn / rates.call)];
  return make?.(random, nowMs) ?? { kind: 'none' };
}

/** Draws how late the lists show an order that is accepted now: up to eight seconds each. */
export function drawLag(random: Random, rates: FaultRates): Lag {
  if (random.uniform() >= rates.lag) return {};
  return {
    appearMs: between(random, 1, 8_000),
    closeMs: between(random, 0, 5_000),
    tradesMs: between(random, 0, 8_000),
  };
}

/** Draws, once a minute of the exchange, whether a span without normal trading begins, and how long it lasts. */
export function drawSpan(
  random: Random,
  rates: FaultRates,
): { readonly mode: Exclude<BookMode, 'online'>; readonly lengthMs: number } | undefined {
  if (random.uniform() >= rates.span) return undefined;
  const drawn = random.uniform();
  if (drawn < 0.2) return { mode: 'maintenance', lengthMs: HOUR_MS };
  const lengthMs = between(random, 1, 15) * MINUTE_MS;
  return { mode: drawn < 0.6 ? 'cancel_only' : 'post_only', lengthMs };
}

/** Draws by how much the clock of the exchange is ahead of true time, or behind it. */
export function drawClockOffsetMs(random: Random, { clockOffsetMs }: FaultRates): number {
  return clockOffsetMs === 0 ? 0 : between(random, -clockOffsetMs, clockOffsetMs);
}

/** The name under which a fault is counted; undefined for none. */
export function faultName(fault: Fault): FaultName | undefined {
  switch (fault.kind) {
    case 'none':
      return undefined;
    case 'late':
      if (fault.isQueued) return 'late-queued';
      return fault.delayMs < DEADLINE_MS ? 'late-within' : 'late-beyond';
    case 'status':
    case 'reset':
      return `${fault.kind}-${fault.isAccepted ? 'after' : 'before'}`;
    case 'error':
      return errorName(fault.error);
    default:
      return fault.kind;
  }
}

function errorName(error: string): FaultName {
  if (error.startsWith('EService:Throttled')) return 'throttled';
  return error === 'EService:Busy' ? 'busy' : 'unavailable';
}

/** A count of everything that can happen, all at 0. */
export function faultCounts(): Map<FaultName, number> {
  return new Map(faultNames.map((name) => [name, 0] as const));
}

/** A whole number from `least` to `most`, both included. */
function between({ uniform }: Random, least: number, most: number): number {
  return least + Math.floor(uniform() * (most - least + 1));
}
