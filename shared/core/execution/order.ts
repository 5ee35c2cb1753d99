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
  readonly kind: 'market' | 'stop';
  readonly quantity: Units;
  /** Trigger of a stop as the exchange last confirmed it. */
  readonly triggerPrice: Units | null;
  /** Most that a buy may cost, fee included. */
  readonly budget: Units | null;
  /** What an entry becomes when it fills. */
  readonly plan: EntryPlan | null;
  readonly state: OrderState;
  /** Wall time of the last sending: an unknown outcome is looked up after it. */
  readonly sentAtMs: EpochMs | null;
  readonly attempts: number;
  readonly isCancelRequested: boolean;
  readonly filled: Units;
  /** Fills that the books have. */
  readonly fills: number;
  /** What the exchange said when it refused. */
  readonly refusal: string | null;
}

const successors: Readonly<Record<OrderState, readonly OrderState[]>> = {
  PENDING: ['SENDING', 'EXPIRED'],
  SENDING: ['SENDING', 'OPEN', 'FILLED', 'CANCELLED', 'REJECTED', 'EXPIRED'],
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
  terms: Partial<Pick<Order, 'triggerPrice' | 'budget' | 'plan'>>,
): Order {
  return {
    ...intent,
    side: intent.purpose === 'entry' ? 'buy' : 'sell',
    kind: intent.purpose === 'stop' ? 'stop' : 'market',
    triggerPrice: terms.triggerPrice ?? null,
    budget: terms.budget ?? null,
    plan: terms.plan ?? null,
    state: 'PENDING',
    sentAtMs: null,
    attempts: 0,
    isCancelRequested: false,
    filled: 0n,
    fills: 0,
    refusal: null,
  };
}
