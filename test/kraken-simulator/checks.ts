import { floorTo, multiply, type Units } from '../../shared/core/decimal.ts';
import type { EpochMs } from '../../shared/core/market/timeframes.ts';
import type { AddRequest, AmendRequest, Arrival, BookMode, BookOrder } from './orders.ts';
import type { PairRules } from './pairs.ts';

const DEADLINE_MIN_MS = 2_000;
const DEADLINE_MAX_MS = 60_000;
const CLIENT_ID = /^([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32}|[\x21-\x7e]{1,18})$/i;

/** What Kraken says to a second open order with the same cl_ord_id: the string is not documented. */
const DUPLICATE_ID = 'EGeneral:Invalid arguments:cl_ord_id';

/** An error in Kraken's words, or none. */
type Verdict = string | undefined;

/** Best prices of the other participants. */
export interface Quote {
  readonly last: Units;
  readonly bid: Units;
  readonly ask: Units;
}

/** What the exchange as a whole refuses now. */
export function modeFault(mode: BookMode, call: 'add' | 'add-post' | 'amend' | 'cancel'): Verdict {
  if (mode === 'maintenance') return 'EService:Unavailable';
  if (call === 'cancel' || mode === 'online') return undefined;
  if (mode === 'cancel_only') return 'EService:Market in cancel_only mode';
  return call === 'add' ? 'EService:Market in post_only mode' : undefined;
}

/** The door checks that a deadline is two to sixty seconds ahead, the engine that it has not passed. */
export function deadlineFault(deadlineMs: EpochMs | undefined, { nowMs, receivedMs }: Arrival): Verdict {
  if (deadlineMs === undefined) return undefined;
  if (nowMs > deadlineMs) return 'EService:Deadline elapsed';
  const aheadMs = deadlineMs - (receivedMs ?? nowMs);
  return aheadMs < DEADLINE_MIN_MS || aheadMs > DEADLINE_MAX_MS
    ? 'EGeneral:Invalid arguments:deadline'
    : undefined;
}

/** Form of an order: what is wrong with it whatever the market and the account. */
export function formFault(request: AddRequest, pair: PairRules): Verdict {
  const { type, price, volume, clOrdId } = request;
  if (clOrdId !== undefined && (!CLIENT_ID.test(clOrdId) || request.userref !== undefined))
    return 'EGeneral:Invalid arguments:cl_ord_id';
  if (volume <= 0n || floorTo(volume, pair.lotDecimals) !== volume)
    return 'EGeneral:Invalid arguments:volume';
  if (request.isPostOnly && (type !== 'limit' || request.isImmediate)) return 'EGeneral:Invalid arguments';
  if (type === 'market') return undefined;
  if (price === undefined || price <= 0n) return 'EGeneral:Invalid arguments:price';
  return tickFault(price, pair);
}

/** Smallest order of the pair, by volume and by cost at `price`. */
export function sizeFault(pair: PairRules, volume: Units, price: Units): Verdict {
  if (volume < pair.orderMin) return 'EOrder:Order minimum not met';
  if (multiply(volume, price, 'down') < pair.costMin) return 'EOrder:Cost minimum not met';
  return undefined;
}

/** A post-only order may not take. */
export function postFault(side: 'buy' | 'sell', price: Units, quote: Quote): Verdict {
  return isCrossing(side, price, quote) ? 'EOrder:Post only order' : undefined;
}

/** Ids are unique among open orders only: that of one that has ended may come again. */
export function idFault(clOrdId: string | undefined, open: Iterable<BookOrder>): Verdict {
  if (clOrdId === undefined) return undefined;
  for (const order of open) if (order.clOrdId === clOrdId) return DUPLICATE_ID;
  return undefined;
}

/** What is wrong with a change of this order, funds apart. */
export function amendFault(order: BookOrder, change: AmendRequest, quote: Quote): Verdict {
  const { pair, type, side } = order;
  const price = change.limitPrice ?? change.triggerPrice ?? order.price;
  const total = change.volume ?? order.volume;
  return (
    fieldFault(type, change) ??
    (price <= 0n ? 'EGeneral:Invalid arguments:price' : tickFault(price, pair)) ??
    (total <= 0n || floorTo(total, pair.lotDecimals) !== total
      ? 'EGeneral:Invalid arguments:order_qty'
      : undefined) ??
    (total > order.filled ? sizeFault(pair, total, price) : undefined) ??
    (change.isPostOnly && type === 'limit' ? postFault(side, price, quote) : undefined)
  );
}

function fieldFault(type: BookOrder['type'], { volume, limitPrice, triggerPrice }: AmendRequest): Verdict {
  if (limitPrice !== undefined && type !== 'limit') return 'EGeneral:Invalid arguments:limit_price';
  if (triggerPrice !== undefined && type !== 'stop-loss') return 'EGeneral:Invalid arguments:trigger_price';
  return volume === undefined && limitPrice === undefined && triggerPrice === undefined
    ? 'EGeneral:Invalid arguments'
    : undefined;
}

/** True when a limit order at `price` would take. */
export function isCrossing(side: 'buy' | 'sell', price: Units, { bid, ask }: Quote): boolean {
  return side === 'buy' ? price >= ask : price <= bid;
}

/** A stop sells at or below its trigger, and buys at or above it. */
export function isHit(side: 'buy' | 'sell', trigger: Units, last: Units): boolean {
  return side === 'sell' ? last <= trigger : last >= trigger;
}

function tickFault(price: Units, { tick }: PairRules): Verdict {
  return price % tick === 0n ? undefined : 'EOrder:Tick size check failed';
}
