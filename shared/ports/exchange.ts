import type { DecimalText } from '../core/decimal.ts';
import type { EpochMs } from '../core/market/timeframes.ts';

/**
 * An order as we ask for it.
 * - `market` takes at once.
 * - `stop` rests and becomes a market order at its trigger.
 * - `limit` rests at its price or better, and is refused where it would take (post-only).
 * - `capped` takes at once up to its price; what that leaves is cancelled (immediate or cancel).
 */
export interface OrderRequest {
  readonly clientOrderId: string;
  readonly symbol: string;
  readonly side: 'buy' | 'sell';
  readonly kind: 'market' | 'stop' | 'limit' | 'capped';
  /** An entry that cannot be filled at once ends; an exit goes on. */
  readonly isEntry: boolean;
  readonly quantity: DecimalText;
  /** Of a stop: the last price at or below which it sells. */
  readonly triggerPrice?: DecimalText;
  /** Of a limit or capped order: the worst price that it takes. */
  readonly limitPrice?: DecimalText;
  /** Of a buy: the most that cost and fee together may be; it buys no more than that pays. */
  readonly budget?: DecimalText;
  /**
   * Of an entry at a limit, or of its rest: the stop of what it buys. Where an exchange attaches stops it rests from
   * the first fill on, for all that was filled, and when it is triggered no more is bought. Elsewhere it says nothing.
   */
  readonly protectStop?: { readonly clientOrderId: string; readonly triggerPrice: DecimalText };
}

/** One execution of an order. `step` says in which step of the clock it counts: what took at once, or what rested. */
export interface ExchangeFill {
  /** Unique at the exchange: by it a fill is booked once. */
  readonly id: string;
  readonly atMs: EpochMs;
  readonly step: 'OPEN' | 'RANGE';
  readonly price: DecimalText;
  readonly quantity: DecimalText;
  readonly cost: DecimalText;
  readonly fee: DecimalText;
}

/** An order as the exchange knows it: one that has ended is given with all its fills, oldest first. */
export interface ExchangeOrder
  extends Pick<
    OrderRequest,
    'clientOrderId' | 'symbol' | 'side' | 'quantity' | 'triggerPrice' | 'limitPrice'
  > {
  readonly status: 'open' | 'filled' | 'cancelled' | 'rejected' | 'expired';
  readonly fills: readonly ExchangeFill[];
}

/** What a sending is marked with before it. The request is built from the mark, never from the clock. */
export interface SendMark {
  readonly sentAtMs: EpochMs;
  /** The exchange refuses the order after it. */
  readonly deadlineMs: EpochMs;
  /** A call with a higher one makes the exchange refuse this one: it fences the exchange as the lease fences the store. */
  readonly nonce: string;
}

/** What a sending needs before it is marked: its nonce, and its share of what the exchange allows to be called. */
export type Permit =
  | { readonly kind: 'granted'; readonly nonce: string }
  | { readonly kind: 'later'; readonly why: string };

/**
 * `refused` is a definite no and final. `later`: certainly not placed, and may be sent again. `misconfigured`: certainly
 * not placed, and nothing will be until a person has mended the key or the account.
 * A call that throws has an unknown outcome: look the order up before anything else.
 */
export type PlaceResult =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'refused' | 'later' | 'misconfigured'; readonly why: string };

/** What may change of an order that rests. */
export type OrderChange = Partial<
  Pick<OrderRequest, 'quantity' | 'triggerPrice' | 'limitPrice' | 'protectStop'>
>;

/** Orders at an exchange, known by the client id that we gave them. */
export interface Exchange {
  /** True when a call that did not answer cannot still be under way: absence is proven as soon as it is seen. */
  readonly answersAtOnce: boolean;
  /** True where a quantity below the minimum of its pair cannot be sent: it is dust then. */
  readonly hasMinimums: boolean;
  /** True where `protectStop` of an entry rests by itself from the first fill on. */
  readonly attachesStops?: boolean;
  permit(request: Pick<OrderRequest, 'symbol' | 'isEntry'>): Promise<Permit>;
  /** @param atMs the instant whose order it is; it may be sent later */
  place(
    request: OrderRequest,
    sending: { readonly atMs: EpochMs; readonly mark: SendMark },
  ): Promise<PlaceResult>;
  /** The order, open or not; undefined is proof of absence only when the call answered. */
  find(clientOrderId: string): Promise<ExchangeOrder | undefined>;
  /** Changes a resting order, which keeps its id. False when it certainly did not: it is not open, or not now. */
  amend(
    order: Pick<OrderRequest, 'clientOrderId' | 'symbol' | 'kind'>,
    change: OrderChange,
  ): Promise<boolean>;
  /** Asks for the end of an order; whether it came is what `find` says afterwards. */
  cancel(order: Pick<OrderRequest, 'clientOrderId' | 'symbol'>): Promise<void>;
}

/** An order of the account at an exchange, whoever placed it. */
export interface ForeignOrder {
  /** The exchange's own name of it. */
  readonly exchangeId: string;
  /** Null where nobody gave one. */
  readonly clientOrderId: string | null;
  /** Null for a pair that we have no spelling for. */
  readonly symbol: string | null;
  readonly side: 'buy' | 'sell';
  readonly quantity: DecimalText;
  readonly filled: DecimalText;
  readonly openedMs: EpochMs;
  readonly isOpen: boolean;
}

/** What an exchange shows of a whole account, ours and the owner's: only a real one has anything of the kind. */
export interface AccountExchange extends Exchange {
  /** All that is open. Asked first by whoever takes an account over, it outdates every call of the one before. */
  openOrders(): Promise<readonly ForeignOrder[]>;
  /** The orders that were filled, wholly or in part, since an instant. */
  filledSince(sinceMs: EpochMs): Promise<readonly ForeignOrder[]>;
}
