import type { EpochMs } from '../../shared/core/market/timeframes.ts';
import { type BookOrder, isShown } from './orders.ts';
import type { BookState } from './state.ts';

export interface ListQuery {
  readonly nowMs: EpochMs;
  readonly clOrdId?: string | undefined;
  readonly userref?: number | undefined;
}

export interface SpanQuery {
  readonly nowMs: EpochMs;
  /** Excluded. */
  readonly startMs?: EpochMs | undefined;
  /** Included. */
  readonly endMs?: EpochMs | undefined;
}

/** Those of the orders (oldest first) that a list shows to this query, newest first. */
export function shown(
  orders: readonly BookOrder[],
  list: 'open' | 'closed',
  { nowMs, clOrdId, userref }: ListQuery,
): readonly BookOrder[] {
  return orders
    .filter(
      (order) =>
        isShown(order, list, nowMs) &&
        (clOrdId === undefined || order.clOrdId === clOrdId) &&
        (userref === undefined || order.userref === userref),
    )
    .reverse();
}

/** What has ended, oldest first; with an id only its own. */
export function endedOrders(state: BookState, clOrdId: string | undefined): readonly BookOrder[] {
  return clOrdId === undefined ? state.ended : (state.accepted.get(clOrdId) ?? []);
}

/** Whether an instant lies in the span that a query asks for. */
export function isWithin(atMs: EpochMs, { startMs, endMs }: SpanQuery): boolean {
  return (startMs === undefined || atMs > startMs) && (endMs === undefined || atMs <= endMs);
}
