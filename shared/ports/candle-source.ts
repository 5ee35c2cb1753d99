import type { Candles } from '../core/market/candles.ts';
import type { EpochMs, Timeframe } from '../core/market/timeframes.ts';

export interface CandleRequest {
  readonly symbol: string;
  readonly timeframe: Timeframe;
  /** First open time wanted. */
  readonly fromMs: EpochMs;
  /** The present: only candles with open time + timeframe at or before it are closed, and only they are given. */
  readonly nowMs: EpochMs;
}

/** Where candles come from. */
export interface CandleSource {
  /** Kept with every candle that it gave: `kraken-api`, `csv`, `synthetic`. */
  readonly name: string;
  /**
   * The closed candles from `fromMs` on, oldest first, as many as the source has: it may begin later than asked.
   * @throws AppError `source-unavailable` when it cannot be reached or answers nonsense
   */
  closedCandles(request: CandleRequest): Promise<Candles>;
}
