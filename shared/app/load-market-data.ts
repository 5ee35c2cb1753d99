import { AppError } from '../core/errors.ts';
import { isoMinute } from '../core/market/calendar.ts';
import type { Candles } from '../core/market/candles.ts';
import { contentHash } from '../core/market/content-hash.ts';
import { holesOf } from '../core/market/holes.ts';
import type { MarketData } from '../core/market/market-data.ts';
import { type EpochMs, type Timeframe, timeframeMs, timeframes } from '../core/market/timeframes.ts';
import type { CandleStore } from '../ports/candle-store.ts';

/** Which candles a run wants. */
export interface DataRequest {
  readonly symbols: readonly string[];
  /** Timeframes of the strategies, and 4h, on which risk is measured. */
  readonly timeframes: readonly Timeframe[];
  readonly fromMs: EpochMs;
  readonly toMs: EpochMs;
  readonly lookbackRows: number;
  /** Exec timeframe, or undefined for the finest that every symbol has over the whole span. */
  readonly exec?: Timeframe | undefined;
}

/**
 * Reads the candles of a run from the store, lookback included.
 * @throws AppError `candles-missing` naming symbol, timeframe and span
 */
export async function loadMarketData(store: CandleStore, request: DataRequest): Promise<MarketData> {
  const execTimeframe = request.exec ?? (await finestExec(store, request));
  const symbols = new Map<string, { exec: Candles; series: Map<Timeframe, Candles> }>();
  for (const symbol of request.symbols) {
    const series = new Map<Timeframe, Candles>();
    for (const timeframe of request.timeframes)
      series.set(timeframe, await readSeries(store, symbol, timeframe, request));
    const { fromMs, toMs } = request;
    const exec = await store.read(symbol, execTimeframe, { fromMs, toMs });
    if (exec.openMs.length === 0) throw missing(symbol, execTimeframe, request);
    symbols.set(symbol, { exec, series });
  }
  return { execTimeframe, symbols };
}

async function readSeries(
  store: CandleStore,
  symbol: string,
  timeframe: Timeframe,
  { fromMs, toMs, lookbackRows }: DataRequest,
): Promise<Candles> {
  const candles = await store.read(symbol, timeframe, {
    fromMs: fromMs - lookbackRows * timeframeMs[timeframe],
    toMs,
  });
  if (candles.openMs.length > 0) return candles;
  throw missing(symbol, timeframe, { fromMs, toMs });
}

/** The finest timeframe, at most the shortest that a strategy uses, that covers the span for every symbol. */
async function finestExec(store: CandleStore, request: DataRequest): Promise<Timeframe> {
  const longest = Math.min(...request.timeframes.map((timeframe) => timeframeMs[timeframe]));
  const candidates = timeframes.filter((timeframe) => timeframeMs[timeframe] <= longest);
  for (const timeframe of candidates) {
    let coversAll = true;
    for (const symbol of request.symbols) coversAll &&= await covers(store, symbol, timeframe, request);
    if (coversAll) return timeframe;
  }
  return candidates.at(-1) ?? '4h';
}

async function covers(
  store: CandleStore,
  symbol: string,
  timeframe: Timeframe,
  { fromMs, toMs }: DataRequest,
): Promise<boolean> {
  const candles = await store.read(symbol, timeframe, { fromMs, toMs });
  const last = candles.openMs.at(-1);
  if (last === undefined || candles.openMs[0] !== fromMs) return false;
  return last + timeframeMs[timeframe] >= toMs && holesOf(candles, timeframe).length === 0;
}

function missing(
  symbol: string,
  timeframe: Timeframe,
  { fromMs, toMs }: Pick<DataRequest, 'fromMs' | 'toMs'>,
): AppError {
  return new AppError(
    'candles-missing',
    `There are no ${timeframe} candles of ${symbol} between ${isoMinute(fromMs)} and ${isoMinute(toMs)} UTC.`,
    'See `hot-crypto candles list`; bring them with `hot-crypto candles import FILE`.',
  );
}

/** One hash over every candle of a run, whatever order it was read in. */
export function dataHash({ execTimeframe, symbols }: MarketData): readonly string[] {
  return [...symbols]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([symbol, { exec, series }]) => [
      `${symbol} exec ${execTimeframe} ${contentHash(exec)}`,
      ...[...series].map(([timeframe, candles]) => `${symbol} ${timeframe} ${contentHash(candles)}`),
    ]);
}
