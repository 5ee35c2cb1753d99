import { textOf, type Units, unitsOf, unitsOfNumber } from '../core/decimal.ts';
import { ABANDONED } from '../core/decision/tally.ts';
import { chaseStep, followedLimit } from '../core/execution/chase.ts';
import { clientOrderId } from '../core/execution/client-id.ts';
import { affordable } from '../core/execution/costs.ts';
import { moveOrder, type Order } from '../core/execution/order.ts';
import { firstStop } from '../core/execution/position.ts';
import { type EpochMs, MINUTE_MS } from '../core/market/timeframes.ts';
import type { OrderRequest } from '../ports/exchange.ts';
import { inTurn, type Reading, type Session } from './account.ts';
import { commit, tryCommit } from './commit.ts';
import { crossingOf, isAnyTripped } from './crossing.ts';
import { isDust } from './dust.ts';
import { closedBreakers } from './guard.ts';
import { reconcile } from './reconcile.ts';
import { rulesOf } from './trader.ts';

/**
 * Entries that rest at a limit follow the market once a watch; after three steps, or when no more is wanted of them,
 * they end, and what is left of those that still may crosses: it is bought by an order that takes at once. What an
 * order has come to is read from the exchange, never believed. Running it again changes nothing.
 *
 * @throws the first error of an entry, after all others had their turn; at once when nothing more may be written
 */
export async function chase(session: Session, atMs: EpochMs): Promise<void> {
  const { markedMs } = session.account.head.value;
  // A watch that runs again must not follow where the market was.
  if (markedMs !== null && markedMs > atMs) return;
  const errors = await inTurn(session, chasedOf(session), (order) => chaseOne(session, order, atMs));
  if (errors.length > 0) throw errors[0];
}

/**
 * Where the market cannot be seen nothing follows it and nothing crosses. What no more is wanted of is called back all
 * the same: it rests at the exchange, and would be bought past a breaker, or hours late.
 * @returns what went wrong on the way
 */
export function callBack(session: Session, atMs: EpochMs): Promise<readonly unknown[]> {
  return inTurn(session, chasedOf(session), async (order) => {
    const step = order.state === 'SENDING' ? 'wait' : stepOf(session, order, atMs);
    if (step === 'leave' || step === 'abandon') await chaseOne(session, order, atMs);
  });
}

function chasedOf({ account }: Session): readonly Order[] {
  return [...account.orders.values()]
    .map(({ value }) => value)
    .filter(({ purpose, kind }) => purpose === 'entry' && (kind === 'limit' || kind === 'capped'));
}

async function chaseOne(session: Session, order: Order, atMs: EpochMs): Promise<void> {
  // Whether it has arrived is found out first.
  if (order.state === 'SENDING') return;
  switch (stepOf(session, order, atMs)) {
    case 'wait':
      return;
    case 'follow':
      return follow(session, order, atMs);
    case 'cross':
      return cross(session, order, atMs);
    case 'leave':
      return withdraw(session, order, null);
    case 'abandon':
      return withdraw(session, order, ABANDONED);
  }
}

function stepOf({ trader, account }: Session, order: Order, atMs: EpochMs) {
  const { symbol, kind, tickMs, filled, quantity, crossPrice } = order;
  const position = account.positions.get(symbol)?.value;
  // On its way to the open, it is called back only from a position that is to be sold.
  if (kind === 'capped') return position !== undefined && position.exit !== null ? 'leave' : 'wait';
  if (crossPrice === null) return 'leave';
  const at = {
    atMs,
    execMs: trader.execMs,
    lateMs: trader.config.maxLateMinutes * MINUTE_MS,
    position,
    isHeldUp: isAnyTripped(account, { symbol, atMs }),
    isBare: order.isCancelRequested || (position !== undefined && isDust(trader, position)),
    instrument: rulesOf(trader, symbol).instrument,
  };
  return chaseStep({ tickMs, isFilled: filled > 0n, rest: quantity - filled, crossPrice }, at);
}

/** Moves a limit to the tick below the newest close. */
async function follow(session: Session, order: Order, atMs: EpochMs): Promise<void> {
  const { trader, account } = session;
  const { symbol } = order;
  const { tickDecimals } = rulesOf(trader, symbol).instrument;
  const position = account.positions.get(symbol)?.value;
  const close = await trader.feed.lastClose(symbol, atMs);
  const limitPrice = followedLimit(order.limitPrice ?? 0n, close, { position, tickDecimals });
  if (limitPrice === null) return withdraw(session, order, null);
  if (limitPrice === order.limitPrice) return;
  const moved = { ...order, limitPrice };
  if (order.state === 'PENDING') return commit(session, { orders: [moved] });
  const quantity = payable(session, moved);
  if (quantity <= order.filled) return withdraw(session, order, null);
  const isMoved = await trader.exchange.amend(order, {
    limitPrice: textOf(limitPrice),
    ...(quantity !== order.quantity && { quantity: textOf(quantity) }),
    ...attachedStop(session, moved),
  });
  if (isMoved) await commit(session, { orders: [{ ...moved, quantity }] });
}

/** The whole quantity, or less where a real exchange would take more than the budget: what is there besides is the owner's. */
function payable({ trader }: Session, { symbol, quantity, filled, limitPrice, budget }: Order): Units {
  if (trader.live === null || budget === null || limitPrice === null) return quantity;
  const { lotDecimals, makerFee } = rulesOf(trader, symbol).instrument;
  const most = filled + affordable(budget, { price: limitPrice, feeRate: unitsOf(makerFee) }, lotDecimals);
  return most < quantity ? most : quantity;
}

/** Ends a limit and lets its rest cross, unless a breaker was moved meanwhile: then the next watch looks again. */
async function cross(session: Session, order: Order, atMs: EpochMs): Promise<void> {
  const { account } = session;
  const { symbol } = order;
  const isUnsent = order.state === 'PENDING';
  const orders = isUnsent
    ? [moveOrder(order, 'EXPIRED', { isCancelRequested: true }), crossingOf(session, order)]
    : [{ ...order, isCancelRequested: true }];
  const { breakers, checks } = closedBreakers(account, { symbols: [symbol], atMs });
  if (!order.isCancelRequested && !(await tryCommit(session, { orders, breakers, items: checks })))
    return chaseOne(session, order, atMs);
  if (!isUnsent) await cancelled(session, order);
}

/**
 * Ends an entry of which no more is wanted, as far as it still can.
 * @param refusal what is said of it, or null
 */
export async function withdraw(session: Session, order: Order, refusal: string | null): Promise<void> {
  const { state } = order;
  const ended = { isCancelRequested: true, crossPrice: null, refusal };
  if (state === 'PENDING') return commit(session, { orders: [moveOrder(order, 'EXPIRED', ended)] });
  const isAsked = order.isCancelRequested && order.crossPrice === null;
  if (!isAsked) await commit(session, { orders: [{ ...order, ...ended }] });
  await cancelled(session, order);
}

async function cancelled(session: Session, order: Order): Promise<void> {
  await session.trader.exchange.cancel(order);
  await reconcile(session, order.symbol);
}

/** The stop that an exchange may attach to an entry at a limit, or to its rest: the one that a watch would place. */
export function attachedStop({ trader, account }: Reading, order: Order): Pick<OrderRequest, 'protectStop'> {
  const { symbol, tickMs, plan, limitPrice, ended } = order;
  const isMaker = order.kind === 'limit' || order.kind === 'capped';
  if (!isMaker || order.purpose !== 'entry' || plan === null || limitPrice === null) return {};
  const held = account.positions.get(symbol)?.value;
  // Its price follows from that of the first fill, which of an order that takes is not known before.
  if (order.kind === 'capped' && held === undefined) return {};
  const { tickDecimals } = rulesOf(trader, symbol).instrument;
  const trigger = held?.stop ?? firstStop(plan, limitPrice, tickDecimals);
  const number = held?.stopsEnded ?? ended.stops;
  const id = clientOrderId({ account: account.id, symbol, tickMs, purpose: 'stop', number });
  return { protectStop: { clientOrderId: id, triggerPrice: textOf(unitsOfNumber(trigger)) } };
}
