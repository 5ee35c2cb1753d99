import type { DecimalText } from '../core/decimal.ts';
import type { Quote } from '../core/decision/gates.ts';
import type { Instrument } from '../core/market/instruments.ts';
import type { EpochMs } from '../core/market/timeframes.ts';
import type { OrderRequest, PlaceResult } from './exchange.ts';

/** What a venue says of itself to everybody. */
export interface Venue {
  /**
   * Its rules for a pair, with the fees of an account without volume.
   * @throws AppError `source-unavailable` when it cannot be reached or does not know the pair
   */
  instrument(symbol: string): Promise<Instrument>;
  /**
   * The present by its clock, cut down to the second.
   * @throws AppError `source-unavailable` when it cannot be reached
   */
  serverTimeMs(): Promise<EpochMs>;
}

/** What the key that we trade with may do. */
export interface KeyRights {
  readonly canWithdraw: boolean;
  /** Rights that trading needs and the key does not have, as Kraken's page names them. */
  readonly missing: readonly string[];
  /** Above 0 an old call may still be taken: nothing would fence then. Null when the venue does not say. */
  readonly nonceWindow: number | null;
  /** Addresses from which the key may be used; empty for any. */
  readonly addresses: readonly string[];
}

/** What a venue says to the owner of a key. All throw AppError `source-unavailable` when it cannot be reached. */
export interface AccountVenue extends Venue {
  /** The same with the fees of this account. */
  instrument(symbol: string): Promise<Instrument>;
  /** Free and held together, by currency in our spelling (BTC, USD); what is staked or lent is not in it. */
  balances(): Promise<ReadonlyMap<string, DecimalText>>;
  quote(symbol: string): Promise<Quote>;
  /** `online`, or what is switched off: `maintenance`, `cancel_only`, `post_only`, `limit_only`. */
  status(): Promise<string>;
  /** The same for one pair: `online`, `cancel_only`, `post_only`, `limit_only`, `reduce_only`. */
  pairStatus(symbol: string): Promise<string>;
  keyRights(): Promise<KeyRights>;
  /** Has an order checked without placing it. */
  rehearse(request: OrderRequest): Promise<PlaceResult>;
}
