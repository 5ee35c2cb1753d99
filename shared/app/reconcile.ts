import { textOf, type Units, unitsOf } from '../core/decimal.ts';
import { type BookedFill, fillReason } from '../core/execution/books.ts';
import { leavingOrder } from '../core/execution/leaving-order.ts';
import { cashAfter } from '../core/execution/ledger.ts';
import { moveOrder, type Order, type OrderState } from '../core/execution/order.ts';
import {
  type Execution,
  enlargePosition,
  openPosition,
  orderEnded,
  type Position,
  reducePosition,
  requestExit,
  stopReason,
} from '../core/execution/position.ts';
import { afterClose } from '../core/risk/standing.ts';
import type { ExchangeFill, ExchangeOrder } from '../ports/exchange.ts';
import type { Action } from '../ports/state-store.ts';
import { type Account, inTurn, type Session } from './account.ts';
import { type Changes, commit, tryCommit } from './commit.ts';
import { withCrossing } from './crossing.ts';
import { bodyOf, keys } from './items.ts';
import { isGone } from './resolve.ts';
import { rulesOf, type Trader } from './trader.ts';

const finalStates: Readonly<Record<Exclude<ExchangeOrder['status'], 'open'>, OrderState>> = {
  filled: 'FILLED',
  cancelled: 'CANCELLED',
  rejected: 'REJECTED',
  expired: 'EXPIRED',
};

/** Fills that are booked at once: with position, cash and order they stay below the limit of a transaction. */
const FILLS_MAX = 80;

/** An order of ours as the exchange has it. */
interface Found {
  readonly order: Order;
  readonly found: ExchangeOrder;
}

/**
 * Brings the books up to the exchange: every order of ours that is not final is looked up by its client id,
 * and each fill that the books do not have is booked once, in one transaction with cash, position and order.
 * What filled earlier comes first: after a night without power, losses in a row are counted as they happened. Within
 * an instant exits come before entries, symbols in alphabetical order.
 * @param only look up the orders of this symbol alone
 * @throws the first error of an order, after all others had their turn; at once when nothing more may be written
 */
export async function reconcile(session: Session, only?: string): Promise<void> {
  const isMeant = (symbol: string) => only === undefined || symbol === only;
  const sent = [...session.account.orders.values()]
    .map(({ value }) => value)
    .filter(({ state, symbol }) => state !== 'PENDING' && isMeant(symbol));
  const news: Found[] = [];
  const unseen = await inTurn(session, sent.sort(exitsFirst), async (order) => {
    const found = await session.trader.exchange.find(order.clientOrderId);
    const ended = found ?? (await vanished(session, order));
    if (ended !== undefined) news.push({ order, found: ended });
  });
  const unbooked = await inTurn(session, news.sort(earlierFirst), async ({ order, found }) => {
    // What was booked just before may have changed it: it counts what ended of the position before.
    const current = session.account.orders.get(order.clientOrderId)?.value;
    if (current !== undefined) await book(session, { order: current, found });
    if (order.purpose === 'entry') await bookAttached(session, order.symbol);
  });
  // Of a run that ended between an entry and its stop.
  const held = [...session.account.positions.keys()].filter(isMeant).sort();
  const missed = await inTurn(session, held, (symbol) => bookAttached(session, symbol));
  const errors = [...unseen, ...unbooked, ...missed];
  if (errors.length > 0) throw errors[0];
}

/** An open order that the exchange shows no more, as having ended with what is booked; undefined while it may be a lag. */
async function vanished(session: Session, order: Order): Promise<ExchangeOrder | undefined> {
  if (!(await isGone(session, order))) return undefined;
  const { clientOrderId, symbol, side } = order;
  const ended = { clientOrderId, symbol, side, quantity: textOf(order.quantity), fills: [] };
  return (await session.trader.exchange.find(clientOrderId)) ?? { ...ended, status: 'cancelled' };
}

/**
 * The stop of an entry at a limit, where the exchange let it rest by itself: it is ours from the first fill on, and may
 * have sold again what was bought in the same candle.
 */
async function bookAttached(session: Session, symbol: string): Promise<void> {
  const { trader, account } = session;
  const position = account.positions.get(symbol)?.value;
  if (!trader.exchange.attachesStops || position === undefined || position.exit !== null) return;
  const order: Order = { ...leavingOrder(account.id, 'stop', position), state: 'OPEN' };
  if (account.orders.has(order.clientOrderId)) return;
  const found = await trader.exchange.find(order.clientOrderId);
  if (found === undefined) return;
  if (found.fills.length > 0) await book(session, { order, found });
  else await commit(session, { orders: [order] });
}

/** By the newest fill; a candle's range is over before the open of the next. */
function earlierFirst(a: Found, b: Found): number {
  const [first, second] = [a.found.fills.at(-1), b.found.fills.at(-1)];
  if (first === undefined || second === undefined)
    return Number(second === undefined) - Number(first === undefined);
  const isLater = Number(first.step === 'OPEN') - Number(second.step === 'OPEN');
  return first.atMs - second.atMs || isLater || (first.step === 'RANGE' ? downwards(a.order, b.order) : 0);
}

/** Inside a candle a symbol's entry at a limit fills before its stop, which lies below. */
function downwards(a: Order, b: Order): number {
  const key = ({ symbol, purpose }: Order) => `${symbol} ${purpose === 'entry' ? 0 : 1}`;
  return key(a) === key(b) ? 0 : key(a) < key(b) ? -1 : 1;
}

function exitsFirst(a: Order, b: Order): number {
  const key = ({ side, symbol, purpose }: Order) => `${side === 'sell' ? 0 : 1} ${symbol} ${purpose}`;
  return key(a) < key(b) ? -1 : 1;
}

async function book(session: Session, { order, found }: Found): Promise<void> {
  const { trader, account } = session;
  const { config } = trader;
  const { standing } = account.head.value;
  const unbooked = found.fills.filter(({ id }) => !order.fillIds.includes(id));
  // One transaction has a limit; what is left is booked by the next one, and the order has not ended until then.
  const news = unbooked.slice(0, FILLS_MAX);
  const isOpen = found.status === 'open' || news.length < unbooked.length;
  const state: OrderState = isOpen ? 'OPEN' : finalStates[found.status];
  const terms = termsOf(order, found);
  const isSeen = order.absence === null;
  if (news.length === 0 && state === order.state && isSeen && isLike(order, terms)) return;
  const { cash, filled, budget, items, held } = foldFills(session, order, news);
  const fillIds = [...order.fillIds, ...news.map(({ id }) => id)];
  const moved = moveOrder(order, state, { ...terms, filled, budget, fillIds, absence: null });
  const position = held && state !== 'OPEN' ? orderEnded(held, moved, order.decidedMs) : held;
  const closed = position?.quantity === 0n ? position : undefined;
  const changes = {
    ...(closed !== undefined && { head: { standing: afterClose(standing, closed, config.breakers) } }),
    ...(news.length > 0 && { cash }),
    ...(position !== undefined && { positions: [position] }),
    orders: outliving(account, moved, closed),
    items,
  };
  while (!(await tryToBook(session, { moved, position, changes })));
  if (news.length < unbooked.length) await book(session, { order: moved, found });
}

/** A breaker that was moved meanwhile may forbid what follows an order: it is looked at again then. */
async function tryToBook(
  session: Session,
  { moved, position, changes }: { moved: Order; position: Position | undefined; changes: Changes },
): Promise<boolean> {
  const { orders, breakers, items } = withCrossing(session, moved, position);
  return tryCommit(session, {
    ...changes,
    breakers,
    orders: [...orders, ...(changes.orders ?? [])],
    items: [...items, ...(changes.items ?? [])],
  });
}

/** Cash, position and items after fills of an order. */
function foldFills({ trader, account }: Session, order: Order, news: readonly ExchangeFill[]) {
  let cash = account.cash.value;
  let filled: Units = order.filled;
  let position = account.positions.get(order.symbol)?.value;
  const items: Action[] = [];
  for (const fill of news) {
    const execution = executionOf(fill);
    items.push(fillAction(account.id, { order, position, fill }));
    cash = cashAfter(cash, order.side, execution);
    filled += execution.quantity;
    position = afterFill(trader, position, order, execution);
  }
  const spent = account.cash.value - cash;
  const budget = order.budget === null ? null : order.budget - (spent < order.budget ? spent : order.budget);
  return { cash, filled, budget, held: position, items };
}

/** An amend may have reached the exchange without our hearing of it: what rests there is what holds. */
function termsOf(
  order: Order,
  { quantity, triggerPrice, limitPrice }: ExchangeOrder,
): Pick<Order, 'quantity' | 'triggerPrice' | 'limitPrice'> {
  return {
    quantity: unitsOf(quantity),
    triggerPrice: triggerPrice === undefined ? order.triggerPrice : unitsOf(triggerPrice),
    limitPrice: limitPrice === undefined ? order.limitPrice : unitsOf(limitPrice),
  };
}

function isLike(order: Order, terms: ReturnType<typeof termsOf>): boolean {
  const { quantity, triggerPrice, limitPrice } = order;
  return (
    quantity === terms.quantity && triggerPrice === terms.triggerPrice && limitPrice === terms.limitPrice
  );
}

/** Entries that may fill after their position was closed: what opens then counts its stops and exits on. */
function outliving(
  account: Account,
  { clientOrderId }: Order,
  closed: Position | undefined,
): readonly Order[] {
  if (closed === undefined) return [];
  const { symbol, tickMs } = closed.plan;
  const ended = { stops: closed.stopsEnded, exits: closed.exitsEnded };
  return [...account.orders.values()]
    .map(({ value }) => value)
    .filter((order) => order.purpose === 'entry' && order.symbol === symbol && order.tickMs === tickMs)
    .filter((order) => order.clientOrderId !== clientOrderId)
    .map((order) => ({ ...order, ended }));
}

function executionOf({ atMs, price, quantity, cost, fee }: ExchangeFill): Execution {
  return {
    atMs,
    price: unitsOf(price),
    quantity: unitsOf(quantity),
    cost: unitsOf(cost),
    fee: unitsOf(fee),
  };
}

/** The position after a fill of one of its orders. The first part of a capped exit names the reason of all. */
function afterFill(
  trader: Trader,
  position: Position | undefined,
  order: Order,
  execution: Execution,
): Position | undefined {
  if (order.purpose === 'entry') {
    const { tickDecimals } = rulesOf(trader, order.symbol).instrument;
    if (position !== undefined) return enlargePosition(position, execution);
    if (order.plan === null) return undefined;
    const { stops, exits } = order.ended;
    const opened = openPosition(order.plan, execution, tickDecimals);
    return { ...opened, stopsEnded: stops, exitsEnded: exits };
  }
  if (position === undefined) return undefined;
  const reduced = reducePosition(position, execution);
  return order.purpose === 'stop' ? requestExit(reduced, stopReason(position), execution.atMs) : reduced;
}

function fillAction(
  account: string,
  { order, position, fill }: { order: Order; position: Position | undefined; fill: ExchangeFill },
): Action {
  const { clientOrderId, symbol, side, purpose } = order;
  const reason = fillReason(purpose, position);
  const item: BookedFill = { clientOrderId, symbol, side, reason, step: fill.step, ...executionOf(fill) };
  return {
    kind: 'put',
    ...keys.fill(account, { atMs: fill.atMs, id: fill.id }),
    expect: 'absent',
    body: bodyOf(item),
  };
}
