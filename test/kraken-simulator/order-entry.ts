import type { EpochMs } from '../../shared/core/market/timeframes.ts';
import {
  amendFault,
  deadlineFault,
  formFault,
  idFault,
  isCrossing,
  modeFault,
  postFault,
  sizeFault,
} from './checks.ts';
import { costOf, offered, settle } from './matching.ts';
import {
  type AddRequest,
  type AmendRequest,
  type Arrival,
  type BookOrder,
  krakenName,
  type OrderName,
} from './orders.ts';
import { assetOf, availableOf, type BookState, end, holdOf, type Market } from './state.ts';

export interface Failure {
  /** In Kraken's words. */
  readonly error: string;
}

const INSUFFICIENT = 'EOrder:Insufficient funds';
const UNKNOWN_ORDER = 'EOrder:Unknown order';
const ASKED = 'User requested';

/** Places an order, or checks it only. */
export function add(
  state: BookState,
  request: AddRequest,
  arrival: Arrival & { readonly isOwners: boolean },
): Failure | { readonly order: BookOrder } {
  expire(state, arrival.nowMs);
  const pair = state.pairs.get(request.pair);
  if (pair === undefined) return { error: 'EQuery:Unknown asset pair' };
  const market = state.markets.get(pair.name);
  if (market === undefined) return { error: 'EService:Unavailable' };
  const order = newOrder(state, request, { ...arrival, market });
  const error = addFault(state, request, { order, market, arrival });
  if (error !== undefined) return { error };
  if (request.isValidateOnly) return { order };
  state.orders.set(order.txid, order);
  state.open.set(order.txid, order);
  if (order.clOrdId !== null)
    state.accepted.set(order.clOrdId, [...(state.accepted.get(order.clOrdId) ?? []), order]);
  settle(state, order, arrival.nowMs);
  return { order };
}

function newOrder(
  { orders }: BookState,
  request: AddRequest,
  { market, nowMs, isOwners, lag = {} }: Arrival & { readonly market: Market; readonly isOwners: boolean },
): BookOrder {
  const { side, type, volume, price = 0n, isPostOnly = false, isImmediate = false } = request;
  return {
    txid: krakenName('O', orders.size),
    clOrdId: request.clOrdId ?? null,
    userref: request.userref ?? 0,
    isOwners,
    pair: market.pair,
    side,
    type,
    isPostOnly,
    isImmediate: isImmediate && type === 'limit',
    feeIn: request.feeIn ?? (side === 'buy' ? 'quote' : 'base'),
    openedMs: nowMs,
    expiresMs: request.expiresMs ?? null,
    visibleFromMs: nowMs + (lag.appearMs ?? 0),
    lag,
    volume,
    price: type === 'market' ? 0n : price,
    isTriggered: false,
    filled: 0n,
    cost: 0n,
    fee: 0n,
    status: 'open',
    reason: null,
    closedMs: null,
    touchedMs: nowMs,
    trades: [],
  };
}

interface Candidate {
  readonly order: BookOrder;
  readonly market: Market;
  readonly arrival: Arrival;
}

/** The door's checks, then the engine's. */
function addFault(
  state: BookState,
  request: AddRequest,
  { order, market, arrival }: Candidate,
): string | undefined {
  const { pair, side, type, price } = order;
  return (
    modeFault(state.mode, order.isPostOnly ? 'add-post' : 'add') ??
    formFault(request, pair) ??
    deadlineFault(request.deadlineMs, arrival) ??
    sizeFault(pair, order.volume, type === 'market' ? market.last : price) ??
    idFault(request.clOrdId, state.open.values()) ??
    (openOrdersOf(state, order) >= state.openOrdersMax ? 'EOrder:Orders limit exceeded' : undefined) ??
    (order.isPostOnly ? postFault(side, price, market) : undefined) ??
    fundsFault(state, order, market)
  );
}

function openOrdersOf(state: BookState, { pair }: BookOrder): number {
  let count = 0;
  for (const order of state.open.values()) if (order.pair === pair) count++;
  return count;
}

/** A market buy must be paid for as it takes, everything else as it would rest. */
function fundsFault(state: BookState, order: BookOrder, market: Market): string | undefined {
  const { pair, side, type, volume } = order;
  const need =
    side === 'buy' && type === 'market'
      ? costOf(state, pair, offered(market, { side, volume }))
      : holdOf(state, order);
  return need <= availableOf(state, assetOf(order)) ? undefined : INSUFFICIENT;
}

/** Changes a resting order. */
export function amend(
  state: BookState,
  name: OrderName,
  { change, arrival }: { readonly change: AmendRequest; readonly arrival: Arrival },
): Failure | { readonly amendId: string; readonly order: BookOrder } {
  expire(state, arrival.nowMs);
  const fault = modeFault(state.mode, 'amend') ?? deadlineFault(change.deadlineMs, arrival);
  if (fault !== undefined) return { error: fault };
  const order = openOrder(state, name);
  const market = order && state.markets.get(order.pair.name);
  if (order === undefined || market === undefined) return { error: UNKNOWN_ORDER };
  const error = amendFault(order, change, market) ?? amendedFault(state, order, { change, market });
  if (error !== undefined) return { error };
  apply(order, change, arrival.nowMs);
  if (order.volume > order.filled) settle(state, order, arrival.nowMs);
  else end(state, order, { status: 'canceled', reason: ASKED, atMs: arrival.nowMs });
  return { amendId: krakenName('T', (1 << 24) + state.amendCount++), order };
}

function apply(order: BookOrder, change: AmendRequest, nowMs: EpochMs): void {
  const volume = change.volume ?? order.volume;
  order.volume = volume > order.filled ? volume : order.filled;
  order.price = change.limitPrice ?? change.triggerPrice ?? order.price;
  order.isPostOnly = change.isPostOnly ?? false;
  order.touchedMs = nowMs;
}

/** A change may be more than is there, or take while nobody may. */
function amendedFault(
  state: BookState,
  order: BookOrder,
  { change, market }: { readonly change: AmendRequest; readonly market: Market },
): string | undefined {
  const volume = change.volume ?? order.volume;
  const price = change.limitPrice ?? change.triggerPrice ?? order.price;
  if (state.mode === 'post_only' && order.type === 'limit' && isCrossing(order.side, price, market))
    return 'EService:Market in post_only mode';
  const more = holdOf(state, { ...order, volume, price }) - holdOf(state, order);
  return more > availableOf(state, assetOf(order)) ? INSUFFICIENT : undefined;
}

/** Cancels an open order. */
export function cancel(
  state: BookState,
  name: OrderName,
  { nowMs }: Arrival,
): Failure | { readonly count: number } {
  expire(state, nowMs);
  const fault = modeFault(state.mode, 'cancel');
  if (fault !== undefined) return { error: fault };
  const order = openOrder(state, name);
  if (order === undefined) return { error: UNKNOWN_ORDER };
  end(state, order, { status: 'canceled', reason: ASKED, atMs: nowMs });
  return { count: 1 };
}

/** The open order of that name, shown or not. */
export function openOrder(state: BookState, name: OrderName): BookOrder | undefined {
  if ('txid' in name) return state.open.get(name.txid);
  for (const order of state.open.values()) if (order.clOrdId === name.clOrdId) return order;
  return undefined;
}

/** Ends what was good till an instant that has come. */
export function expire(state: BookState, nowMs: EpochMs): void {
  for (const order of state.open.values())
    if (order.expiresMs !== null && nowMs >= order.expiresMs)
      end(state, order, { status: 'expired', reason: 'Order expired', atMs: order.expiresMs });
}
