import { assert } from '../assert.ts';
import type { Units } from '../decimal.ts';
import type { EpochMs } from '../market/timeframes.ts';
import type { Purpose } from './client-id.ts';
import type { EntryPlan } from './position.ts';

/**
 * The stored states of an order. PENDING is decided and not yet sent; SENDING may or may not have reached the
 * exchange; OPEN was acknowledged; the others are final.
 */
export type OrderState = 'PENDING' | 'SENDING' | 'OPEN' | 'FILLED' | 'CANCELLED' | 'REJECTED' | 'EXPIRED';

/** What a sending was marked with, stored before it: the call is built from it. */
interface Mark {
  /** Wall time. */
  readonly sentAtMs: EpochMs;
  readonly deadlineMs: EpochMs;
  readonly nonce: string;
}

/** An exchange that answered did not have the order. */
interface Absence {
  /** Wall time. */
  readonly atMs: EpochMs;
  /** Fence of the lease under which it was looked up: tells one watch from another. */
  readonly fence: number;
}

/** An order of ours, stored before the exchange hears of it. */
export interface Order {
  readonly clientOrderId: string;
  readonly symbol: string;
  readonly purpose: Purpose;
  readonly number: number;
  /** Tick of the position's entry. */
  readonly tickMs: EpochMs;
  /** Instant on the clock at which it was decided. */
  readonly decidedMs: EpochMs;
  readonly side: 'buy' | 'sell';
  readonly kind: 'market' | 'stop' | 'limit' | 'capped';
  /** As the exchange last confirmed it, like the two prices. */
  readonly quantity: Units;
  readonly triggerPrice: Units | null;
  /** The worst price of a limit or capped order. */
  readonly limitPrice: Units | null;
  /** Of a limit entry: the worst price at which its rest crosses; null once none of it shall. */
  readonly crossPrice: Units | null;
  /** Most that a buy may still cost, fee included. */
  readonly budget: Units | null;
  /** What an entry becomes when it fills. */
  readonly plan: EntryPlan | null;
  readonly state: OrderState;
  /** With what it was sent last: an unknown outcome is looked up after it. */
  readonly mark: Mark | null;
  readonly attempts: number;
  /** The newest look-up since then, after the last moment of arrival, that did not find it. */
  readonly absence: Absence | null;
  readonly isCancelRequested: boolean;
  readonly filled: Units;
  /** Those that the books have, by the exchange's names. */
  readonly fillIds: readonly string[];
  /** What the exchange said when it refused, or why it was not sent any more. */
  readonly refusal: string | null;
  /** Of an entry that outlives its position: stops and exits of that one which ended, for no client id comes twice. */
  readonly ended: Ended;
}

/** Stops and exits that ended final. */
interface Ended {
  readonly stops: number;
  readonly exits: number;
}

const successors: Readonly<Record<OrderState, readonly OrderState[]>> = {
  PENDING: ['SENDING', 'EXPIRED'],
  // Back to PENDING when the exchange would not have it now, or was proven not to have it.
  SENDING: ['PENDING', 'SENDING', 'OPEN', 'FILLED', 'CANCELLED', 'REJECTED', 'EXPIRED'],
  OPEN: ['OPEN', 'FILLED', 'CANCELLED', 'REJECTED', 'EXPIRED'],
  FILLED: [],
  CANCELLED: [],
  REJECTED: [],
  EXPIRED: [],
};

/** Whether nothing more can come of an order in this state. */
export function isFinal(state: OrderState): boolean {
  return successors[state].length === 0;
}

/** Moves an order on. @throws Error `Bug: …` on a step that the state machine does not have */
export function moveOrder(order: Order, state: OrderState, change: Partial<Order> = {}): Order {
  assert(
    successors[order.state].includes(state),
    `order ${order.clientOrderId} from ${order.state} to ${state}`,
  );
  return { ...order, ...change, state };
}

/** A new order, not yet sent. */
export function newOrder(
  intent: Pick<
    Order,
    'clientOrderId' | 'symbol' | 'purpose' | 'number' | 'tickMs' | 'decidedMs' | 'quantity'
  >,
  terms: Partial<Pick<Order, 'kind' | 'triggerPrice' | 'limitPrice' | 'crossPrice' | 'budget' | 'plan'>>,
): Order {
  return {
    ...intent,
    side: intent.purpose === 'entry' ? 'buy' : 'sell',
    kind: terms.kind ?? (intent.purpose === 'stop' ? 'stop' : 'market'),
    triggerPrice: terms.triggerPrice ?? null,
    limitPrice: terms.limitPrice ?? null,
    crossPrice: terms.crossPrice ?? null,
    budget: terms.budget ?? null,
    plan: terms.plan ?? null,
    state: 'PENDING',
    mark: null,
    attempts: 0,
    absence: null,
    isCancelRequested: false,
    filled: 0n,
    fillIds: [],
    refusal: null,
    ended: { stops: 0, exits: 0 },
  };
}
