import { type DecodedArray, parquetMetadata, parquetRead } from 'hyparquet';
import { parquetWriteBuffer } from 'hyparquet-writer';
import * as z from 'zod';
import { assert } from '../../core/assert.ts';
import { AppError } from '../../core/errors.ts';
import { sha256 } from '../../core/hash.ts';
import { type Candles, candleColumns, emptyCandles } from '../../core/market/candles.ts';
import { contentHash } from '../../core/market/content-hash.ts';
import { candlesFault } from '../../core/market/verify.ts';
import type { ProvenanceEntry } from '../../ports/candle-store.ts';
import { type CandleFileKey, keyOf, periodOf } from './keys.ts';

/** What one Parquet file holds. */
export interface CandleFileBody {
  readonly candles: Candles;
  readonly provenance: readonly ProvenanceEntry[];
}

/** Key of our entry in the file's key-value metadata. */
const METADATA_KEY = 'hot-crypto';

// No clock in it: the same candles from the same sources are the same bytes.
const metadataSchema = z.strictObject({
  format: z.union([z.literal(1), z.literal(2)]),
  symbol: z.string(),
  timeframe: z.string(),
  period: z.string(),
  contentHash: z.string(),
  /** From format 2 on. */
  fileHash: z.string().exactOptional(),
  provenance: z.array(
    z.strictObject({
      source: z.string(),
      name: z.string(),
      sha256: z.string().optional(),
      rows: z.int(),
      firstMs: z.int(),
      lastMs: z.int(),
    }),
  ),
});

// The hash of the whole file stands in its footer, which is part of it: while it is taken, zeros stand there.
const SEAL = Buffer.from('"fileHash":"');
const UNSEALED = '0'.repeat(64);
/** A file of the first format has no seal; the hash of its candles is all that proves it. */
const UNSEALED_FORMAT = Buffer.from('"format":1');

// One row group and one page a column: hyparquet then gives whole columns.
const ROWS_MAX = 100_000;

const parquetNames = {
  openMs: 'open_ms',
  open: 'open',
  high: 'high',
  low: 'low',
  close: 'close',
  volume: 'volume',
};

/**
 * Spells candles as a Parquet file that DuckDB and Athena read as it lies: `open_ms` INT64, the others DOUBLE, none of
 * them null, snappy. Every double comes back bit by bit.
 */
export function encodeCandles(file: CandleFileKey, { candles, provenance }: CandleFileBody): Uint8Array {
  const { symbol, timeframe, period } = file;
  const metadata: z.input<typeof metadataSchema> = {
    format: 2,
    symbol,
    timeframe,
    period,
    contentHash: contentHash(candles),
    fileHash: UNSEALED,
    provenance: [...provenance],
  };
  const buffer = parquetWriteBuffer({
    columnData: candleColumns.map((column) => ({
      name: parquetNames[column],
      data: column === 'openMs' ? BigInt64Array.from(candles.openMs, BigInt) : candles[column],
      type: column === 'openMs' ? ('INT64' as const) : ('DOUBLE' as const),
      encoding: 'PLAIN' as const,
      nullable: false,
    })),
    codec: 'SNAPPY',
    rowGroupSize: ROWS_MAX,
    kvMetadata: [{ key: METADATA_KEY, value: JSON.stringify(metadata) }],
    createdBy: 'hot-crypto',
  });
  const { hash, at } = sealOf(new Uint8Array(buffer)) ?? {};
  assert(hash !== undefined && at !== undefined, 'a candle file without a place for its hash');
  const bytes = new Uint8Array(buffer);
  bytes.set(Buffer.from(hash), at);
  return bytes;
}

/** The hash that a file should have, the one that it says it has, and the place of that; undefined when it says none. */
function sealOf(
  bytes: Uint8Array,
): { readonly hash: string; readonly said: string; readonly at: number } | undefined {
  const unsealed = Buffer.from(bytes);
  const mark = unsealed.lastIndexOf(SEAL);
  if (mark < 0) return undefined;
  const at = mark + SEAL.length;
  const said = unsealed.toString('latin1', at, at + UNSEALED.length);
  unsealed.fill(UNSEALED, at, at + UNSEALED.length);
  return { hash: sha256(unsealed), said, at };
}

/**
 * Reads such a file after it has proved to be whole: the hash in it is that of all of its bytes. So no damage comes
 * before the parser, which some flipped bits would keep busy for many seconds.
 * @throws AppError `candles-invalid` naming the file when it is cut off, damaged, or not what its name says
 */
export async function decodeCandles(file: CandleFileKey, bytes: Uint8Array): Promise<CandleFileBody> {
  try {
    const { candles, metadata } = await read(bytes);
    const problem = problemOf(file, candles, metadata);
    if (problem) throw new Error(problem);
    return { candles, provenance: metadata.provenance };
  } catch (cause) {
    throw new AppError(
      'candles-invalid',
      `The candle file '${keyOf(file)}' cannot be used: ${firstLine(cause)}.`,
      'Move this one file out of the data folder and import or fetch its candles again; nothing was changed.',
      { cause },
    );
  }
}

/** What is wrong with a file as a string of bytes, before any of it is understood. */
function faultOf(bytes: Uint8Array): string | undefined {
  if (bytes.length === 0) return 'it is empty';
  const seal = sealOf(bytes);
  if (!seal && !Buffer.from(bytes).includes(UNSEALED_FORMAT))
    return 'it is cut off, or was not written by this version of the program';
  if (seal && seal.hash !== seal.said)
    return 'it is damaged, its bytes do not match the hash stored with them';
  return undefined;
}

async function read(bytes: Uint8Array) {
  const fault = faultOf(bytes);
  if (fault) throw new Error(fault);
  const file = new Uint8Array(bytes).buffer;
  const parquet = parquetMetadata(file);
  const text = parquet.key_value_metadata?.find(({ key }) => key === METADATA_KEY)?.value;
  if (text === undefined) throw new Error('it was not written by this program');
  const metadata = metadataSchema.parse(JSON.parse(text));

  const columns = new Map<string, DecodedArray>();
  await parquetRead({
    file,
    metadata: parquet,
    onChunk: ({ columnName, columnData }) => columns.set(columnName, columnData),
  });
  const rows = columns.get('open_ms')?.length ?? 0;
  const candles = emptyCandles(rows);
  for (const column of candleColumns) {
    const data = columns.get(parquetNames[column]) ?? [];
    if (data.length !== rows) throw new Error(`column '${parquetNames[column]}' is incomplete`);
    for (let i = 0; i < rows; i++) candles[column][i] = Number(data[i]);
  }
  return { candles, metadata };
}

function problemOf(
  { symbol, timeframe, period }: CandleFileKey,
  candles: Candles,
  metadata: z.output<typeof metadataSchema>,
): string | undefined {
  const { openMs } = candles;
  const first = openMs[0];
  const last = openMs.at(-1);
  if (metadata.symbol !== symbol || metadata.timeframe !== timeframe || metadata.period !== period)
    return `it holds ${metadata.symbol} ${metadata.timeframe} of ${metadata.period}, its name says otherwise`;
  if (first === undefined || last === undefined) return 'it holds no candles';
  if (contentHash(candles) !== metadata.contentHash)
    return 'its candles do not match the hash stored with them';
  if (candlesFault(candles, timeframe)) return 'its candles are not in order';
  if (periodOf(timeframe, first) !== period || periodOf(timeframe, last) !== period)
    return 'it holds candles of another period';
  return undefined;
}

function firstLine(cause: unknown): string {
  const text =
    cause instanceof z.ZodError ? z.prettifyError(cause) : String((cause as Error).message ?? cause);
  return text.split('\n')[0] ?? '';
}
