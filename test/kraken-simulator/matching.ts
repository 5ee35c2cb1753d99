import { floorTo, multiply, type Units, unitsOf } from '../../shared/core/decimal.ts';
import type { EpochMs } from '../../shared/core/market/timeframes.ts';
import { isCrossing, isHit } from './checks.ts';
import { type BookOrder, krakenName } from './orders.ts';
import type { PairRules } from './pairs.ts';
import { availableOf, type BookState, end, feeRate, holdOf, type Market, move } from './state.ts';

/** A trade of other participants. */
export interface MarketTrade {
  readonly atMs: EpochMs;
  readonly price: Units;
  readonly volume: Units;
  /** How much of its volume our resting orders get, a fraction; 1 when absent. */
  readonly share?: Units;
}

interface Part {
  readonly price: Units;
  readonly volume: Units;
}

const ONE = unitsOf('1');
/** What Kraken cancels when a market order has taken all there is. */
const NO_DEPTH = 'Market price protection';
const NOT_AT_ONCE = 'Immediate or cancel';

/** Kraken's rounding of money: to the decimals of the pair, half up. */
function rounded(amount: Units, { costDecimals }: PairRules): Units {
  return floorTo(amount + 5n * 10n ** BigInt(17 - costDecimals), costDecimals);
}

/**
 * What an order that takes now gets: at the best price, and where that has not enough, at those behind it.
 * @param limit the worst price, or none
 */
export function offered(
  { pair, depth, ask, bid }: Market,
  order: { readonly side: 'buy' | 'sell'; readonly volume: Units; readonly limit?: Units | undefined },
): readonly Part[] {
  const step = order.side === 'buy' ? pair.tick : -pair.tick;
  const each = depth.levelVolume === null ? order.volume : floorTo(depth.levelVolume, pair.lotDecimals);
  const parts: Part[] = [];
  let price = order.side === 'buy' ? ask : bid;
  let rest = order.volume;
  for (let level = 0; rest > 0n && level < depth.levels; level++, price += step) {
    if (price <= 0n || isWorse(order.side, price, order.limit)) break;
    const volume = each < rest ? each : rest;
    if (volume > 0n) parts.push({ price, volume });
    rest -= volume;
  }
  return parts;
}

function isWorse(side: 'buy' | 'sell', price: Units, limit: Units | undefined): boolean {
  return limit !== undefined && (side === 'buy' ? price > limit : price < limit);
}

/** What parts cost a taker, fee included. */
export function costOf(state: BookState, pair: PairRules, parts: readonly Part[]): Units {
  const rate = feeRate(state, pair.takerFees);
  return parts.reduce((sum, { price, volume }) => {
    const cost = rounded(multiply(price, volume, 'down'), pair);
    return sum + cost + rounded(multiply(cost, rate, 'down'), pair);
  }, 0n);
}

/** Lets an order take what there is; what a market order, a stop or an IOC order leaves is cancelled. */
function take(state: BookState, order: BookOrder, atMs: EpochMs): void {
  const market = state.markets.get(order.pair.name);
  if (market === undefined) return;
  const limit = order.type === 'limit' ? order.price : undefined;
  for (const part of offered(market, { side: order.side, volume: order.volume - order.filled, limit })) {
    if (!isPaidFor(state, order, part)) break;
    execute(state, order, { ...part, atMs, isMaker: false });
  }
  if (order.status !== 'open' || (order.type === 'limit' && !order.isImmediate)) return;
  end(state, order, { status: 'canceled', reason: order.isImmediate ? NOT_AT_ONCE : NO_DEPTH, atMs });
}

/** A stop that buys may find a price beyond what it held; everything else was paid for when it came. */
function isPaidFor(state: BookState, order: BookOrder, part: Part): boolean {
  if (order.side === 'sell' || !order.isTriggered) return true;
  return costOf(state, order.pair, [part]) <= availableOf(state, order.pair.quote) + holdOf(state, order);
}

/** Brings a trade of the market: resting limits behind its price fill, stops that it reaches become market orders. */
export function meet(state: BookState, market: Market, trade: MarketTrade): void {
  const { pair } = market;
  let left = floorTo(multiply(trade.volume, trade.share ?? ONE, 'down'), pair.lotDecimals);
  for (const order of restingBehind(state, pair, trade.price)) {
    const rest = order.volume - order.filled;
    const volume = rest < left ? rest : left;
    if (volume <= 0n) break;
    execute(state, order, { price: order.price, volume, atMs: trade.atMs, isMaker: true });
    left -= volume;
  }
  state.markets.set(pair.name, {
    ...market,
    last: trade.price,
    bid: trade.price,
    ask: trade.price + state.spreadTicks * pair.tick,
  });
  trigger(state, pair, trade);
}

/** Limits that the market traded through, the best price first, of equal ones the oldest. */
function restingBehind(state: BookState, pair: PairRules, price: Units): readonly BookOrder[] {
  const found: BookOrder[] = [];
  for (const order of state.open.values())
    if (order.type === 'limit' && order.pair === pair && isThrough(order, price)) found.push(order);
  const sign = (a: BookOrder, b: BookOrder) => (isThrough(a, b.price) ? -1 : isThrough(b, a.price) ? 1 : 0);
  return found.length < 2 ? found : found.sort(sign);
}

function isThrough({ side, price: limit }: BookOrder, price: Units): boolean {
  return side === 'buy' ? price < limit : price > limit;
}

function trigger(state: BookState, pair: PairRules, { price, atMs }: MarketTrade): void {
  for (const order of [...state.open.values()])
    if (order.type === 'stop-loss' && order.pair === pair && isHit(order.side, order.price, price)) {
      order.isTriggered = true;
      take(state, order, atMs);
    }
}

/** An order that was placed or changed takes at once what it may. */
export function settle(state: BookState, order: BookOrder, atMs: EpochMs): void {
  const market = state.markets.get(order.pair.name);
  if (market === undefined || state.mode !== 'online') return;
  if (order.type === 'stop-loss') {
    if (!isHit(order.side, order.price, market.last)) return;
    order.isTriggered = true;
    take(state, order, atMs);
  } else if (order.type === 'market' || order.isImmediate || isCrossing(order.side, order.price, market))
    take(state, order, atMs);
}

function execute(
  state: BookState,
  order: BookOrder,
  part: Part & { readonly atMs: EpochMs; readonly isMaker: boolean },
): void {
  const { pair, side } = order;
  const { price, volume, atMs, isMaker } = part;
  const cost = rounded(multiply(price, volume, 'down'), pair);
  const fee = rounded(
    multiply(cost, feeRate(state, isMaker ? pair.makerFees : pair.takerFees), 'down'),
    pair,
  );
  const number = state.trades.length;
  const txid = krakenName('T', number);
  const shownMs = atMs + (order.lag.tradesMs ?? 0);
  const visibleFromMs = Math.max(shownMs, order.visibleFromMs);
  const trade = { txid, number, order, atMs, price, volume, cost, fee, isMaker, visibleFromMs };
  state.trades.push(trade);
  order.trades.push(trade);
  order.filled += volume;
  order.cost += cost;
  order.fee += fee;
  state.feeVolume += cost;
  if (order.filled >= order.volume) end(state, order, { status: 'closed', reason: null, atMs });
  move(state, pair.base, side === 'buy' ? volume : -volume);
  move(state, pair.quote, side === 'buy' ? -cost : cost);
  pay(state, order, { fee, price });
}

/** Takes the fee in base where it was asked for and is there, else in quote. */
function pay(
  state: BookState,
  { pair, feeIn }: BookOrder,
  { fee, price }: { readonly fee: Units; readonly price: Units },
): void {
  const inBase = feeIn === 'base' ? floorTo((fee * ONE) / price, pair.lotDecimals) : 0n;
  if (inBase > 0n && availableOf(state, pair.base) >= inBase) move(state, pair.base, -inBase);
  else move(state, pair.quote, -fee);
}
