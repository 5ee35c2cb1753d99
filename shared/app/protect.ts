import { textOf, unitsOfNumber } from '../core/decimal.ts';
import { AppError } from '../core/errors.ts';
import { leavingOrder } from '../core/execution/leaving-order.ts';
import { moveOrder, type Order } from '../core/execution/order.ts';
import { orderEnded, type Position, writeOff } from '../core/execution/position.ts';
import type { EpochMs } from '../core/market/timeframes.ts';
import { afterClose } from '../core/risk/standing.ts';
import { type Account, inTurn, mayGoOn, type Session } from './account.ts';
import { commit } from './commit.ts';
import { isDust } from './dust.ts';
import { type SendAt, sendPending } from './place.ts';
import { reconcile } from './reconcile.ts';
import { expectRightClock, isUnsent } from './resolve.ts';
import type { Trader } from './trader.ts';

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
  errors.push(...(await protectEntered(session, at)));
  if (errors.length > 0) throw errors[0];
}

/** A real exchange fills an entry at once: its stop does not wait for the next run. */
async function protectEntered(session: Session, at: SendAt): Promise<readonly unknown[]> {
  const { trader, account } = session;
  if (trader.live === null) return [];
  const entered = symbolsOf(account).filter((symbol) =>
    entriesOf(account, symbol).some(({ state }) => state === 'OPEN'),
  );
  return inTurn(session, entered, async (symbol) => {
    await reconcile(session, symbol);
    await secureSymbol(session, symbol, at);
  });
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
  if (position === undefined) await withdrawLeft(session, symbol);
  else if (isDust(session.trader, position)) await leaveDust(session, position, at);
  else {
    const purpose = position.exit === null ? 'stop' : 'exit';
    if (exitsOf(account, symbol).length === 0)
      await commit(session, { orders: [leavingOrder(account.id, purpose, position)] });
    else if (purpose === 'stop') await moveStop(session, position);
  }
  await sendPending(session, exitsOf(account, symbol), at);
}

/** Nothing is held: what still rests would sell what is not ours. */
async function withdrawLeft(session: Session, symbol: string): Promise<void> {
  const { trader, account } = session;
  const left = exitsOf(account, symbol).filter(({ state }) => state === 'OPEN');
  for (const order of left) await trader.exchange.cancel(order);
  if (left.length > 0) await reconcile(session, symbol);
}

/** What cannot be sold leaves the books once nothing more can come of its orders. */
async function leaveDust(session: Session, position: Position, { atMs }: SendAt): Promise<void> {
  const { trader, account } = session;
  if (ordersOf(account, position.plan.symbol).length > 0) return;
  const gone = writeOff(position, atMs);
  const standing = afterClose(account.head.value.standing, gone, trader.config.breakers);
  await commit(session, { head: { standing }, positions: [gone] });
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
  if (await isUnsent(session, stop)) {
    const ended = moveOrder(stop, 'EXPIRED', { isCancelRequested: true });
    await commit(session, {
      orders: [ended],
      positions: [orderEnded(position, ended, atMs)],
    });
    return;
  }
  if (!stop.isCancelRequested) {
    await expectSaleable(trader, symbol);
    await commit(session, { orders: [{ ...stop, isCancelRequested: true }] });
  }
  await trader.exchange.cancel(stop);
  await reconcile(session, symbol);
}

/**
 * A stop is withdrawn only where the sale after it would be taken: else what is held would lie bare.
 * @throws AppError `exchange-unavailable` while the exchange takes no sale; `clock-behind` where its deadline means nothing
 */
async function expectSaleable(trader: Trader, symbol: string): Promise<void> {
  if (trader.live === null) return;
  const status = await trader.live.venue.status();
  if (status !== 'online')
    throw new AppError(
      'exchange-unavailable',
      `${symbol} cannot be sold now: the exchange is in the mode ${status}.`,
      'Its stop rests on; the next watch asks again.',
    );
  await expectRightClock(trader);
}

/**
 * Brings the stop to the position's stop price and to what is held: the same order, the same id, resting or not yet
 * sent.
 */
async function moveStop(session: Session, position: Position): Promise<void> {
  const { trader, account } = session;
  const stop = exitsOf(account, position.plan.symbol).find(({ purpose }) => purpose === 'stop');
  if (stop === undefined) return;
  const terms = { triggerPrice: unitsOfNumber(position.stop), quantity: position.quantity + stop.filled };
  const isPriced = stop.triggerPrice === terms.triggerPrice;
  const isWhole = stop.quantity === terms.quantity;
  if (isPriced && isWhole) return;
  if (stop.state === 'PENDING') await commit(session, { orders: [{ ...stop, ...terms }] });
  // One that never arrived is sent again as it should rest now.
  if (stop.state === 'SENDING' && (await isUnsent(session, stop)))
    await commit(session, { orders: [moveOrder(stop, 'PENDING', { ...terms, mark: null, absence: null })] });
  if (stop.state !== 'OPEN') return;
  const isMoved = await trader.exchange.amend(stop, {
    ...(!isPriced && { triggerPrice: textOf(terms.triggerPrice) }),
    ...(!isWhole && { quantity: textOf(terms.quantity) }),
  });
  if (isMoved) await commit(session, { orders: [moveOrder(stop, 'OPEN', terms)] });
}
