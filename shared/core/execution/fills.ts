import { type Units, unitsOfNumber } from '../decimal.ts';
import type { Candle } from '../market/candles.ts';
import {
  affordable,
  costOf,
  type FillRules,
  gapPrice,
  marketPrice,
  roundAgainst,
  stopPrice,
  takeable,
  tickOf,
  trailLevel,
} from './costs.ts';
import type {
  Fill,
  LimitOrder,
  MarketOrder,
  OrderOutcome,
  ProtectiveOrder,
  RestingOrder,
  Side,
  StopOrder,
  TrailingStopOrder,
} from './fill-orders.ts';

/** What an exec candle is to its orders. */
export type FillCandle = Pick<Candle, 'open' | 'high' | 'low' | 'close' | 'volume'>;

interface Moment {
  readonly step: Fill['step'];
  readonly candle: FillCandle;
  readonly rules: FillRules;
}
type AnyStop = StopOrder | TrailingStopOrder;
type Judge = (order: RestingOrder, at: Moment) => OrderOutcome | undefined;

const NOTHING: readonly OrderOutcome[] = [];
const NO_BUDGET: Pick<MarketOrder, 'budget'> = {};

/**
 * Step 1 of the clock: market orders meet the open, and stops and limits that it gapped through fill.
 *
 * @param orders of one symbol: those sent at or resting before this open
 * @returns what changed, in the order in which it happened; an order without an outcome rests on
 * @see spec: fills, cases 08–11, 16, 17, 21, 22; execution §6, §14 "Prices"
 */
export function fillAtOpen(
  orders: readonly RestingOrder[],
  candle: FillCandle,
  rules: FillRules,
): readonly OrderOutcome[] {
  if (orders.length === 0) return NOTHING;
  return settle(orders, OPEN_JUDGES, { step: 'OPEN', candle, rules });
}

/**
 * Step 3 of the clock: what rests during the candle. Where the path decides and is not known, the worse holds:
 * of a stop and a target in reach the stop fills.
 *
 * @param orders of one symbol that rest after the open; one that filled in part at this open has had its share:
 * leave it out. A protective order placed after the open that the market is already beyond fills at the open.
 * @returns what changed, in the order in which it happened. The fill of a limit entry is followed by those of its
 * `onFill` orders; one of them without an outcome rests from now on.
 * @see spec: fills, cases 03–07, 12–14, 18–20, 23–25; execution §6, §14 "Prices"
 */
export function fillInRange(
  orders: readonly RestingOrder[],
  candle: FillCandle,
  rules: FillRules,
): readonly OrderOutcome[] {
  if (orders.length === 0 || !(candle.volume > 0)) return NOTHING;
  return settle(orders, RANGE_JUDGES, { step: 'RANGE', candle, rules });
}

const OPEN_JUDGES: readonly Judge[] = [marketAtOpen, stopAtOpen, limitAtOpen];
const RANGE_JUDGES: readonly Judge[] = [stopAtOpen, limitAtOpen, stopInRange, trailInRange, limitInRange];

/** Asks each judge about each order that nothing has happened to yet. */
function settle(orders: readonly RestingOrder[], judges: readonly Judge[], at: Moment) {
  const outcomes: OrderOutcome[] = [];
  for (const judge of judges) {
    for (const order of orders) {
      if (outcomes.some(({ orderId }) => orderId === order.id)) continue;
      const outcome = judge(order, at);
      if (outcome === undefined) continue;
      outcomes.push(outcome, ...settleOnFill(order, outcome, at));
      if (outcome.status !== 'open') outcomes.push(...cancelGroup(order, orders, outcomes));
    }
  }
  return outcomes;
}

/** The end of the other orders of the group of one that ended; no judge is asked about them any more. */
function cancelGroup(
  ended: RestingOrder,
  orders: readonly RestingOrder[],
  outcomes: readonly OrderOutcome[],
): readonly OrderOutcome[] {
  const group = groupOf(ended);
  if (group === undefined) return NOTHING;
  const hasEnded = ({ id }: RestingOrder) =>
    outcomes.some(({ orderId, status }) => orderId === id && status !== 'open');
  return orders
    .filter((order) => groupOf(order) === group && !hasEnded(order))
    .map(({ id }) => ({ orderId: id, status: 'cancelled' }));
}

function groupOf(order: RestingOrder): string | undefined {
  return order.kind === 'market' ? undefined : order.group;
}

/** In an untraded candle, or one whose share is less than a lot, entries at the market expire and all else goes on. */
function unfilled(order: RestingOrder): OrderOutcome | undefined {
  return order.kind === 'market' && order.isEntry ? { orderId: order.id, status: 'expired' } : undefined;
}

function marketAtOpen(order: RestingOrder, at: Moment): OrderOutcome | undefined {
  if (order.kind !== 'market') return undefined;
  if (isCapped(order, at.candle.open)) return unfilled(order);
  return execute(order, marketPrice(order.side, at.candle.open, at.rules), at.rules.takerFee, at);
}

function isCapped({ side, limitPrice }: MarketOrder, open: number): boolean {
  if (limitPrice === undefined) return false;
  return side === 'buy' ? open > limitPrice : open < limitPrice;
}

function stopAtOpen(order: RestingOrder, at: Moment): OrderOutcome | undefined {
  if (!isStop(order) || !isBeyond(order.side, at.candle.open, order.price)) return undefined;
  return execute(order, gapPrice(order.side, at.candle.open, at.rules), at.rules.takerFee, at);
}

function limitAtOpen(order: RestingOrder, at: Moment): OrderOutcome | undefined {
  const { step, candle, rules } = at;
  if (order.kind !== 'limit' || order.isPostOnly || !isThrough(order, candle.open, rules)) return undefined;
  const price = roundAgainst(order.side, unitsOfNumber(candle.open), rules.tickDecimals);
  // One that rested is met by the market; one placed after the open meets the market.
  return execute(order, price, step === 'OPEN' ? rules.makerFee : rules.takerFee, at);
}

function stopInRange(order: RestingOrder, at: Moment): OrderOutcome | undefined {
  if (order.kind !== 'stop' || !isBeyond(order.side, worst(order.side, at.candle), order.price)) {
    return undefined;
  }
  return trigger(order, order.price, at);
}

/**
 * The level that certainly stood before the low (after the last candle, and after this open) fills first.
 * Else a close beyond the level that this candle's best price gave proves an exit there; any other dip proves
 * nothing, and the order stays.
 */
function trailInRange(order: RestingOrder, at: Moment): OrderOutcome | undefined {
  if (order.kind !== 'trailing-stop') return undefined;
  const { candle, rules } = at;
  const { side, trailFraction } = order;
  const after = (price: number, level: number) =>
    tighter(side, level, trailLevel(side, price, trailFraction, rules.tickDecimals));

  const standing = after(candle.open, order.price);
  if (isBeyond(side, worst(side, candle), standing)) return trigger(order, standing, at);
  const level = after(side === 'sell' ? candle.high : candle.low, standing);
  if (isBeyond(side, candle.close, level)) return trigger(order, level, at);
  return level === order.price ? undefined : { orderId: order.id, status: 'open', level };
}

function limitInRange(order: RestingOrder, at: Moment): OrderOutcome | undefined {
  if (order.kind !== 'limit') return undefined;
  const farthest = order.side === 'buy' ? at.candle.low : at.candle.high;
  if (!isThrough(order, farthest, at.rules)) return undefined;
  return execute(order, unitsOfNumber(order.price), at.rules.makerFee, at);
}

/** What its `onFill` orders meet after an entry has filled inside the candle. */
function settleOnFill(entry: RestingOrder, { fill }: OrderOutcome, at: Moment): readonly OrderOutcome[] {
  if (entry.kind !== 'limit' || entry.onFill === undefined || fill?.step !== 'RANGE') return NOTHING;
  const { quantity } = fill;
  const orders = entry.onFill.map((order): ProtectiveOrder => ({ ...order, quantity }));
  const isAtOpen = isThrough(entry, at.candle.open, at.rules);
  return fillInRange(orders, isAtOpen ? at.candle : provenAfter(entry, at.candle), at.rules);
}

/** What is certain of the path after a limit filled inside the candle: on to the far end, and then to the close. */
function provenAfter({ side, price }: LimitOrder, candle: FillCandle): FillCandle {
  const known = { open: price, close: candle.close, volume: candle.volume };
  return side === 'buy'
    ? { ...known, high: Math.max(price, candle.close), low: candle.low }
    : { ...known, high: candle.high, low: Math.min(price, candle.close) };
}

function trigger(order: AnyStop, level: number, at: Moment): OrderOutcome | undefined {
  const price = stopPrice(order.side, level, worst(order.side, at.candle), at.rules);
  return execute(order, price, at.rules.takerFee, at);
}

function execute(
  order: RestingOrder,
  price: Units,
  feeRate: Units,
  { step, candle, rules }: Moment,
): OrderOutcome | undefined {
  const { id: orderId, side } = order;
  const quantity = smaller(
    takeable(order.quantity, candle.volume, rules),
    payable(order, { price, feeRate, rules }),
  );
  if (quantity <= 0n) return unfilled(order);
  const fill: Fill = { step, price, quantity, ...costOf(side, price, quantity, feeRate) };
  return { orderId, status: quantity === order.quantity ? 'filled' : restOf(order), fill };
}

/** What the budget of an order pays, fee included; all of it where there is none. */
function payable(
  order: RestingOrder,
  { price, feeRate, rules }: { readonly price: Units; readonly feeRate: Units; readonly rules: FillRules },
): Units {
  const { budget } = order.kind === 'market' || order.kind === 'limit' ? order : NO_BUDGET;
  if (budget === undefined) return order.quantity;
  const { cost, fee } = costOf(order.side, price, order.quantity, feeRate);
  return cost + fee <= budget ? order.quantity : affordable(budget, { price, feeRate }, rules.lotDecimals);
}

function smaller(a: Units, b: Units): Units {
  return a < b ? a : b;
}

function restOf(order: RestingOrder): 'open' | 'cancelled' {
  const goesOn = order.kind === 'limit' || (order.kind === 'market' && !order.isEntry);
  return goesOn ? 'open' : 'cancelled';
}

function isStop(order: RestingOrder): order is AnyStop {
  return order.kind === 'stop' || order.kind === 'trailing-stop';
}

/** How far the candle went in the direction that triggers a stop of this side. */
function worst(side: Side, candle: FillCandle): number {
  return side === 'sell' ? candle.low : candle.high;
}

/** Whether a print triggers a stop: a print at the trigger does. */
function isBeyond(side: Side, print: number, level: number): boolean {
  return side === 'sell' ? print <= level : print >= level;
}

function tighter(side: Side, a: number, b: number): number {
  return side === 'sell' ? Math.max(a, b) : Math.min(a, b);
}

/** Whether a print is through the limit by a tick at least: at a mere touch others may stand in front of us. */
function isThrough({ side, price }: LimitOrder, print: number, { tickDecimals }: FillRules): boolean {
  const isBetter = side === 'buy' ? print < price : print > price;
  if (!isBetter) return false; // the cheap answer on nearly every candle
  const through = unitsOfNumber(print) - unitsOfNumber(price);
  return (side === 'buy' ? -through : through) >= tickOf(tickDecimals);
}
