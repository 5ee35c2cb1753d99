import type { Candles } from '../core/market/candles.ts';
import type { Timeframe } from '../core/market/timeframes.ts';

/** A file of candles as a person gives it. */
export interface CandleFile {
  /** For messages; the name of a file of Kraken's archive also tells symbol and timeframe. */
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly symbol?: string | undefined;
  readonly timeframe?: Timeframe | undefined;
  /** Told now and then how many rows are read. */
  readonly onProgress?: ((rows: number) => void) | undefined;
}

/** What such a file says. */
export interface CandleFileContent {
  /** Kept with the candles: `csv` or `kraken-archive`. */
  readonly source: string;
  readonly symbol: string;
  readonly timeframe: Timeframe;
  readonly candles: Candles;
  /** Rows that repeat the one above exactly, and were dropped. */
  readonly duplicates: number;
  /** SHA-256 of the bytes as given, in hexadecimal. */
  readonly sha256: string;
}

/**
 * Reads a file of candles, or refuses it whole.
 * @throws AppError `candles-invalid` naming file, line, column and value; `usage` when symbol or timeframe is unknown
 */
export type CandleFileReader = (file: CandleFile) => CandleFileContent;
