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
  kind: z.enum(['market', 'stop']),
  isEntry: z.boolean(),
  quantity: amount,
  triggerPrice: amount.exactOptional(),
  budget: amount.exactOptional(),
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
  readonly item: Item;
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

interface Change {
  readonly from: StoredOrder;
  readonly to: PaperOrder;
}

/** In a hole nothing trades: as in an untraded candle, entries at the market end and all else goes on. */
const NO_TRADE: FillCandle = { open: 0, high: 0, low: 0, close: 0, volume: 0 };

/** What one step of the clock does to the orders of one symbol: to those that had come when the candle ended. */
export function met(orders: readonly StoredOrder[], meeting: Meeting): readonly Change[] {
  const { step, candleMs, endMs, candle = NO_TRADE, rules } = meeting;
  const present = orders.filter(({ fromMs = 0 }) => fromMs < endMs);
  const openMs = meeting.candle?.openMs ?? candleMs;
  const isLater = ({ fromMs = 0 }: StoredOrder) => fromMs > openMs;
  const atMs = step === 'OPEN' ? candleMs : endMs;
  const fill = step === 'OPEN' ? fillAtOpen : fillInRange;
  const restingIn = (isIn: (order: StoredOrder) => boolean) =>
    present.filter(isIn).map(({ order }) => restingOf(order));
  const outcomes = [
    ...fill(
      restingIn((one) => !isLater(one)),
      candle,
      rules,
    ),
    ...restingIn(isLater).flatMap((order) => fill([order], openedAgainst(order, candle), rules)),
  ];
  return present.flatMap((from) => {
    const own = outcomes.filter(({ orderId }) => orderId === from.order.clientOrderId);
    return own.length === 0
      ? []
      : [{ from, to: own.reduce((order, one) => after(order, one, atMs), from.order) }];
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
  const { clientOrderId: id, side, isEntry } = order;
  const quantity = unitsOf(order.quantity) - filledOf(order);
  if (order.kind === 'stop') {
    return { id, side, kind: 'stop', quantity, price: numberOf(unitsOf(order.triggerPrice ?? '0')) };
  }
  const budget = order.budget === undefined ? {} : { budget: unitsOf(order.budget) };
  return { id, side, kind: 'market', quantity, isEntry, ...budget };
}

function filledOf({ fills }: ExchangeOrder): Units {
  return fills.reduce((sum, { quantity }) => sum + unitsOf(quantity), 0n);
}

/** Writes an order back; one that ended leaves the open ones. */
export function saving(pk: string, { item, fromMs }: StoredOrder, order: PaperOrder): readonly Action[] {
  const body = { ...order, ...(fromMs !== undefined && { fromMs }) };
  const { sk, version } = item;
  if (order.status === 'open') return [{ kind: 'put', pk, sk, expect: version, body }];
  return [
    { kind: 'remove', pk, sk, expect: version },
    { kind: 'put', pk, sk: `ENDED#${order.clientOrderId}`, expect: 'absent', body },
  ];
}
