import { textOf, unitsOfNumber } from '../core/decimal.ts';
import { clientOrderId, type Purpose } from '../core/execution/client-id.ts';
import { moveOrder, newOrder, type Order } from '../core/execution/order.ts';
import { orderEnded, type Position } from '../core/execution/position.ts';
import type { EpochMs } from '../core/market/timeframes.ts';
import { type Account, commit, type Session } from './account.ts';
import { isUnsent, type SendAt, sendPending } from './place.ts';
import { reconcile } from './reconcile.ts';

/**
 * Gives every position what it must have at the exchange: a resting stop for its whole quantity at its stop
 * price, or, once it is to be sold, no stop and a sale. Then sends what is decided.
 * Each step is stored before the next, so that whoever comes after a crash carries on here.
 */
export async function protectAndSend(session: Session, at: SendAt): Promise<void> {
  const { account } = session;
  await protect(session, at.atMs);
  await sendPending(session, at);
  // What the exchange refused to rest may not stay bare until the next run: it is sold in this one.
  if (![...account.positions.keys()].some((symbol) => ordersOf(account, symbol).length === 0)) return;
  await protect(session, at.atMs);
  await sendPending(session, at);
}

async function protect(session: Session, atMs: EpochMs): Promise<void> {
  const { account } = session;
  for (const symbol of [...account.positions.keys()].sort()) {
    await withdrawStop(session, { symbol, atMs });
    const position = account.positions.get(symbol)?.value;
    if (position === undefined) continue;
    const purpose = position.exit === null ? 'stop' : 'exit';
    const others = ordersOf(account, symbol);
    if (others.length === 0) await reserve(session, { position, purpose });
    else if (purpose === 'stop') await moveStop(session, position);
  }
}

function ordersOf(account: Account, symbol: string): readonly Order[] {
  return [...account.orders.values()]
    .map(({ value }) => value)
    .filter((order) => order.symbol === symbol && order.purpose !== 'entry');
}

/** Ends the stop of a position that is to be sold; that it ended is read from the exchange, not believed. */
async function withdrawStop(
  session: Session,
  { symbol, atMs }: { readonly symbol: string; readonly atMs: EpochMs },
): Promise<void> {
  const { trader, account } = session;
  const position = account.positions.get(symbol)?.value;
  const stop = ordersOf(account, symbol).find(({ purpose }) => purpose === 'stop');
  if (position === undefined || position.exit === null || stop === undefined) return;
  if (await isUnsent(trader, stop)) {
    const ended = moveOrder(stop, 'EXPIRED', { isCancelRequested: true });
    await commit(session, {
      orders: [ended],
      positions: [orderEnded(position, ended, atMs)],
    });
    return;
  }
  if (!stop.isCancelRequested) {
    await commit(session, { orders: [{ ...stop, isCancelRequested: true }] });
  }
  await trader.exchange.cancel(stop.clientOrderId);
  await reconcile(session);
}

async function reserve(
  session: Session,
  { position, purpose }: { readonly position: Position; readonly purpose: Purpose },
): Promise<void> {
  const { account } = session;
  const { symbol, tickMs } = position.plan;
  // The instant of the cause, not of this run: whoever writes the order, and when, writes the same.
  const decidedMs = position.exit?.atMs ?? position.entryMs;
  const number = purpose === 'stop' ? position.stopsEnded : position.exitsEnded;
  const id = clientOrderId({ account: account.id, symbol, tickMs, purpose, number });
  const order = newOrder(
    { clientOrderId: id, symbol, purpose, number, tickMs, decidedMs, quantity: position.quantity },
    purpose === 'stop' ? { triggerPrice: unitsOfNumber(position.stop) } : {},
  );
  await commit(session, { orders: [order] });
}

/** Brings the stop to the position's stop price: the same order, the same id, resting or not yet sent. */
async function moveStop(session: Session, position: Position): Promise<void> {
  const { trader, account } = session;
  const stop = ordersOf(account, position.plan.symbol).find(({ purpose }) => purpose === 'stop');
  const triggerPrice = unitsOfNumber(position.stop);
  if (stop === undefined || stop.triggerPrice === triggerPrice) return;
  if (stop.state === 'PENDING') await commit(session, { orders: [{ ...stop, triggerPrice }] });
  if (stop.state !== 'OPEN') return;
  const isMoved = await trader.exchange.amend(stop.clientOrderId, { triggerPrice: textOf(triggerPrice) });
  if (isMoved) await commit(session, { orders: [moveOrder(stop, 'OPEN', { triggerPrice })] });
}
