import * as z from 'zod';
import {
  type DecimalText,
  isDecimalText,
  numberOf,
  textOf,
  type Units,
  unitsOf,
} from '../../core/decimal.ts';
import type { FillRules } from '../../core/execution/costs.ts';
import type { OrderOutcome, RestingOrder } from '../../core/execution/fill-orders.ts';
import { type FillCandle, fillAtOpen, fillInRange } from '../../core/execution/fills.ts';
import type { Candle } from '../../core/market/candles.ts';
import type { EpochMs } from '../../core/market/timeframes.ts';
import type { ExchangeOrder, OrderRequest } from '../../ports/exchange.ts';
import type { Action, Item } from '../../ports/state-store.ts';

const text = z.string();
const amount = z.custom<DecimalText>((value) => typeof value === 'string' && isDecimalText(value));

const orderSchema = z.strictObject({
  fromMs: z.int().exactOptional(),
  clientOrderId: text,
  symbol: text,
  side: z.enum(['buy', 'sell']),
  kind: z.enum(['market', 'stop', 'limit', 'capped']),
  isEntry: z.boolean(),
  quantity: amount,
  triggerPrice: amount.exactOptional(),
  limitPrice: amount.exactOptional(),
  budget: amount.exactOptional(),
  protectStop: z.strictObject({ clientOrderId: text, triggerPrice: amount }).exactOptional(),
  status: z.enum(['open', 'filled', 'cancelled', 'rejected', 'expired']),
  fills: z.array(
    z.strictObject({
      id: text,
      atMs: z.int(),
      step: z.enum(['OPEN', 'RANGE']),
      price: amount,
      quantity: amount,
      cost: amount,
      fee: amount,
    }),
  ),
});

/** An order as the paper exchange keeps it. */
export type PaperOrder = OrderRequest & ExchangeOrder;

/** An order of the paper exchange with the item that holds it. */
export interface StoredOrder {
  /** Undefined for one that has just come to rest. */
  readonly item: Item | undefined;
  readonly order: PaperOrder;
  /** Open time of the first exec candle that it may meet; undefined: any that is met after it was placed. */
  readonly fromMs: EpochMs | undefined;
}

/** Reads an order. */
export function storedOrder(item: Item): StoredOrder {
  const { fromMs, ...order } = orderSchema.parse(item.body);
  return { item, order, fromMs };
}

/** A step of the clock, the candle that it brings (undefined in a hole), and what fills cost. */
interface Meeting {
  readonly step: 'OPEN' | 'RANGE';
  /** From when on the candle is met: its open, or later when part of it was met before. */
  readonly candleMs: EpochMs;
  readonly endMs: EpochMs;
  readonly candle: Candle | undefined;
  readonly rules: FillRules;
}

/** In a hole nothing trades: as in an untraded candle, entries at the market end and all else goes on. */
const NO_TRADE: FillCandle = { open: 0, high: 0, low: 0, close: 0, volume: 0 };

/**
 * What one step of the clock does to the orders of one symbol: to those that had come when the candle ended.
 * @returns those that changed, as they are now
 */
export function met(orders: readonly StoredOrder[], meeting: Meeting): readonly StoredOrder[] {
  const present = orders.filter(({ fromMs = 0 }) => fromMs < meeting.endMs);
  const entries = present.filter(({ order }) => order.isEntry);
  const exits = present.filter(({ order }) => !order.isEntry);
  const after = meeting.step === 'OPEN' ? metOpen : metRange;
  return after({ entries, exits }, meeting).filter((one) => !orders.includes(one));
}

interface Sides {
  readonly entries: readonly StoredOrder[];
  readonly exits: readonly StoredOrder[];
}

/** Exits before entries: of what is stopped out at an open nothing more is bought there. */
function metOpen({ entries, exits }: Sides, meeting: Meeting): readonly StoredOrder[] {
  const sold = filled(exits, meeting);
  const wanted = entries.map((entry) => endedWith(entry, sold));
  const bought = filled(wanted.filter(isOpen), meeting);
  const before = wanted.filter(isOpen);
  return [...protecting(sold, { before, after: bought }), ...bought, ...wanted.filter((one) => !isOpen(one))];
}

/** A limit lies above the stop of what it buys: the way down meets it first. */
function metRange({ entries, exits }: Sides, meeting: Meeting): readonly StoredOrder[] {
  const bought = filled(entries, meeting);
  const sold = filled(protecting(exits, { before: entries, after: bought }), meeting);
  return [...sold, ...bought.map((entry) => endedWith(entry, sold))];
}

function isOpen({ order }: StoredOrder): boolean {
  return order.status === 'open';
}

/** The end of an entry whose stop was triggered. */
function endedWith(entry: StoredOrder, exits: readonly StoredOrder[]): StoredOrder {
  const stop = stopOf(entry, exits);
  const isOver = stop !== undefined && stop.order.fills.length > 0 && isOpen(entry);
  return isOver ? { ...entry, order: { ...entry.order, status: 'cancelled' } } : entry;
}

function stopOf({ order }: StoredOrder, exits: readonly StoredOrder[]): StoredOrder | undefined {
  return exits.find((exit) => exit.order.clientOrderId === order.protectStop?.clientOrderId);
}

/** The exits with the stops of what entries have bought: a first fill brings its stop, a further one enlarges it. */
function protecting(
  exits: readonly StoredOrder[],
  { before, after }: { readonly before: readonly StoredOrder[]; readonly after: readonly StoredOrder[] },
): readonly StoredOrder[] {
  let all = exits;
  after.forEach((entry, i) => {
    const was = before[i];
    if (was === undefined) return;
    const added = filledOf(entry.order) - filledOf(was.order);
    if (added > 0n) all = protectedFor(all, entry, { added, isFirst: was.order.fills.length === 0 });
  });
  return all;
}

function protectedFor(
  exits: readonly StoredOrder[],
  entry: StoredOrder,
  { added, isFirst }: { readonly added: Units; readonly isFirst: boolean },
): readonly StoredOrder[] {
  const { protectStop, symbol, kind } = entry.order;
  const stop = stopOf(entry, exits);
  if (stop !== undefined && isOpen(stop)) {
    const order = { ...stop.order, quantity: textOf(unitsOf(stop.order.quantity) + added) };
    return exits.map((exit) => (exit === stop ? { ...stop, order } : exit));
  }
  if (protectStop === undefined || kind !== 'limit' || !isFirst) return exits;
  const order: PaperOrder = {
    ...protectStop,
    symbol,
    side: 'sell',
    kind: 'stop',
    isEntry: false,
    quantity: textOf(added),
    status: 'open',
    fills: [],
  };
  return [...exits, { item: undefined, order, fromMs: entry.fromMs }];
}

/** Some orders after they met a candle, each with all that it brought. */
function filled(orders: readonly StoredOrder[], meeting: Meeting): readonly StoredOrder[] {
  const { step, candleMs, endMs, candle = NO_TRADE, rules } = meeting;
  const openMs = meeting.candle?.openMs ?? candleMs;
  const isLater = ({ fromMs = 0 }: StoredOrder) => fromMs > openMs;
  const fill = step === 'OPEN' ? fillAtOpen : fillInRange;
  const restingIn = (isIn: (order: StoredOrder) => boolean) =>
    orders.filter(isIn).map(({ order }) => restingOf(order));
  const onTime = restingIn((one) => !isLater(one));
  const outcomes = [
    ...fill(onTime, candle, rules),
    ...restingIn(isLater).flatMap((order) => fill([order], openedAgainst(order, candle), rules)),
  ];
  const atMs = step === 'OPEN' ? candleMs : endMs;
  return orders.map((one) => {
    const own = outcomes.filter(({ orderId }) => orderId === one.order.clientOrderId);
    if (own.length === 0) return one;
    return { ...one, order: own.reduce((order, outcome) => after(order, outcome, atMs), one.order) };
  });
}

/** A long candle that opened before a market order came: what it met lies unknown within, the worse end is taken. */
function openedAgainst({ kind, side }: RestingOrder, candle: FillCandle): FillCandle {
  if (kind !== 'market') return candle;
  const { open, close } = candle;
  return { ...candle, open: side === 'buy' ? Math.max(open, close) : Math.min(open, close) };
}

function after(order: PaperOrder, { status, fill }: OrderOutcome, atMs: EpochMs): PaperOrder {
  if (fill === undefined) return { ...order, status };
  const { step, price, quantity, cost, fee } = fill;
  const id = `${order.clientOrderId}#${order.fills.length}`;
  const spelled = {
    price: textOf(price),
    quantity: textOf(quantity),
    cost: textOf(cost),
    fee: textOf(fee),
  };
  return { ...order, status, fills: [...order.fills, { id, atMs, step, ...spelled }] };
}

function restingOf(order: PaperOrder): RestingOrder {
  const { clientOrderId: id, side, kind, isEntry } = order;
  const quantity = unitsOf(order.quantity) - filledOf(order);
  if (kind === 'stop') return { id, side, kind, quantity, price: priceOf(order.triggerPrice) };
  const budget = order.budget === undefined ? {} : { budget: unitsOf(order.budget) - spentOf(order) };
  const limit = priceOf(order.limitPrice);
  if (kind === 'limit') return { id, side, kind, quantity, price: limit, isPostOnly: true, ...budget };
  const cap = kind === 'capped' ? { limitPrice: limit } : {};
  return { id, side, kind: 'market', quantity, isEntry, ...budget, ...cap };
}

function priceOf(spelled: DecimalText | undefined): number {
  return numberOf(unitsOf(spelled ?? '0'));
}

function spentOf({ fills }: ExchangeOrder): Units {
  return fills.reduce((sum, { cost, fee }) => sum + unitsOf(cost) + unitsOf(fee), 0n);
}

function filledOf({ fills }: ExchangeOrder): Units {
  return fills.reduce((sum, { quantity }) => sum + unitsOf(quantity), 0n);
}

/** Writes an order back, or one that has just come to rest; one that ended leaves the open ones. */
export function saving(pk: string, { item, fromMs, order }: StoredOrder): readonly Action[] {
  const body = { ...order, ...(fromMs !== undefined && { fromMs }) };
  const id = order.clientOrderId;
  const [open, ended] = [`OPEN#${id}`, `ENDED#${id}`];
  if (item === undefined) {
    const sk = order.status === 'open' ? open : ended;
    return [taking(pk, id), { kind: 'put', pk, sk, expect: 'absent', body }];
  }
  const { sk, version } = item;
  if (order.status === 'open') return [{ kind: 'put', pk, sk, expect: version, body }];
  return [
    { kind: 'remove', pk, sk, expect: version },
    { kind: 'put', pk, sk: ended, expect: 'absent', body },
  ];
}

/** A client id is taken once, for ever. */
export function taking(pk: string, clientOrderId: string): Action {
  return { kind: 'put', pk, sk: `TAKEN#${clientOrderId}`, expect: 'absent', body: {} };
}
