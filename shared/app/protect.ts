import { textOf, unitsOfNumber } from '../core/decimal.ts';
import { clientOrderId, type Purpose } from '../core/execution/client-id.ts';
import { moveOrder, newOrder, type Order } from '../core/execution/order.ts';
import { orderEnded, type Position } from '../core/execution/position.ts';
import type { EpochMs } from '../core/market/timeframes.ts';
import { type Account, inTurn, mayGoOn, type Session } from './account.ts';
import { commit } from './commit.ts';
import { isUnsent, type SendAt, sendPending } from './place.ts';
import { reconcile } from './reconcile.ts';

/**
 * Gives every position what it must have at the exchange: a resting stop for its whole quantity at its stop
 * price, or, once it is to be sold, no stop and a sale. Then sends the entries that are decided.
 * Each step is stored before the next, so that whoever comes after a crash carries on here.
 *
 * @throws the first error of a symbol, after all others had their turn; at once when nothing more may be written
 */
export async function protectAndSend(session: Session, at: SendAt): Promise<void> {
  const { account } = session;
  const secure = (symbol: string) => secureSymbol(session, symbol, at);
  const errors = await inTurn(session, symbolsOf(account), secure);
  // What the exchange refused to rest may not stay bare until the next run: it is sold in this one.
  const bare = symbolsOf(account).filter(
    (symbol) => account.positions.has(symbol) && exitsOf(account, symbol).length === 0,
  );
  errors.push(...(await inTurn(session, bare, secure)));
  const enter = (symbol: string) => sendPending(session, entriesOf(account, symbol), at);
  errors.push(...(await inTurn(session, symbolsOf(account), enter)));
  if (errors.length > 0) throw errors[0];
}

/**
 * Does work that needs candles or answers. Where it fails, what was decided before is carried on first: a candle that
 * has not appeared, or an order that cannot be looked up, holds up no stop, sale or order that waits to be sent.
 */
export async function carryingOn<Result>(
  session: Session,
  at: SendAt,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (mayGoOn(session, error)) await protectAndSend(session, at);
    throw error;
  }
}

/** Of everything that is open, in alphabetical order. */
function symbolsOf({ positions, orders }: Account): readonly string[] {
  const symbols = [...positions.keys(), ...[...orders.values()].map(({ value }) => value.symbol)];
  return [...new Set(symbols)].sort();
}

/** The whole way of a symbol, from the withdrawal of its stop to its sale: it is bare for no longer than that. */
async function secureSymbol(session: Session, symbol: string, at: SendAt): Promise<void> {
  const { account } = session;
  await withdrawStop(session, { symbol, atMs: at.atMs });
  const position = account.positions.get(symbol)?.value;
  if (position !== undefined) {
    const purpose = position.exit === null ? 'stop' : 'exit';
    if (exitsOf(account, symbol).length === 0) await reserve(session, { position, purpose });
    else if (purpose === 'stop') await moveStop(session, position);
  }
  await sendPending(session, exitsOf(account, symbol), at);
}

function ordersOf(account: Account, symbol: string): readonly Order[] {
  return [...account.orders.values()].map(({ value }) => value).filter((order) => order.symbol === symbol);
}

function entriesOf(account: Account, symbol: string): readonly Order[] {
  return ordersOf(account, symbol).filter(({ purpose }) => purpose === 'entry');
}

/** Stops and sales. */
function exitsOf(account: Account, symbol: string): readonly Order[] {
  return ordersOf(account, symbol).filter(({ purpose }) => purpose !== 'entry');
}

/** Ends the stop of a position that is to be sold; that it ended is read from the exchange, not believed. */
async function withdrawStop(
  session: Session,
  { symbol, atMs }: { readonly symbol: string; readonly atMs: EpochMs },
): Promise<void> {
  const { trader, account } = session;
  const position = account.positions.get(symbol)?.value;
  const stop = exitsOf(account, symbol).find(({ purpose }) => purpose === 'stop');
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
  await trader.exchange.cancel(stop);
  await reconcile(session, symbol);
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
  const stop = exitsOf(account, position.plan.symbol).find(({ purpose }) => purpose === 'stop');
  const triggerPrice = unitsOfNumber(position.stop);
  if (stop === undefined || stop.triggerPrice === triggerPrice) return;
  if (stop.state === 'PENDING') await commit(session, { orders: [{ ...stop, triggerPrice }] });
  if (stop.state !== 'OPEN') return;
  const isMoved = await trader.exchange.amend(stop, { triggerPrice: textOf(triggerPrice) });
  if (isMoved) await commit(session, { orders: [moveOrder(stop, 'OPEN', { triggerPrice })] });
}
