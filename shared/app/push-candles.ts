import { AppError } from '../core/errors.ts';
import {
  type Candles,
  candleAt,
  candleColumns,
  candlesOf,
  rowsBefore,
  sliceCandles,
} from '../core/market/candles.ts';
import { contentHash } from '../core/market/content-hash.ts';
import { type CandleConflict, mergeCandles } from '../core/market/merge.ts';
import { type EpochMs, type Timeframe, timeframeMs } from '../core/market/timeframes.ts';
import type { CandleStore, Coverage, ProvenanceEntry } from '../ports/candle-store.ts';

/** The first candle that is not the same in both stores. */
export interface PushDifference {
  readonly openMs: EpochMs;
  readonly column: 'open' | 'high' | 'low' | 'close' | 'volume';
  readonly here: number;
  /** Null: it has no such candle. */
  readonly there: number | null;
}

/** What a push did with one series. */
export interface PushReport {
  readonly symbol: string;
  readonly timeframe: Timeframe;
  readonly firstMs: EpochMs;
  readonly lastMs: EpochMs;
  /** Candles here. */
  readonly rows: number;
  /** Of these, how many the other store did not have. */
  readonly added: number;
  readonly contentHash: string;
  /** Of the candles of the same times in the other store, read back. */
  readonly storedHash: string;
  readonly difference: PushDifference | null;
}

/** Which series are pushed; all of them where it says nothing. */
export interface PushRequest {
  readonly symbol?: string | undefined;
  readonly timeframe?: Timeframe | undefined;
  readonly onSeries?: (series: Pick<Coverage, 'symbol' | 'timeframe'>) => void;
}

/**
 * Brings what one store has into another, with where it came from, and reads it back to compare. A series of which
 * one candle has other prices there is left as it is. What is the same already is not written; a push that was cut
 * off is completed by the next.
 *
 * @throws AppError `candles-missing` when there is nothing to push, and what the stores throw
 */
export async function pushCandles(
  here: CandleStore,
  there: CandleStore,
  { symbol, timeframe, onSeries }: PushRequest = {},
): Promise<readonly PushReport[]> {
  const wanted = (await here.list()).filter(
    (one) => one.symbol === (symbol ?? one.symbol) && one.timeframe === (timeframe ?? one.timeframe),
  );
  if (wanted.length === 0) throw nothingToPush();
  const reports: PushReport[] = [];
  for (const series of wanted) {
    onSeries?.(series);
    reports.push(await pushSeries(here, there, series));
  }
  return reports;
}

function nothingToPush(): AppError {
  return new AppError(
    'candles-missing',
    'No such candles are stored here: there is nothing to push.',
    'See `hot-crypto candles list`; `candles import` or `candles fetch` brings some, --data names another folder.',
  );
}

async function pushSeries(here: CandleStore, there: CandleStore, series: Coverage): Promise<PushReport> {
  const { symbol, timeframe, firstMs, lastMs, provenance } = series;
  const span = { fromMs: firstMs, toMs: lastMs + timeframeMs[timeframe] };
  const own = await here.read(symbol, timeframe, span);
  const before = await there.read(symbol, timeframe, span);
  const merged = mergeCandles(before, own, timeframe);
  let after = before;
  if (!('conflict' in merged) && differenceOf(own, before) !== null) {
    for (const { entry, from, to } of runsOf(own, provenance)) {
      const { source, name, sha256 } = entry;
      const candles = sliceCandles(own, from, to);
      await there.append({ symbol, timeframe, candles, provenance: { source, name, sha256 } });
    }
    after = await there.read(symbol, timeframe, span);
  }
  const stored = atTimesOf(own, after);
  return {
    symbol,
    timeframe,
    firstMs,
    lastMs,
    rows: own.openMs.length,
    added: stored.openMs.length - atTimesOf(own, before).openMs.length,
    contentHash: contentHash(own),
    storedHash: contentHash(stored),
    difference: 'conflict' in merged ? differenceBy(merged.conflict) : differenceOf(own, after),
  };
}

interface Run {
  readonly entry: ProvenanceEntry;
  readonly from: number;
  to: number;
}

/**
 * The rows in runs of one origin, oldest first: a hole is filled as it was here only if nothing is laid around it.
 * Spans of origins may overlap; a row is taken for one of the narrowest, and a bar made for a hole for one of the
 * candle before it.
 */
function runsOf(candles: Candles, provenance: readonly ProvenanceEntry[]): readonly Run[] {
  const narrowest = provenance.toSorted((a, b) => a.lastMs - a.firstMs - (b.lastMs - b.firstMs));
  const runs: Run[] = [];
  candles.openMs.forEach((ms, row) => {
    const last = runs.at(-1);
    const entry =
      narrowest.find(({ firstMs, lastMs }) => firstMs <= ms && ms <= lastMs) ?? last?.entry ?? narrowest[0];
    if (entry === undefined) return;
    if (last?.entry === entry) last.to = row + 1;
    else runs.push({ entry, from: row, to: row + 1 });
  });
  return runs;
}

/** The candles of the other store at the times of ours: it may know more. */
function atTimesOf(own: Candles, other: Candles): Candles {
  const rows = [...own.openMs].flatMap((ms) => {
    const row = rowsBefore(other, ms);
    return other.openMs[row] === ms ? [candleAt(other, row)] : [];
  });
  return candlesOf(rows);
}

/** What keeps the series from being written at all is told before what it lacks for that reason. */
function differenceBy({ openMs, column, stored, given }: CandleConflict): PushDifference {
  return { openMs, column, here: given, there: stored };
}

function differenceOf(own: Candles, other: Candles): PushDifference | null {
  for (let row = 0; row < own.openMs.length; row++) {
    const mine = candleAt(own, row);
    const at = rowsBefore(other, mine.openMs);
    if (other.openMs[at] !== mine.openMs)
      return { openMs: mine.openMs, column: 'open', here: mine.open, there: null };
    const theirs = candleAt(other, at);
    for (const column of candleColumns)
      if (column !== 'openMs' && mine[column] !== theirs[column])
        return { openMs: mine.openMs, column, here: mine[column], there: theirs[column] };
  }
  return null;
}
