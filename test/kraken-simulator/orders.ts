import type { Units } from '../../shared/core/decimal.ts';
import type { EpochMs } from '../../shared/core/market/timeframes.ts';
import type { PairRules } from './pairs.ts';

export type BookMode = 'online' | 'maintenance' | 'cancel_only' | 'post_only';

/** How late the account shows what the engine has done already. All milliseconds, 0 when absent. */
export interface Lag {
  /** From the acceptance until the order is in any list. */
  readonly appearMs?: number;
  /** From its end, at which it leaves the open orders, until the closed ones have it. */
  readonly closeMs?: number;
  /** From an execution until the trades have it; the order itself tells it at once. */
  readonly tradesMs?: number;
}

/** What AddOrder says. `price` is the limit of a limit order and the trigger of a stop. */
export interface AddRequest {
  /** XXBTZUSD, XBTUSD or XBT/USD */
  readonly pair: string;
  readonly side: 'buy' | 'sell';
  readonly type: 'market' | 'limit' | 'stop-loss';
  readonly volume: Units;
  readonly price?: Units | undefined;
  readonly clOrdId?: string | undefined;
  readonly userref?: number | undefined;
  readonly isPostOnly?: boolean | undefined;
  /** Immediate or cancel. */
  readonly isImmediate?: boolean | undefined;
  /** Absent: quote of a buy and base of a sale, Kraken's default. */
  readonly feeIn?: 'quote' | 'base' | undefined;
  readonly deadlineMs?: EpochMs | undefined;
  /** Good till then. */
  readonly expiresMs?: EpochMs | undefined;
  /** Checked, not placed. */
  readonly isValidateOnly?: boolean | undefined;
}

/** What AmendOrder says: `volume` is the new total, what has been filled included. */
export interface AmendRequest {
  readonly volume?: Units | undefined;
  readonly limitPrice?: Units | undefined;
  readonly triggerPrice?: Units | undefined;
  readonly isPostOnly?: boolean | undefined;
  readonly deadlineMs?: EpochMs | undefined;
}

/** An order by either of its names. */
export type OrderName = { readonly txid: string } | { readonly clOrdId: string };

/** When a call came to Kraken's door, if earlier than now, at which the engine takes it up; and what lag follows. */
export interface Arrival {
  readonly nowMs: EpochMs;
  readonly receivedMs?: EpochMs;
  readonly lag?: Lag;
}

/** One execution. Prices, cost and fee in quote currency, at Kraken's decimals. */
export interface BookTrade {
  readonly txid: string;
  /** Kraken's running number. */
  readonly number: number;
  readonly order: BookOrder;
  readonly atMs: EpochMs;
  readonly price: Units;
  readonly volume: Units;
  readonly cost: Units;
  readonly fee: Units;
  readonly isMaker: boolean;
  readonly visibleFromMs: EpochMs;
}

/** An order as the engine has it. The book changes it; nobody else may. */
export interface BookOrder {
  readonly txid: string;
  readonly clOrdId: string | null;
  readonly userref: number;
  /** Placed by hand by the owner of the account. */
  readonly isOwners: boolean;
  readonly pair: PairRules;
  readonly side: 'buy' | 'sell';
  readonly type: 'market' | 'limit' | 'stop-loss';
  isPostOnly: boolean;
  readonly isImmediate: boolean;
  readonly feeIn: 'quote' | 'base';
  readonly openedMs: EpochMs;
  readonly expiresMs: EpochMs | null;
  readonly visibleFromMs: EpochMs;
  readonly lag: Lag;
  volume: Units;
  /** Limit or trigger; 0 of a market order. */
  price: Units;
  isTriggered: boolean;
  filled: Units;
  cost: Units;
  fee: Units;
  status: 'open' | 'closed' | 'canceled' | 'expired';
  reason: string | null;
  closedMs: EpochMs | null;
  /** The last moment at which it was added or amended: what an amend or cancel costs depends on it. */
  touchedMs: EpochMs;
  readonly trades: BookTrade[];
}

/** Whether the lists show the order at all, as open or as closed. */
export function isShown(order: BookOrder, list: 'open' | 'closed', nowMs: EpochMs): boolean {
  if (nowMs < order.visibleFromMs || (order.status === 'open') !== (list === 'open')) return false;
  return order.closedMs === null || nowMs >= order.closedMs + (order.lag.closeMs ?? 0);
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** Names in Kraken's form (OQCLML-BW3P3-BUCMWZ) that differ for every number below 2²⁵. */
export function krakenName(letter: 'O' | 'T' | 'L', number: number): string {
  const spell = (value: number, length: number) => {
    let text = '';
    for (let i = 0, rest = value >>> 0; i < length; i++, rest >>>= 5) text += ALPHABET[rest & 31];
    return text;
  };
  // An odd factor permutes the numbers below a power of two.
  const first = Math.imul(number + 1, 0x9e3779b1) & 0x1ffffff;
  const rest = Math.imul(number + 7, 0x85ebca6b);
  return `${letter}${spell(first, 5)}-${spell(rest, 5)}-${spell(rest >>> 2, 6)}`;
}
