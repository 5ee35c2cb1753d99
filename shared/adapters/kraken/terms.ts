import { floorTo, multiply, textOf, type Units, unitsOf } from '../../core/decimal.ts';
import { affordable } from '../../core/execution/costs.ts';
import type { Instrument } from '../../core/market/instruments.ts';
import type { OrderChange, OrderRequest } from '../../ports/exchange.ts';

/** A market order with a budget takes at most a hundredth above the best offer: so its cost is known before it is. */
const TAKES_UP_TO = unitsOf('1.01');

/**
 * An order as Kraken can hold it to its budget. Kraken's market orders know none: a market buy becomes one that takes up
 * to a price, and of as many lots as the budget pays at that price, fee included.
 * @param ask the best offer, of a market order with a budget
 * @see docs/decisions/0004-a-buy-has-a-budget.md
 */
export function withinBudget(
  request: OrderRequest,
  instrument: Instrument,
  ask: Units | undefined,
): OrderRequest {
  const { budget, side, kind } = request;
  if (budget === undefined || side === 'sell') return request;
  const top =
    kind === 'market'
      ? ask && floorTo(multiply(ask, TAKES_UP_TO, 'down'), instrument.tickDecimals)
      : undefined;
  const limit = top ?? (request.limitPrice === undefined ? undefined : unitsOf(request.limitPrice));
  if (limit === undefined || limit === 0n) return request;
  const feeRate = unitsOf(kind === 'limit' ? instrument.makerFee : instrument.takerFee);
  const most = affordable(unitsOf(budget), { price: limit, feeRate }, instrument.lotDecimals);
  const wanted = unitsOf(request.quantity);
  return {
    ...request,
    kind: kind === 'market' ? 'capped' : kind,
    quantity: textOf(most < wanted ? most : wanted),
    limitPrice: textOf(limit),
  };
}

/**
 * Why Kraken would refuse these amounts, or null: asked before anything is sent, because ccxt would cut or round them.
 * @see spec: kraken.md §4, minimums
 */
export function faultOf(
  { quantity, triggerPrice, limitPrice }: OrderChange,
  { symbol, minQuantity, minCost, lotDecimals, tickDecimals }: Instrument,
): string | null {
  const price = limitPrice ?? triggerPrice;
  if (price !== undefined) {
    if (unitsOf(price) <= 0n || !isStep(price, tickDecimals))
      return `the price ${price} is no multiple of the tick of ${symbol}, 10^-${tickDecimals}`;
  }
  if (quantity === undefined) return null;
  if (!isStep(quantity, lotDecimals))
    return `the quantity ${quantity} is no multiple of the lot of ${symbol}, 10^-${lotDecimals}`;
  if (unitsOf(quantity) < unitsOf(minQuantity))
    return `the quantity ${quantity} is below the minimum of ${symbol}, ${minQuantity}`;
  if (price === undefined) return null;
  const cost = multiply(unitsOf(price), unitsOf(quantity), 'down');
  return cost < unitsOf(minCost)
    ? `a cost of ${textOf(cost)} is below the minimum of ${symbol}, ${minCost}`
    : null;
}

function isStep(amount: string, decimals: number): boolean {
  const units = unitsOf(amount);
  return units >= 0n && floorTo(units, decimals) === units;
}

/**
 * What AddOrder is told. Fees are in quote currency (`fciq`), so that what is bought is what is held.
 * @param pair Kraken's name of it
 * @see https://docs.kraken.com/api-reference/trading/add-order
 */
export function addOrderParameters(
  request: OrderRequest,
  pair: string,
  deadlineMs: number,
): Readonly<Record<string, string>> {
  const { clientOrderId, side, kind, quantity, triggerPrice, limitPrice } = request;
  const price = kind === 'stop' ? triggerPrice : limitPrice;
  return {
    pair,
    type: side,
    ordertype: { market: 'market', stop: 'stop-loss', limit: 'limit', capped: 'limit' }[kind],
    volume: quantity,
    ...(kind !== 'market' && price !== undefined && { price }),
    ...(kind === 'stop' && { trigger: 'last' }),
    ...(kind === 'capped' && { timeinforce: 'IOC' }),
    oflags: kind === 'limit' ? 'fciq,post' : 'fciq',
    cl_ord_id: clientOrderId,
    deadline: new Date(deadlineMs).toISOString(),
  };
}

/** What AmendOrder is told; an order that must not take says so with every change. */
export function amendParameters(
  { clientOrderId, kind }: Pick<OrderRequest, 'clientOrderId' | 'kind'>,
  { quantity, triggerPrice, limitPrice }: OrderChange,
): Readonly<Record<string, string>> {
  return {
    cl_ord_id: clientOrderId,
    ...(quantity !== undefined && { order_qty: quantity }),
    ...(limitPrice !== undefined && { limit_price: limitPrice }),
    ...(triggerPrice !== undefined && { trigger_price: triggerPrice }),
    ...(kind === 'limit' && { post_only: 'true' }),
  };
}
