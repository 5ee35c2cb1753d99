import { assert } from '../../core/assert.ts';
import { AppError } from '../../core/errors.ts';
import { isoMinute } from '../../core/market/calendar.ts';
import { type Candles, emptyCandles, rowsBefore, sliceCandles } from '../../core/market/candles.ts';
import { contentHash } from '../../core/market/content-hash.ts';
import { FILL_BARS_MAX, holesOf } from '../../core/market/holes.ts';
import { type CandleConflict, mergeCandles } from '../../core/market/merge.ts';
import { type Timeframe, timeframes } from '../../core/market/timeframes.ts';
import { candlesFault } from '../../core/market/verify.ts';
import type {
  AppendResult,
  CandleAppend,
  CandleStore,
  Coverage,
  StoredSeries,
} from '../../ports/candle-store.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import { pauseWithJitter } from '../jitter.ts';
import { encodeCandles } from './codec.ts';
import {
  type FileChange,
  joinCandles,
  joinProvenance,
  loadFile,
  planChanges,
  type StoredFile,
} from './files.ts';
import { keyOf, parseKey, periodOf, seriesPrefix } from './keys.ts';

const TRIES_MAX = 10;

interface Series {
  readonly venue: string;
  readonly symbol: string;
  readonly timeframe: Timeframe;
}

/**
 * A candle store of Parquet files over an object store, one folder a series.
 * @param pause how a writer who lost a race waits before it tries again; by chance, unless told
 */
export function parquetCandleStore(
  objects: ObjectStore,
  venue: 'kraken' | 'simulated' | 'synthetic',
  pause: (tries: number) => Promise<void> = pauseWithJitter,
): CandleStore {
  return {
    venue,
    append: (request) => append(objects, { ...request, venue }, pause),
    read: (symbol, timeframe, span = {}) => readSpan(objects, { venue, symbol, timeframe }, span),
    series: () => seriesOf(objects, venue),
    list: () => list(objects, venue),
  };
}

/**
 * Reads the files that the new candles touch and their neighbours, merges, and writes what changed, each file on the
 * condition that nobody wrote it meanwhile. Conflicts show before the first write. A crash between two files leaves
 * both as they should be, only the later one older: the next append of the same candles goes on from there.
 */
async function append(
  objects: ObjectStore,
  request: CandleAppend & Series,
  pause: (tries: number) => Promise<void>,
): Promise<AppendResult> {
  const { candles, timeframe } = request;
  const fault = candlesFault(candles, timeframe);
  assert(fault === undefined, `append of a candle with ${fault?.column} '${fault?.value}' ${fault?.problem}`);

  const done = { added: 0, replaced: 0, filled: 0 };
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    if (tries > 0) await pause(tries - 1);
    const stored = await loadAround(objects, request);
    const merged = mergeCandles(joinCandles(stored), candles, timeframe);
    if ('conflict' in merged) throw conflictError(request, merged.conflict);
    const changes = planChanges(request, stored, merged);
    if (await writeAll(objects, changes, { done, onProgress: request.onProgress })) {
      const kept = candles.openMs.length - done.added - done.replaced;
      return { ...done, kept, volumesKept: merged.volumesKept };
    }
  }
  throw new AppError(
    'state-contended',
    `The candles of ${request.symbol} ${timeframe} kept changing while they were written.`,
    'Another process writes them too; run the command again when it has finished.',
  );
}

/** @returns false at the first lost race; what was written before it stays and is counted in `done` */
async function writeAll(
  objects: ObjectStore,
  changes: readonly FileChange[],
  {
    done,
    onProgress,
  }: { done: Record<'added' | 'replaced' | 'filled', number> } & Pick<CandleAppend, 'onProgress'>,
): Promise<boolean> {
  for (const [index, { file, body, tag, counts }] of changes.entries()) {
    if (!(await objects.put(keyOf(file), encodeCandles(file, body), tag ?? 'absent'))) return false;
    done.added += counts.added;
    done.replaced += counts.replaced;
    done.filled += counts.filled;
    onProgress?.(index + 1, changes.length);
  }
  return true;
}

/**
 * The stored files from the one before the first new candle to the one after the last: holes are filled across the
 * seams. Further files follow while one says only that nothing was traded, for its price follows from before.
 */
async function loadAround(objects: ObjectStore, request: CandleAppend & Series): Promise<StoredFile[]> {
  const { openMs } = request.candles;
  const firstMs = openMs[0];
  const lastMs = openMs.at(-1);
  if (firstMs === undefined || lastMs === undefined) return [];
  const files = await filesOf(objects, request);
  const first = periodOf(request.timeframe, firstMs);
  const last = periodOf(request.timeframe, lastMs);
  const before = files.filter(({ period }) => period < first).slice(-1);
  const within = files.filter(({ period }) => period >= first && period <= last);
  const loaded = await Promise.all([...before, ...within].map((file) => loadFile(objects, file)));
  for (const file of files.filter(({ period }) => period > last)) {
    const next = await loadFile(objects, file);
    loaded.push(next);
    if (next.candles.volume.some((volume) => volume > 0)) break;
  }
  return loaded;
}

async function filesOf(objects: ObjectStore, series: Series) {
  const keys = await objects.list(seriesPrefix(series));
  return keys.flatMap((key) => parseKey(key) ?? []);
}

async function readSpan(
  objects: ObjectStore,
  series: Series,
  { fromMs, toMs }: { readonly fromMs?: number | undefined; readonly toMs?: number | undefined },
): Promise<Candles> {
  if (fromMs !== undefined && toMs !== undefined && fromMs >= toMs) return emptyCandles(0);
  const first = fromMs === undefined ? '' : periodOf(series.timeframe, fromMs);
  const last = toMs === undefined ? '9999-12-31' : periodOf(series.timeframe, toMs - 1);
  const files = (await filesOf(objects, series)).filter(({ period }) => period >= first && period <= last);
  const candles = joinCandles(await Promise.all(files.map((file) => loadFile(objects, file))));
  const from = fromMs === undefined ? 0 : rowsBefore(candles, fromMs);
  const to = toMs === undefined ? candles.openMs.length : rowsBefore(candles, toMs);
  return sliceCandles(candles, from, to);
}

async function seriesOf(objects: ObjectStore, venue: string): Promise<readonly StoredSeries[]> {
  const files = (await objects.list(`venue=${venue}/`)).flatMap((key) => parseKey(key) ?? []);
  const first = new Map(
    files.map(({ symbol, timeframe }) => [`${symbol} ${timeframe}`, { symbol, timeframe }]),
  );
  const rank = ({ timeframe }: StoredSeries) => timeframes.indexOf(timeframe);
  return [...first.values()].sort((a, b) =>
    a.symbol === b.symbol ? rank(a) - rank(b) : a.symbol < b.symbol ? -1 : 1,
  );
}

async function list(
  objects: ObjectStore,
  venue: 'kraken' | 'simulated' | 'synthetic',
): Promise<readonly Coverage[]> {
  const coverage: Coverage[] = [];
  for (const { symbol, timeframe } of await seriesOf(objects, venue)) {
    const series = { venue, symbol, timeframe };
    const files = await filesOf(objects, series);
    coverage.push(coverageOf(series, await Promise.all(files.map((file) => loadFile(objects, file)))));
  }
  return coverage;
}

function coverageOf({ symbol, timeframe }: Series, files: readonly StoredFile[]): Coverage {
  const candles = joinCandles(files);
  const firstMs = candles.openMs[0];
  const lastMs = candles.openMs.at(-1);
  assert(firstMs !== undefined && lastMs !== undefined, `files without candles of ${symbol} ${timeframe}`);
  return {
    symbol,
    timeframe,
    firstMs,
    lastMs,
    rows: candles.openMs.length,
    untraded: candles.volume.reduce((sum, volume) => sum + (volume > 0 ? 0 : 1), 0),
    holes: holesOf(candles, timeframe).filter(({ missing }) => missing > FILL_BARS_MAX),
    contentHash: contentHash(candles),
    provenance: joinProvenance(files.flatMap(({ provenance }) => provenance)),
  };
}

function conflictError({ symbol, timeframe, provenance }: CandleAppend, conflict: CandleConflict): AppError {
  const { openMs, column, stored, given } = conflict;
  return new AppError(
    'candles-conflict',
    `${symbol} ${timeframe} of ${isoMinute(openMs)} UTC is stored with ${column} '${stored}', ` +
      `'${provenance.name}' (${provenance.source}) says '${given}'.`,
    'Nothing was written. Check symbol, timeframe and venue; to take the new candles instead, use another data folder.',
  );
}
