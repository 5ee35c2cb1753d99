import { assert } from '../core/assert.ts';
import type { Config } from '../core/config.ts';
import type { MarketRules } from '../core/decision/rules.ts';
import type { Candles } from '../core/market/candles.ts';
import { type EpochMs, type Timeframe, timeframeMs } from '../core/market/timeframes.ts';
import type { Instance } from '../core/strategies/instances.ts';
import type { AccountExchange, Exchange } from '../ports/exchange.ts';
import type { AccountVenue } from '../ports/venue.ts';
import type { LeaseContext } from './lease.ts';

/** The market as a tick or a watch sees it: closed candles only. */
export interface Feed {
  /**
   * The last `rows` closed candles at or before an instant, fewer when there are not as many.
   * @throws AppError `not-ready` when the newest one should be there and is not there yet
   */
  window(wanted: {
    readonly symbol: string;
    readonly timeframe: Timeframe;
    readonly atMs: EpochMs;
    readonly rows: number;
  }): Promise<Candles>;
  /** The exec candles that opened at or after one instant and closed at or before another. */
  execWindow(wanted: {
    readonly symbol: string;
    readonly fromMs: EpochMs;
    readonly atMs: EpochMs;
  }): Promise<Candles>;
  /** Close of the newest exec candle that closed at or before an instant: what holdings are marked at. */
  lastClose(symbol: string, atMs: EpochMs): Promise<number>;
}

/** Everything that trading one account needs. */
export interface Trader extends LeaseContext {
  readonly config: Config;
  readonly configHash: string;
  readonly codeVersion: string;
  readonly instances: readonly Instance[];
  readonly rules: ReadonlyMap<string, MarketRules>;
  /** Exec timeframe E in milliseconds. */
  readonly execMs: number;
  /** Rows of each timeframe that a decision sees. */
  readonly lookbackRows: number;
  readonly feed: Feed;
  readonly exchange: Exchange;
  /** Null on paper: there the books are the balance, nobody quotes, and nothing is waited for. */
  readonly live: Live | null;
}

/** What a trader of real money has besides. */
interface Live {
  readonly exchange: AccountExchange;
  readonly venue: Pick<AccountVenue, 'balances' | 'quote' | 'serverTimeMs' | 'status'>;
  readonly waitMs: (ms: number) => Promise<void>;
}

/** Length of the shortest timeframe on which something decides: ticks are at its multiples. */
export function tickLengthMs({ instances }: Pick<Trader, 'instances'>): number {
  return Math.min(...instances.map(({ timeframe }) => timeframeMs[timeframe]));
}

/** The rules of a symbol that this account trades. @throws Error `Bug: …` on another: `openAccount` saw to that */
export function rulesOf({ rules }: Pick<Trader, 'rules'>, symbol: string): MarketRules {
  const found = rules.get(symbol);
  assert(found !== undefined, `rules of ${symbol}`);
  return found;
}
