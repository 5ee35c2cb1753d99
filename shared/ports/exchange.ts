import type { DecimalText } from '../core/decimal.ts';
import type { EpochMs } from '../core/market/timeframes.ts';

/** An order as we ask for it. A market order takes at once; a stop rests and becomes a market order at its trigger. */
export interface OrderRequest {
  readonly clientOrderId: string;
  readonly symbol: string;
  readonly side: 'buy' | 'sell';
  readonly kind: 'market' | 'stop';
  /** An entry that cannot be filled at once ends; an exit goes on. */
  readonly isEntry: boolean;
  readonly quantity: DecimalText;
  /** Of a stop: the last price at or below which it sells. */
  readonly triggerPrice?: DecimalText;
  /** Of a buy: the most that cost and fee together may be; it buys no more than that pays. */
  readonly budget?: DecimalText;
}

/** One execution of an order. `step` says in which step of the clock a modelled fill happened. */
export interface ExchangeFill {
  readonly id: string;
  readonly atMs: EpochMs;
  readonly step: 'OPEN' | 'RANGE';
  readonly price: DecimalText;
  readonly quantity: DecimalText;
  readonly cost: DecimalText;
  readonly fee: DecimalText;
}

/** An order as the exchange knows it. `fills` are all of them, oldest first. */
export interface ExchangeOrder extends OrderRequest {
  readonly status: 'open' | 'filled' | 'cancelled' | 'rejected' | 'expired';
  readonly fills: readonly ExchangeFill[];
}

/** `refused` is a definite no. A call that throws has an unknown outcome: look the order up before anything else. */
type PlaceResult = { readonly kind: 'accepted' } | { readonly kind: 'refused'; readonly why: string };

/** Orders at an exchange, known by the client id that we gave them. */
export interface Exchange {
  /** True when a call that did not answer cannot still be under way: absence is proven as soon as it is seen. */
  readonly answersAtOnce: boolean;
  /** @param atMs the instant whose order it is; it may be sent later */
  place(request: OrderRequest, atMs: EpochMs): Promise<PlaceResult>;
  /** The order, open or not; undefined is proof of absence only when the call answered. */
  find(clientOrderId: string): Promise<ExchangeOrder | undefined>;
  /** Moves the trigger of a resting stop. False when the order is not open. */
  amend(clientOrderId: string, change: { readonly triggerPrice: DecimalText }): Promise<boolean>;
  /** Asks for the end of an order; whether it came is what `find` says afterwards. */
  cancel(clientOrderId: string): Promise<void>;
}
