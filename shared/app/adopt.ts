import { textOf, unitsOf } from '../core/decimal.ts';
import { moveOrder, newOrder, type Order } from '../core/execution/order.ts';
import { type EntryPlan, type Position, requestExit } from '../core/execution/position.ts';
import { atr } from '../core/indicators/atr.ts';
import { type EpochMs, lastCloseMs } from '../core/market/timeframes.ts';
import type { ExchangeOrder } from '../ports/exchange.ts';
import type { Session } from './account.ts';
import type { Changes } from './commit.ts';
import type { Orphan } from './items.ts';
import { reservedBefore } from './room.ts';

/** How a person's judgement of an orphan ended. */
interface Judgement extends Changes {
  readonly isDone: boolean;
  readonly outcome: string;
}

/** What enters the books, or why nothing does. */
type Adoption = Judgement | (Changes & { readonly isDone?: undefined });

const refused = (outcome: string): Judgement => ({ isDone: false, outcome });

/** What entries of the symbol wait for still. */
const THEN = 'Reset the breaker that it tripped to enter again.';

/** An orphan by the client id or by the exchange's name of it. */
function orphanNamed({ account }: Session, name: string): Orphan | undefined {
  return [...account.orphans.values()]
    .map(({ value }) => value)
    .find(({ exchangeId, clientOrderId }) => exchangeId === name || clientOrderId === name);
}

/** A person says that an orphan is none of ours: it stays at the exchange and out of the books. */
export async function ignoreOrphan(session: Session, name: string): Promise<Judgement> {
  const orphan = orphanNamed(session, name);
  if (orphan === undefined) return refused(`There is no orphan '${name}'.`);
  return {
    orphans: [{ ...orphan, state: 'ignored' }],
    isDone: true,
    outcome: `${orphan.exchangeId} is ignored and stays at the exchange as it is. ${THEN}`,
  };
}

/** A person says that an orphan is ours: it enters the books, and its fills are booked like those of any order. */
export async function adoptOrphan(session: Session, name: string, atMs: EpochMs): Promise<Judgement> {
  const { trader } = session;
  const orphan = orphanNamed(session, name);
  if (orphan === undefined) return refused(`There is no orphan '${name}'.`);
  const { symbol, exchangeId, clientOrderId } = orphan;
  if (symbol === null || !trader.config.symbols.includes(symbol))
    return refused(
      `${exchangeId} is of a pair that is not traded here: deal with it at the exchange, then ignore it.`,
    );
  const found = await trader.exchange.find(clientOrderId);
  if (found === undefined) return refused(`The exchange does not show ${exchangeId} any more: ignore it.`);
  const adopted = found.side === 'buy' ? await entryOf(session, found, atMs) : saleOf(session, found, atMs);
  if (adopted.isDone !== undefined) return adopted;
  const orphans = [{ ...orphan, state: 'adopted' as const }];
  return { ...adopted, orphans, isDone: true, outcome: `${exchangeId} is in the books now. ${THEN}` };
}

/** It is held like any position: its stop two average true ranges below its fill, no target, sold by a stop, by the other side's score or by a person. */
async function entryOf(session: Session, found: ExchangeOrder, atMs: EpochMs): Promise<Adoption> {
  const { trader, account } = session;
  const { symbol, clientOrderId, fills } = found;
  const free = account.cash.value - reservedBefore(account);
  const spent = fills.reduce((sum, { cost, fee }) => sum + unitsOf(cost) + unitsOf(fee), 0n);
  if (spent > free)
    return refused(`It cost ${textOf(spent)} USD and only ${textOf(free)} are free: add capital first.`);
  const range = await rangeOf(session, symbol, atMs);
  if (!(range > 0)) return refused(`Its stop cannot be reckoned: too few 4h candles of ${symbol}.`);
  const price = Number(fills[0]?.price ?? found.limitPrice ?? (await trader.feed.lastClose(symbol, atMs)));
  const plan: EntryPlan = {
    symbol,
    tickMs: atMs,
    stopLevel: price - STOP_RANGES * range,
    atr: range,
    target: null,
    timeStopMs: null,
    supporters: [{ instance: 'adopted', weight: 1, isLatched: false }],
  };
  const intent = {
    clientOrderId,
    symbol,
    purpose: 'entry',
    number: 0,
    tickMs: atMs,
    decidedMs: atMs,
  } as const;
  const order = newOrder({ ...intent, quantity: unitsOf(found.quantity) }, { plan, ...termsOf(found) });
  return { orders: [asOpen(order)] };
}

const STOP_RANGES = 2;
const ATR_PERIOD = 14;
/** Long enough that where the average began does not matter. */
const ATR_ROWS = 200;

async function rangeOf({ trader }: Session, symbol: string, atMs: EpochMs): Promise<number> {
  const closeMs = lastCloseMs('4h', atMs);
  const { high, low, close } = await trader.feed.window({
    symbol,
    timeframe: '4h',
    atMs: closeMs,
    rows: ATR_ROWS,
  });
  return atr(high, low, close, ATR_PERIOD).at(-1) ?? Number.NaN;
}

function saleOf({ account }: Session, found: ExchangeOrder, atMs: EpochMs): Adoption {
  const { symbol, clientOrderId } = found;
  const position = account.positions.get(symbol)?.value;
  const quantity = unitsOf(found.quantity);
  if (position === undefined || position.quantity < quantity)
    return refused(
      `It sells ${found.quantity} of ${symbol}, and less is held: cancel it at the exchange, then ignore it.`,
    );
  const isCovered = [...account.orders.values()].some(
    ({ value }) => value.symbol === symbol && value.purpose !== 'entry',
  );
  if (isCovered)
    return refused(`${symbol} has its own stop or sale: cancel this one at the exchange, then ignore it.`);
  const purpose = found.triggerPrice === undefined ? 'exit' : 'stop';
  const number = purpose === 'stop' ? position.stopsEnded : position.exitsEnded;
  const { tickMs } = position.plan;
  const intent = { clientOrderId, symbol, purpose, number, tickMs, decidedMs: atMs, quantity } as const;
  const positions: readonly Position[] = purpose === 'exit' ? [requestExit(position, 'MANUAL', atMs)] : [];
  return { orders: [asOpen(newOrder(intent, termsOf(found)))], positions };
}

function termsOf({
  triggerPrice,
  limitPrice,
}: ExchangeOrder): Partial<Pick<Order, 'triggerPrice' | 'limitPrice'>> {
  return {
    ...(triggerPrice !== undefined && { triggerPrice: unitsOf(triggerPrice) }),
    ...(limitPrice !== undefined && { limitPrice: unitsOf(limitPrice) }),
  };
}

function asOpen(order: Order): Order {
  return moveOrder(moveOrder(order, 'SENDING'), 'OPEN');
}
