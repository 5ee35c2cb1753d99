import { assert } from '../../core/assert.ts';
import { type Candles, candleColumns, emptyCandles, sliceCandles } from '../../core/market/candles.ts';
import { type MergedCandles, origins } from '../../core/market/merge.ts';
import type { CandleAppend, ProvenanceEntry } from '../../ports/candle-store.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import { type CandleFileBody, decodeCandles } from './codec.ts';
import { type CandleFileKey, keyOf, periodOf } from './keys.ts';

/** A file as it was read, with the tag under which it may be overwritten. */
export interface StoredFile extends CandleFileBody {
  readonly file: CandleFileKey;
  readonly tag: string;
}

/** A file as it shall be; no tag when there was none. */
export interface FileChange {
  readonly file: CandleFileKey;
  readonly tag: string | undefined;
  readonly body: CandleFileBody;
  readonly counts: { readonly added: number; readonly replaced: number; readonly filled: number };
}

/** Reads one file that was listed. */
export async function loadFile(objects: ObjectStore, file: CandleFileKey): Promise<StoredFile> {
  const object = await objects.get(keyOf(file));
  assert(object !== undefined, `candle file '${keyOf(file)}' vanished: nothing of ours removes one`);
  return { file, tag: object.tag, ...(await decodeCandles(file, object.bytes)) };
}

/** The candles of files that follow one another, as one series. */
export function joinCandles(files: readonly { readonly candles: Candles }[]): Candles {
  const joined = emptyCandles(files.reduce((sum, { candles }) => sum + candles.openMs.length, 0));
  let at = 0;
  for (const { candles } of files) {
    for (const column of candleColumns) joined[column].set(candles[column], at);
    at += candles.openMs.length;
  }
  return joined;
}

/** Entries as a compact list: what one source gave in a row is one entry, so that hourly appends do not grow it. */
export function joinProvenance(entries: readonly ProvenanceEntry[]): readonly ProvenanceEntry[] {
  const joined: ProvenanceEntry[] = [];
  for (const entry of entries) {
    const last = joined.at(-1);
    const isSame = last?.source === entry.source && last.name === entry.name && last.sha256 === entry.sha256;
    if (!last || !isSame) joined.push(entry);
    else
      joined[joined.length - 1] = {
        ...last,
        rows: last.rows + entry.rows,
        firstMs: Math.min(last.firstMs, entry.firstMs),
        lastMs: Math.max(last.lastMs, entry.lastMs),
      };
  }
  return joined;
}

/** Splits merged candles into files and gives those that differ from what is stored. */
export function planChanges(
  request: CandleAppend & { readonly venue: string },
  stored: readonly StoredFile[],
  merged: MergedCandles,
): readonly FileChange[] {
  const { venue, symbol, timeframe } = request;
  const before = new Map(stored.map((file) => [file.file.period, file]));
  const changes: FileChange[] = [];
  for (const { period, from, to } of periodsOf(merged.candles, timeframe)) {
    const old = before.get(period);
    const candles = sliceCandles(merged.candles, from, to);
    if (old && isEqual(old.candles, candles)) continue;
    const origin = merged.origin.subarray(from, to);
    const entry = entryOf(request, candles, origin);
    changes.push({
      file: { venue, symbol, timeframe, period },
      tag: old?.tag,
      body: { candles, provenance: joinProvenance([...(old?.provenance ?? []), ...entry]) },
      counts: {
        added: count(origin, origins.added),
        replaced: count(origin, origins.replaced),
        filled: count(origin, origins.filled),
      },
    });
  }
  return changes;
}

/** Runs of rows that lie in one file. */
function periodsOf(candles: Candles, timeframe: CandleAppend['timeframe']) {
  const runs: { readonly period: string; readonly from: number; to: number }[] = [];
  candles.openMs.forEach((ms, row) => {
    const period = periodOf(timeframe, ms);
    const last = runs.at(-1);
    if (last?.period === period) last.to = row + 1;
    else runs.push({ period, from: row, to: row + 1 });
  });
  return runs;
}

function entryOf({ provenance }: CandleAppend, candles: Candles, origin: Uint8Array): ProvenanceEntry[] {
  const isNew = (kind: number) => kind === origins.added || kind === origins.replaced;
  const firstMs = candles.openMs[origin.findIndex(isNew)];
  const lastMs = candles.openMs[origin.findLastIndex(isNew)];
  if (firstMs === undefined || lastMs === undefined) return [];
  const { source, name, sha256 } = provenance;
  const rows = count(origin, origins.added) + count(origin, origins.replaced);
  return [{ source, name, ...(sha256 !== undefined && { sha256 }), rows, firstMs, lastMs }];
}

function count(origin: Uint8Array, kind: number): number {
  return origin.reduce((sum, value) => sum + (value === kind ? 1 : 0), 0);
}

function isEqual(a: Candles, b: Candles): boolean {
  return candleColumns.every(
    (column) =>
      a[column].length === b[column].length && a[column].every((value, i) => value === b[column][i]),
  );
}
