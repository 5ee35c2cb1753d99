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
import { fillAtOpen, fillInRange } from '../../core/execution/fills.ts';
import type { Candle } from '../../core/market/candles.ts';
import type { EpochMs } from '../../core/market/timeframes.ts';
import type { ExchangeOrder } from '../../ports/exchange.ts';
import type { Action, Item } from '../../ports/state-store.ts';

const text = z.string();
const amount = z.custom<DecimalText>((value) => typeof value === 'string' && isDecimalText(value));

const orderSchema = z.strictObject({
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

/** An order of the paper exchange with the item that holds it. */
export interface StoredOrder {
  readonly item: Item;
  readonly order: ExchangeOrder;
}

/** Reads an order. */
export function storedOrder(item: Item): StoredOrder {
  return { item, order: orderSchema.parse(item.body) };
}

/** A step of the clock, the candle that it brings (undefined in a hole), and what fills cost. */
interface Meeting {
  readonly step: 'OPEN' | 'RANGE';
  readonly atMs: EpochMs;
  readonly candle: Candle | undefined;
  readonly rules: FillRules;
}

interface Change {
  readonly from: StoredOrder;
  readonly to: ExchangeOrder;
}

/** In a hole nothing trades: as in an untraded candle, entries at the market end and all else goes on. */
const NO_TRADE = { open: 0, high: 0, low: 0, close: 0, volume: 0 };

/** What one step of the clock does to the orders of one symbol. */
export function met(
  orders: readonly StoredOrder[],
  { step, atMs, candle, rules }: Meeting,
): readonly Change[] {
  const resting = orders.map(({ order }) => restingOf(order));
  const fill = step === 'OPEN' ? fillAtOpen : fillInRange;
  const outcomes = fill(resting, candle ?? NO_TRADE, rules);
  return orders.flatMap((from) => {
    const own = outcomes.filter(({ orderId }) => orderId === from.order.clientOrderId);
    return own.length === 0
      ? []
      : [{ from, to: own.reduce((order, one) => after(order, one, atMs), from.order) }];
  });
}

function after(order: ExchangeOrder, { status, fill }: OrderOutcome, atMs: EpochMs): ExchangeOrder {
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

function restingOf(order: ExchangeOrder): RestingOrder {
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
export function saving(pk: string, { item }: StoredOrder, order: ExchangeOrder): readonly Action[] {
  const body = { ...order };
  const { sk, version } = item;
  if (order.status === 'open') return [{ kind: 'put', pk, sk, expect: version, body }];
  return [
    { kind: 'remove', pk, sk, expect: version },
    { kind: 'put', pk, sk: `ENDED#${order.clientOrderId}`, expect: 'absent', body },
  ];
}
