import type { Units } from '../../shared/core/decimal.ts';
import type { EpochMs } from '../../shared/core/market/timeframes.ts';
import type { Quote } from './checks.ts';
import { type MarketTrade, meet } from './matching.ts';
import { add, amend, cancel, expire, type Failure, openOrder } from './order-entry.ts';
import { endedOrders, isWithin, type ListQuery, type SpanQuery, shown } from './order-lists.ts';
import {
  type AddRequest,
  type AmendRequest,
  type Arrival,
  type BookMode,
  type BookOrder,
  type BookTrade,
  isShown,
  type OrderName,
} from './orders.ts';
import { krakenPairs, type PairRules } from './pairs.ts';
import { availableOf, type BookState, type Depth, end, feeRate, heldOf, type Market, move } from './state.ts';

export interface BookOptions {
  /** By Kraken's names of the assets: ZUSD, XXBT. */
  readonly balances: Readonly<Record<string, Units>>;
  readonly pairs?: readonly PairRules[];
  /** From the bid, which is the last price, to the ask; 1 when absent. */
  readonly spreadTicks?: number;
  /** Traded in the last thirty days, in USD: it decides the fee tier. */
  readonly feeVolume?: Units;
  /** Of one pair; 80 when absent: Kraken's figures depend on the account. */
  readonly openOrdersMax?: number;
}

/**
 * One account at an exchange with Kraken's rules, as plain state in memory: no clock, chance or I/O. Every call is told
 * the time, and a refusal is `{ error }` in Kraken's words. The lists are what a client may see, the newest first;
 * `accepted` and `trades` are the truth, for whoever checks a client.
 */
export interface KrakenBook {
  /** Checks and places, or only checks (`isValidateOnly`); a market, IOC or crossing order takes before this returns. */
  add(request: AddRequest, arrival: Arrival): Failure | { readonly order: BookOrder };
  /** Changes a resting order, which keeps its names; below what is filled already it is cancelled. */
  amend(
    name: OrderName,
    change: AmendRequest,
    arrival: Arrival,
  ): Failure | { readonly amendId: string; readonly order: BookOrder };
  cancel(name: OrderName, arrival: Arrival): Failure | { readonly count: number };
  openOrders(query: ListQuery): readonly BookOrder[];
  closedOrders(query: ListQuery & SpanQuery): readonly BookOrder[];
  tradesHistory(query: SpanQuery): readonly BookTrade[];
  /** An order that the lists show, by its txid. */
  queryOrder(txid: string, nowMs: EpochMs): BookOrder | undefined;
  /** An order that is open in truth, shown or not: for what a call about it costs. */
  openOrder(name: OrderName): BookOrder | undefined;
  /** Every order that is open in truth. */
  inForce(): Iterable<BookOrder>;
  balances(): ReadonlyMap<string, { readonly total: Units; readonly held: Units }>;
  /** Fee fractions of the account now. */
  fees(pair: string): { readonly maker: Units; readonly taker: Units; readonly volume: Units };
  /** Undefined before the first trade. */
  quote(pair: string): Quote | undefined;
  /** A trade of other participants; while the mode is not online nothing trades. */
  trade(pair: string, trade: MarketTrade): void;
  /** What the others offer from now on; without end before the first call. */
  setDepth(pair: string, depth: Depth): void;
  mode(): BookMode;
  setMode(mode: BookMode): void;
  /** The owner's own order, by hand: it needs no key, and carries no cl_ord_id. */
  ownerOrder(request: Omit<AddRequest, 'clOrdId'>, nowMs: EpochMs): Failure | { readonly order: BookOrder };
  /** Ends any open order without its client: the owner by hand, or Kraken. False when it is not open. */
  endByHand(txid: string, how: { readonly nowMs: EpochMs; readonly reason: string }): boolean;
  deposit(asset: string, amount: Units): void;
  /** False when not so much is free. */
  withdraw(asset: string, amount: Units): boolean;
  readonly pairs: readonly PairRules[];
  /** Every order ever accepted with a cl_ord_id, by it: more than one means that a client sent twice. */
  readonly accepted: ReadonlyMap<string, readonly BookOrder[]>;
  /** Every order ever accepted, the owner's too, by txid. */
  readonly orders: ReadonlyMap<string, BookOrder>;
  /** Every trade, oldest first. */
  readonly trades: readonly BookTrade[];
}

/** An account with these balances on an exchange that has not traded yet. */
export function krakenBook(options: BookOptions): KrakenBook {
  const pairs = options.pairs ?? krakenPairs;
  const state: BookState = {
    pairs: new Map(pairs.flatMap((pair) => [pair.name, pair.altname, pair.wsname].map((n) => [n, pair]))),
    markets: new Map(),
    balances: new Map(Object.entries(options.balances)),
    orders: new Map(),
    open: new Map(),
    ended: [],
    accepted: new Map(),
    trades: [],
    spreadTicks: BigInt(options.spreadTicks ?? 1),
    openOrdersMax: options.openOrdersMax ?? 80,
    mode: 'online',
    feeVolume: options.feeVolume ?? 0n,
    amendCount: 0,
  };
  const depths = new Map<string, Depth>();
  const pairOf = (name: string): PairRules => {
    const pair = state.pairs.get(name);
    if (pair === undefined) throw new Error(`Bug: pair '${name}'`);
    return pair;
  };
  return {
    add: (request, arrival) => add(state, request, { ...arrival, isOwners: false }),
    amend: (name, change, arrival) => amend(state, name, { change, arrival }),
    cancel: (name, arrival) => cancel(state, name, arrival),
    openOrders: (query) => shown([...state.open.values()], 'open', query),
    closedOrders: (query) =>
      shown(endedOrders(state, query.clOrdId), 'closed', query).filter(({ closedMs }) =>
        isWithin(closedMs ?? 0, query),
      ),
    tradesHistory: (query) =>
      state.trades
        .filter(({ atMs, visibleFromMs }) => query.nowMs >= visibleFromMs && isWithin(atMs, query))
        .reverse(),
    queryOrder(txid, nowMs) {
      const order = state.orders.get(txid);
      return order && (isShown(order, 'open', nowMs) || isShown(order, 'closed', nowMs)) ? order : undefined;
    },
    openOrder: (name) => openOrder(state, name),
    inForce: () => state.open.values(),
    balances: () =>
      new Map([...state.balances].map(([asset, total]) => [asset, { total, held: heldOf(state, asset) }])),
    fees(name) {
      const { makerFees, takerFees } = pairOf(name);
      return {
        maker: feeRate(state, makerFees),
        taker: feeRate(state, takerFees),
        volume: state.feeVolume,
      };
    },
    quote: (name) => state.markets.get(pairOf(name).name),
    trade(name, trade) {
      if (state.mode !== 'online') return;
      const pair = pairOf(name);
      expire(state, trade.atMs);
      meet(state, state.markets.get(pair.name) ?? unopened(pair, trade.price, depths.get(pair.name)), trade);
    },
    setDepth(name, depth) {
      const { name: key } = pairOf(name);
      depths.set(key, depth);
      const market = state.markets.get(key);
      if (market !== undefined) state.markets.set(key, { ...market, depth });
    },
    mode: () => state.mode,
    setMode(mode) {
      state.mode = mode;
    },
    ownerOrder: (request, nowMs) => add(state, request, { nowMs, isOwners: true }),
    endByHand(txid, { nowMs, reason }) {
      const order = state.open.get(txid);
      if (order !== undefined) end(state, order, { status: 'canceled', reason, atMs: nowMs });
      return order !== undefined;
    },
    deposit: (asset, amount) => move(state, asset, amount),
    withdraw(asset, amount) {
      const isEnough = availableOf(state, asset) >= amount;
      if (isEnough) move(state, asset, -amount);
      return isEnough;
    },
    pairs,
    accepted: state.accepted,
    orders: state.orders,
    trades: state.trades,
  };
}

const ENDLESS: Depth = { levelVolume: null, levels: 1 };

function unopened(pair: PairRules, price: Units, depth: Depth = ENDLESS): Market {
  return { pair, last: price, bid: price, ask: price, depth };
}
