import { type EpochMs, type Timeframe, timeframeMs } from '../core/market/timeframes.ts';
import type { CandleRequest, CandleSource } from '../ports/candle-source.ts';
import type { AppendResult, CandleStore } from '../ports/candle-store.ts';

/** What a fetch did. */
export interface FetchReport extends AppendResult {
  readonly symbol: string;
  readonly timeframe: Timeframe;
  readonly source: string;
  /** Candles that the source gave. */
  readonly rows: number;
  /** Absent when it gave none. */
  readonly firstMs?: EpochMs;
  readonly lastMs?: EpochMs;
  /** Bars between the asked begin and the first candle given: older than what the source keeps. */
  readonly barsMissed: number;
}

/**
 * Fetches the closed candles from `fromMs` on and stores them.
 * @throws AppError `source-unavailable`, `candles-conflict`; the store is unchanged then
 */
export async function fetchCandles(
  store: CandleStore,
  source: CandleSource,
  request: CandleRequest,
): Promise<FetchReport> {
  const { symbol, timeframe, fromMs } = request;
  const length = timeframeMs[timeframe];
  const candles = await source.closedCandles(request);
  const [firstMs, lastMs] = [candles.openMs[0], candles.openMs.at(-1)];
  const about = { symbol, timeframe, source: source.name, rows: candles.openMs.length };
  const provenance = { source: source.name, name: `${symbol} ${timeframe}` };
  const result = await store.append({ symbol, timeframe, candles, provenance });
  if (firstMs === undefined || lastMs === undefined) return { ...about, barsMissed: 0, ...result };
  const barsMissed = (firstMs - Math.ceil(fromMs / length) * length) / length;
  return { ...about, firstMs, lastMs, barsMissed: Math.max(0, barsMissed), ...result };
}
