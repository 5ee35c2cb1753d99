import { ceilTo, multiply, type Units, unitsOf } from '../../shared/core/decimal.ts';
import type { EpochMs } from '../../shared/core/market/timeframes.ts';
import type { Quote } from './checks.ts';
import type { BookMode, BookOrder, BookTrade } from './orders.ts';
import type { FeeTier, PairRules } from './pairs.ts';

/** How much the other participants offer: `levels` prices a tick apart with this volume each; null: without end. */
export interface Depth {
  readonly levelVolume: Units | null;
  readonly levels: number;
}

export interface Market extends Quote {
  readonly pair: PairRules;
  readonly depth: Depth;
}

/** All that the engine remembers. */
export interface BookState {
  /** By each of its names. */
  readonly pairs: ReadonlyMap<string, PairRules>;
  /** By the name of the pair; absent before its first trade. */
  readonly markets: Map<string, Market>;
  readonly balances: Map<string, Units>;
  /** By txid, oldest first. */
  readonly orders: Map<string, BookOrder>;
  readonly open: Map<string, BookOrder>;
  /** In the order in which they ended. */
  readonly ended: BookOrder[];
  /** Every order ever accepted, by cl_ord_id. */
  readonly accepted: Map<string, BookOrder[]>;
  readonly trades: BookTrade[];
  readonly spreadTicks: bigint;
  readonly openOrdersMax: number;
  mode: BookMode;
  /** In USD, of the last thirty days: it only grows here. */
  feeVolume: Units;
  amendCount: number;
}

const ONE = unitsOf('1');

/** What of an asset no order holds. */
export function availableOf(state: BookState, asset: string): Units {
  return (state.balances.get(asset) ?? 0n) - heldOf(state, asset);
}

/** What the open orders hold of an asset. */
export function heldOf(state: BookState, asset: string): Units {
  let held = 0n;
  for (const order of state.open.values()) if (assetOf(order) === asset) held += holdOf(state, order);
  return held;
}

/** The asset that an order gives. */
export function assetOf({ pair, side }: Pick<BookOrder, 'pair' | 'side'>): string {
  return side === 'buy' ? pair.quote : pair.base;
}

/** What an order at rest holds: of a buy the cost at its price with the fee of a taker. */
export function holdOf(
  state: BookState,
  { pair, side, volume, filled, price }: Pick<BookOrder, 'pair' | 'side' | 'volume' | 'filled' | 'price'>,
): Units {
  const rest = volume > filled ? volume - filled : 0n;
  if (side === 'sell') return rest;
  const cost = multiply(rest, price, 'up');
  return ceilTo(multiply(cost, ONE + feeRate(state, pair.takerFees), 'up'), pair.costDecimals);
}

/** The fee of the account's tier, as a fraction. */
export function feeRate({ feeVolume }: Pick<BookState, 'feeVolume'>, tiers: readonly FeeTier[]): Units {
  let rate = 0n;
  for (const tier of tiers) if (feeVolume >= tier.volume) rate = tier.rate;
  return rate;
}

/** Adds to a balance, or takes from it. */
export function move(state: BookState, asset: string, amount: Units): void {
  state.balances.set(asset, (state.balances.get(asset) ?? 0n) + amount);
}

/** Ends an open order. */
export function end(
  state: BookState,
  order: BookOrder,
  how: {
    readonly status: 'closed' | 'canceled' | 'expired';
    readonly reason: string | null;
    readonly atMs: EpochMs;
  },
): void {
  order.status = how.status;
  order.reason = how.reason;
  order.closedMs = how.atMs;
  state.open.delete(order.txid);
  state.ended.push(order);
}
