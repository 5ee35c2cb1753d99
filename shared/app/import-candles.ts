import { AppError } from '../core/errors.ts';
import { isoMinute } from '../core/market/calendar.ts';
import { type EpochMs, type Timeframe, timeframeMs } from '../core/market/timeframes.ts';
import type { CandleFile, CandleFileReader } from '../ports/candle-file.ts';
import type { AppendResult, CandleStore } from '../ports/candle-store.ts';

/** How far an import is: rows read, then files stored. */
export type ImportProgress =
  | { readonly step: 'read'; readonly rows: number }
  | { readonly step: 'store'; readonly done: number; readonly total: number };

export interface ImportRequest extends Omit<CandleFile, 'onProgress'> {
  /** The present: a candle that closes after it is not finished, and the file is refused. */
  readonly nowMs: EpochMs;
  readonly onProgress?: ((progress: ImportProgress) => void) | undefined;
}

/** What an import did. */
export interface ImportReport extends AppendResult {
  readonly symbol: string;
  readonly timeframe: Timeframe;
  readonly source: string;
  /** Candles in the file. */
  readonly rows: number;
  readonly firstMs: EpochMs;
  readonly lastMs: EpochMs;
  /** Rows that repeated the one above. */
  readonly duplicates: number;
}

/**
 * Puts a file of candles into the store, whole or not at all.
 * @throws AppError `candles-invalid` or `usage` when the file is refused, `candles-conflict` when the store has other
 * prices; the store is unchanged then
 */
export async function importCandles(
  store: CandleStore,
  readFile: CandleFileReader,
  { nowMs, onProgress, ...file }: ImportRequest,
): Promise<ImportReport> {
  const content = readFile({ ...file, onProgress: (rows) => onProgress?.({ step: 'read', rows }) });
  const { symbol, timeframe, candles, source, sha256, duplicates } = content;
  const firstMs = candles.openMs[0] ?? 0;
  const lastMs = candles.openMs.at(-1) ?? 0;
  if (lastMs + timeframeMs[timeframe] > nowMs)
    throw new AppError(
      'candles-invalid',
      `'${file.name}' ends with the ${timeframe} candle of ${isoMinute(lastMs)} UTC, which is not finished yet.`,
      'Remove the unfinished candle; nothing of it was imported.',
    );
  const result = await store.append({
    symbol,
    timeframe,
    candles,
    provenance: { source, name: file.name, sha256 },
    onProgress: (done, total) => onProgress?.({ step: 'store', done, total }),
  });
  return { symbol, timeframe, source, rows: candles.openMs.length, firstMs, lastMs, duplicates, ...result };
}
