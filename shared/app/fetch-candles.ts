import { type Candles, candleAt, candlesOf, rowsBefore } from '../core/market/candles.ts';
import { type CandleConflict, mergeCandles } from '../core/market/merge.ts';
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

/** A candle that the source now gives with another price than the stored one. */
export interface CandleDifference extends CandleConflict {
  readonly symbol: string;
  readonly timeframe: Timeframe;
}

/**
 * Fetches the closed candles from `fromMs` on and stores them.
 * @param onDifference told of candles that differ from the stored ones, which stay; without it they are refused
 * @throws AppError `source-unavailable`, `candles-conflict`; the store is unchanged then
 */
export async function fetchCandles(
  store: CandleStore,
  source: CandleSource,
  request: CandleRequest,
  onDifference?: (difference: CandleDifference) => void,
): Promise<FetchReport> {
  const { symbol, timeframe, fromMs } = request;
  const length = timeframeMs[timeframe];
  const given = await source.closedCandles(request);
  const candles =
    onDifference === undefined
      ? given
      : agreeing(given, await store.read(symbol, timeframe, { fromMs }), {
          timeframe,
          onConflict: (conflict) => onDifference({ symbol, timeframe, ...conflict }),
        });
  const [firstMs, lastMs] = [candles.openMs[0], candles.openMs.at(-1)];
  const about = { symbol, timeframe, source: source.name, rows: candles.openMs.length };
  const provenance = { source: source.name, name: `${symbol} ${timeframe}` };
  const result = await store.append({ symbol, timeframe, candles, provenance });
  if (firstMs === undefined || lastMs === undefined) return { ...about, barsMissed: 0, ...result };
  const barsMissed = (firstMs - Math.ceil(fromMs / length) * length) / length;
  return { ...about, firstMs, lastMs, barsMissed: Math.max(0, barsMissed), ...result };
}

/** The given candles without those that contradict stored ones. */
function agreeing(
  given: Candles,
  stored: Candles,
  { timeframe, onConflict }: { timeframe: Timeframe; onConflict: (conflict: CandleConflict) => void },
): Candles {
  const merged = mergeCandles(stored, given, timeframe);
  if (!('conflict' in merged)) return given;
  onConflict(merged.conflict);
  const row = rowsBefore(given, merged.conflict.openMs);
  const rows = [...given.openMs.keys()].filter((i) => i !== row).map((i) => candleAt(given, i));
  return agreeing(candlesOf(rows), stored, { timeframe, onConflict });
}
