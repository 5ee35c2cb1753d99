import { type Units, unitsOf } from '../core/decimal.ts';
import { type BookedFill, fillReason } from '../core/execution/books.ts';
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
import { inTurn, type Session } from './account.ts';
import { commit } from './commit.ts';
import { bodyOf, keys } from './items.ts';
import { rulesOf, type Trader } from './trader.ts';

const finalStates: Readonly<Record<Exclude<ExchangeOrder['status'], 'open'>, OrderState>> = {
  filled: 'FILLED',
  cancelled: 'CANCELLED',
  rejected: 'REJECTED',
  expired: 'EXPIRED',
};

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
  const sent = [...session.account.orders.values()]
    .map(({ value }) => value)
    .filter(({ state, symbol }) => state !== 'PENDING' && (only === undefined || symbol === only));
  const news: Found[] = [];
  const unseen = await inTurn(session, sent.sort(exitsFirst), async (order) => {
    const found = await session.trader.exchange.find(order.clientOrderId);
    if (found !== undefined) news.push({ order, found });
  });
  const unbooked = await inTurn(session, news.sort(earlierFirst), (one) => book(session, one));
  const errors = [...unseen, ...unbooked];
  if (errors.length > 0) throw errors[0];
}

/** By the newest fill; a candle's range is over before the open of the next. */
function earlierFirst(a: Found, b: Found): number {
  const [first, second] = [a.found.fills.at(-1), b.found.fills.at(-1)];
  if (first === undefined || second === undefined)
    return Number(second === undefined) - Number(first === undefined);
  return first.atMs - second.atMs || Number(first.step === 'OPEN') - Number(second.step === 'OPEN');
}

function exitsFirst(a: Order, b: Order): number {
  const key = ({ side, symbol, purpose }: Order) => `${side === 'sell' ? 0 : 1} ${symbol} ${purpose}`;
  return key(a) < key(b) ? -1 : 1;
}

async function book(session: Session, { order, found }: Found): Promise<void> {
  const { trader, account } = session;
  const news = found.fills.filter(({ id }) => !order.fillIds.includes(id));
  const state: OrderState = found.status === 'open' ? 'OPEN' : finalStates[found.status];
  // An amend may have reached the exchange without our hearing of it: what rests there is what holds.
  const { triggerPrice = null } = found;
  const rests = triggerPrice === null ? order.triggerPrice : unitsOf(triggerPrice);
  if (news.length === 0 && state === order.state && rests === order.triggerPrice) return;
  let cash = account.cash.value;
  let position = account.positions.get(order.symbol)?.value;
  const items: Action[] = [];
  let filled: Units = order.filled;
  for (const fill of news) {
    const execution = executionOf(fill);
    items.push(fillAction(account.id, { order, position, fill }));
    cash = cashAfter(cash, order.side, execution);
    filled += execution.quantity;
    position = afterFill(trader, position, order, execution);
  }
  const fillIds = [...order.fillIds, ...news.map(({ id }) => id)];
  const moved = moveOrder(order, state, { filled, fillIds, triggerPrice: rests });
  if (position !== undefined && state !== 'OPEN') position = orderEnded(position, moved, order.decidedMs);
  const { standing } = account.head.value;
  const closed = position?.quantity === 0n ? position : undefined;
  await commit(session, {
    ...(closed !== undefined && {
      head: { standing: afterClose(standing, closed, trader.config.breakers) },
    }),
    ...(news.length > 0 && { cash }),
    ...(position !== undefined && { positions: [position] }),
    orders: [moved],
    items,
  });
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
    return order.plan === null ? undefined : openPosition(order.plan, execution, tickDecimals);
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
