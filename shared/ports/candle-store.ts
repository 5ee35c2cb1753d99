import type { Candles } from '../core/market/candles.ts';
import type { Hole } from '../core/market/holes.ts';
import type { EpochMs, Timeframe } from '../core/market/timeframes.ts';

/** Where candles came from: a source and, of a file, its name and the SHA-256 of its bytes. */
interface Provenance {
  /** `kraken-api`, `csv`, `kraken-archive`, `synthetic`. */
  readonly source: string;
  /** The file, or what was asked of the source. */
  readonly name: string;
  readonly sha256?: string | undefined;
}

/** What one source gave to a series. */
export interface ProvenanceEntry extends Provenance {
  readonly rows: number;
  readonly firstMs: EpochMs;
  readonly lastMs: EpochMs;
}

/** Closed candles that belong into the store: strictly ascending, on the grid of the timeframe. */
export interface CandleAppend {
  readonly symbol: string;
  readonly timeframe: Timeframe;
  readonly candles: Candles;
  readonly provenance: Provenance;
  /** Told after each file: how many of those that change are written. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/** What an append did to the store, in candles. */
export interface AppendResult {
  /** New ones. */
  readonly added: number;
  /** Those that were there already. */
  readonly kept: number;
  /** Of the kept ones, how many came with another volume; the stored one stays. */
  readonly volumesKept: number;
  /** Bars without trades that now have some. */
  readonly replaced: number;
  /** Flat bars made for holes of up to twelve bars. */
  readonly filled: number;
}

/** What is stored of a symbol and timeframe. */
export interface Coverage {
  readonly symbol: string;
  readonly timeframe: Timeframe;
  readonly firstMs: EpochMs;
  readonly lastMs: EpochMs;
  readonly rows: number;
  /** Rows without volume. */
  readonly untraded: number;
  /** Holes of more than twelve bars. */
  readonly holes: readonly Hole[];
  readonly contentHash: string;
  readonly provenance: readonly ProvenanceEntry[];
}

/** Names what is stored. */
export interface StoredSeries {
  readonly symbol: string;
  readonly timeframe: Timeframe;
}

/** Candles at rest, of one venue. It grows and never shrinks. */
export interface CandleStore {
  readonly venue: string;
  /**
   * Adds candles; what is there already stays. Appending the same again writes nothing.
   * @throws AppError `candles-conflict` when a stored candle has other prices (nothing is written),
   * `candles-invalid` when a stored file is damaged, `state-contended` when ten other writers were faster
   */
  append(request: CandleAppend): Promise<AppendResult>;
  /**
   * The stored candles that open at or after `fromMs` and before `toMs`; none when there are none.
   * @throws AppError `candles-invalid` when a stored file is damaged
   */
  read(
    symbol: string,
    timeframe: Timeframe,
    span?: { readonly fromMs?: EpochMs | undefined; readonly toMs?: EpochMs | undefined },
  ): Promise<Candles>;
  /** The names of everything that is stored, in the order of `list`; no candle is read. */
  series(): Promise<readonly StoredSeries[]>;
  /** Everything that is stored, by symbol, then timeframe from the shortest. */
  list(): Promise<readonly Coverage[]>;
}
