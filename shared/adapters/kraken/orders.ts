import { isDecimalText, unitsOf } from '../../core/decimal.ts';
import type { AppError } from '../../core/errors.ts';
import type { EpochMs } from '../../core/market/timeframes.ts';
import type { ExchangeFill, ExchangeOrder, ForeignOrder } from '../../ports/exchange.ts';
import { failureOf, nonsense, read } from './answers.ts';
import type { KrakenClient } from './client.ts';
import type { Pairs } from './pairs.ts';
import { closedReply, type KrakenOrder, type KrakenTrade, openReply, tradesReply } from './replies.ts';

/** What Kraken counts for a call that looks into the past: ledgers and trades, twice an ordinary one. */
const TRADES_CALLS = 2;
/** More pages than an order of ours has fills; what it has beyond them keeps it open. */
const TRADE_PAGES_MAX = 20;

/** An order with Kraken's name of it. */
type Named<T> = readonly [id: string, T];

interface Reader {
  readonly client: KrakenClient;
  readonly pairs: Pairs;
}

/**
 * The order with this client id, open or closed, with its fills.
 *
 * One call for an order that is open and has no fills: what a run asks every minute of a stop that rests. It is asked
 * afresh each time: an answer to `openOrders` of the same run may be older than an order that the run has placed.
 * @throws AppError `exchange-unavailable` when anything of it has no answer, or when two orders carry the id
 */
export async function findOrder(
  { client, pairs }: Reader,
  clientOrderId: string,
): Promise<ExchangeOrder | undefined> {
  const parameters = { cl_ord_id: clientOrderId };
  const { open } = await read(client, { endpoint: 'OpenOrders', parameters, schema: openReply, calls: 1 });
  const found =
    onlyOne(open, clientOrderId) ??
    onlyOne(
      (await read(client, { endpoint: 'ClosedOrders', parameters, schema: closedReply, calls: 1 })).closed,
      clientOrderId,
    );
  if (!found) return undefined;
  const [id, order] = found;
  const symbols = await pairs.symbolsOf([order.descr.pair]);
  const symbol = symbols.get(order.descr.pair);
  if (!symbol) throw failureOf(nonsense(`no pair '${order.descr.pair}'`), 'AssetPairs');
  const fills = await fillsOf(client, id, order);
  return { clientOrderId, symbol, ...termsOf(order), ...outcomeOf(order, fills) };
}

/**
 * The one of these orders with the id. Of several those that ended without a fill were refused after they were taken.
 * Rows without the id mean that the filter was not understood: then its absence proves nothing.
 */
function onlyOne(
  orders: Readonly<Record<string, KrakenOrder>>,
  clientOrderId: string,
): Named<KrakenOrder> | undefined {
  const rows = Object.entries(orders);
  const all = rows.filter(([, order]) => order.cl_ord_id === clientOrderId);
  if (rows.length > 0 && all.length === 0) throw confused(`orders without the id ${clientOrderId}`);
  const alive = all.filter(([, order]) => isOpen(order) || isExecuted(order));
  if (alive.length > 1)
    throw confused(`${alive.map(([id]) => id).join(' and ')}, which both carry the id ${clientOrderId}`);
  return alive[0] ?? all[0];
}

function confused(what: string): AppError {
  return failureOf(nonsense(`it gave ${what}`), 'OpenOrders and ClosedOrders');
}

/** Its executions, oldest first. */
async function fillsOf(
  client: KrakenClient,
  id: string,
  order: KrakenOrder,
): Promise<readonly ExchangeFill[]> {
  const fills = new Map<string, KrakenTrade>();
  const wanted = unitsOf(order.vol_exec);
  if (wanted === 0n) return [];
  for await (const rows of tradePages(client, order)) {
    for (const [name, trade] of rows) if (trade.ordertxid === id) fills.set(name, trade);
    if (sumOf(fills.values()) >= wanted) break;
  }
  const step = isResting(order) ? 'RANGE' : 'OPEN';
  return [...fills]
    .sort(([, a], [, b]) => a.time - b.time)
    .map(([name, { time, price, vol, cost, fee }]) => ({
      id: name,
      atMs: time,
      step,
      price,
      quantity: vol,
      cost,
      fee,
    }));
}

/** Trades of the account in the life of an order, the newest first. */
async function* tradePages(client: KrakenClient, { opentm, closetm }: KrakenOrder) {
  const start = String(Math.floor(opentm / 1000) - 1);
  const end = closetm === undefined ? {} : { end: String(Math.ceil(closetm / 1000) + 1) };
  for (let page = 0, seen = 0; page < TRADE_PAGES_MAX; page++) {
    const { trades, count } = await read(client, {
      endpoint: 'TradesHistory',
      // Consolidated, an execution would change its name when another is added to it.
      parameters: { start, ...end, ofs: String(seen), consolidate_taker: 'false' },
      schema: tradesReply,
      calls: TRADES_CALLS,
    });
    const rows = Object.entries(trades);
    yield rows;
    seen += rows.length;
    if (rows.length === 0 || (count !== undefined && seen >= count)) return;
  }
}

function sumOf(trades: Iterable<KrakenTrade>): bigint {
  let sum = 0n;
  for (const { vol } of trades) sum += unitsOf(vol);
  return sum;
}

/** Side and quantity, and of an order that rests its price: one that takes at once has no price that may change. */
function termsOf(
  order: KrakenOrder,
): Pick<ExchangeOrder, 'side' | 'quantity' | 'triggerPrice' | 'limitPrice'> {
  const { type, price } = order.descr;
  const terms = { side: type, quantity: order.vol };
  if (!isResting(order) || !isDecimalText(price)) return terms;
  return isStop(order) ? { ...terms, triggerPrice: price } : { ...terms, limitPrice: price };
}

/** How it ended, once all is there that was executed: Kraken shows the trades of an order later than the order. */
function outcomeOf(
  order: KrakenOrder,
  fills: readonly ExchangeFill[],
): Pick<ExchangeOrder, 'status' | 'fills'> {
  const there = fills.reduce((sum, { quantity }) => sum + unitsOf(quantity), 0n);
  if (isOpen(order) || there < unitsOf(order.vol_exec)) return { status: 'open', fills };
  if (unitsOf(order.vol_exec) >= unitsOf(order.vol)) return { status: 'filled', fills };
  return { status: order.status === 'expired' ? 'expired' : 'cancelled', fills };
}

function isOpen({ status }: KrakenOrder): boolean {
  return status === 'pending' || status === 'open';
}

function isExecuted({ vol_exec }: KrakenOrder): boolean {
  return unitsOf(vol_exec) > 0n;
}

function isStop({ descr }: KrakenOrder): boolean {
  return descr.ordertype.startsWith('stop-loss');
}

/** Kraken does not show `timeinforce`; all that we let rest is a stop or post-only. */
function isResting(order: KrakenOrder): boolean {
  return isStop(order) || order.oflags.split(',').includes('post');
}

const everyOpen = { endpoint: 'OpenOrders', parameters: {}, schema: openReply, calls: 1 };

/** All open orders of the account. */
export async function allOpen(reader: Reader): Promise<readonly ForeignOrder[]> {
  const { open } = await read(reader.client, everyOpen);
  return foreign(reader, Object.entries(open));
}

/**
 * The orders that closed since an instant with something executed, and those that are open and partly filled: when, only
 * their trades would say.
 */
export async function filledSince(reader: Reader, sinceMs: EpochMs): Promise<readonly ForeignOrder[]> {
  const { open } = await read(reader.client, everyOpen);
  const found = new Map(Object.entries(open));
  for await (const rows of closedPages(reader.client, sinceMs))
    for (const [id, order] of rows) found.set(id, order);
  return foreign(
    reader,
    [...found].filter(([, order]) => isExecuted(order)),
  );
}

/** Orders that closed since an instant, the newest first. */
async function* closedPages(client: KrakenClient, sinceMs: EpochMs) {
  const start = String(Math.floor(sinceMs / 1000) - 1);
  for (let seen = 0; ; ) {
    const { closed, count } = await read(client, {
      endpoint: 'ClosedOrders',
      parameters: { start, closetime: 'close', ofs: String(seen) },
      schema: closedReply,
      calls: 1,
    });
    const rows = Object.entries(closed);
    yield rows;
    seen += rows.length;
    if (rows.length === 0 || (count !== undefined && seen >= count)) return;
  }
}

async function foreign(
  { pairs }: Reader,
  orders: readonly Named<KrakenOrder>[],
): Promise<readonly ForeignOrder[]> {
  const symbols = await pairs.symbolsOf(orders.map(([, order]) => order.descr.pair));
  return orders.map(([exchangeId, order]) => ({
    exchangeId,
    clientOrderId: order.cl_ord_id ?? null,
    symbol: symbols.get(order.descr.pair) ?? null,
    side: order.descr.type,
    quantity: order.vol,
    filled: order.vol_exec,
    openedMs: order.opentm,
    isOpen: isOpen(order),
  }));
}
