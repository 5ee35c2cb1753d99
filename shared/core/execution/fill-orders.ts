import type { Units } from '../decimal.ts';

export type Side = 'buy' | 'sell';

interface OrderBase {
  readonly id: string;
  readonly side: Side;
  /** What is still to be filled, base currency, on the lot. */
  readonly quantity: Units;
}

/** Meets the next open. What its volume share or its budget leaves is cancelled of an entry and goes on of an exit. */
export interface MarketOrder extends OrderBase {
  readonly kind: 'market';
  readonly isEntry: boolean;
  /** Of a buy: the most that cost and fee together may be; it buys no more than that pays. */
  readonly budget?: Units;
  /** It meets no open beyond this price, and ends there when it is an entry. */
  readonly limitPrice?: number;
}

/** Becomes a market order at its trigger. It ends with its first fill, even a partial one. */
export interface StopOrder extends OrderBase {
  readonly kind: 'stop';
  /** Trigger price on the tick. */
  readonly price: number;
  /** Orders of one group: the end of one by a fill cancels the others. */
  readonly group?: string;
}

/** A stop whose trigger the exchange moves after the best price since it rests. */
export interface TrailingStopOrder extends OrderBase {
  readonly kind: 'trailing-stop';
  /** Trigger price on the tick, as the last candle left it. */
  readonly price: number;
  /** Distance from the best price, a fraction of that price. */
  readonly trailFraction: Units;
  readonly group?: string;
}

/** Rests at a price on the tick; fills when the market trades through it by a tick. */
export interface LimitOrder extends OrderBase {
  readonly kind: 'limit';
  readonly price: number;
  /** It never takes: an open beyond its price does not fill it there, and inside the candle it gets its price. */
  readonly isPostOnly?: boolean;
  /** Of a buy: the most that cost and fee together may be. */
  readonly budget?: Units;
  readonly group?: string;
  /**
   * Of an entry: its protective stop, and a target perhaps, that rest from the moment of its fill.
   * Their quantity is read as what was filled.
   */
  readonly onFill?: readonly ProtectiveOrder[];
}

export type ProtectiveOrder = StopOrder | TrailingStopOrder | LimitOrder;
export type RestingOrder = MarketOrder | ProtectiveOrder;

/** An execution of an order in step 1 (OPEN) or 3 (RANGE) of the clock. */
export interface Fill {
  readonly step: 'OPEN' | 'RANGE';
  readonly price: Units;
  readonly quantity: Units;
  readonly cost: Units;
  readonly fee: Units;
}

/** What a step did to an order. Of several outcomes of one order the last says its state. */
export interface OrderOutcome {
  readonly orderId: string;
  /**
   * `open`: what is not filled goes on. `cancelled`: the rest of an entry or of a triggered stop, or the other
   * order of its group has filled. `expired`: an entry that found no volume, or whose budget pays no lot.
   */
  readonly status: 'open' | 'filled' | 'cancelled' | 'expired';
  readonly fill?: Fill;
  /** Of a trailing stop that goes on: the trigger from the next candle on. */
  readonly level?: number;
}
