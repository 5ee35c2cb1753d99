import { AppError } from '../core/errors.ts';
import { isoMinute, utcDateKey, utcDayMs } from '../core/market/calendar.ts';
import type { Candles } from '../core/market/candles.ts';
import { contentHash } from '../core/market/content-hash.ts';
import { holesOf } from '../core/market/holes.ts';
import type { MarketData } from '../core/market/market-data.ts';
import { DAY_MS, type EpochMs, type Timeframe, timeframeMs, timeframes } from '../core/market/timeframes.ts';
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
 * Reads the candles of a run from the store, lookback included. They may begin late, which decisions count as
 * INSUFFICIENT_DATA; a run over candles that end early would only look like the one that was asked for.
 * @throws AppError `candles-missing` naming symbol, timeframe and span, `usage` on an exec timeframe that is too long
 */
export async function loadMarketData(store: CandleStore, request: DataRequest): Promise<MarketData> {
  const execTimeframe = request.exec ?? (await finestExec(store, request));
  checkLength(execTimeframe, request);
  const symbols = new Map<string, { exec: Candles; series: Map<Timeframe, Candles> }>();
  for (const symbol of request.symbols) {
    const series = new Map<Timeframe, Candles>();
    for (const timeframe of request.timeframes)
      series.set(timeframe, await readSeries(store, symbol, timeframe, request));
    const decisionsMs = series.get('4h')?.openMs[0] ?? 0;
    const exec = await readExec(store, symbol, execTimeframe, { ...request, decisionsMs });
    symbols.set(symbol, { exec, series });
  }
  return { execTimeframe, symbols };
}

/** Ticks are at the closes of exec candles. */
function checkLength(exec: Timeframe, { timeframes: used }: DataRequest): void {
  const shortest = shortestOf(used);
  if (timeframeMs[exec] <= timeframeMs[shortest]) return;
  throw new AppError(
    'usage',
    `--exec '${exec}' is longer than the ${shortest} candles on which something decides.`,
    `Use ${shortest} or a shorter one.`,
  );
}

async function readSeries(
  store: CandleStore,
  symbol: string,
  timeframe: Timeframe,
  { fromMs, toMs, lookbackRows }: DataRequest,
): Promise<Candles> {
  const beginMs = fromMs - lookbackRows * timeframeMs[timeframe];
  const candles = await store.read(symbol, timeframe, { fromMs: beginMs, toMs });
  if (candles.openMs.length === 0) throw missing(symbol, timeframe, { fromMs, toMs });
  checkEnd(symbol, timeframe, { candles, fromMs, toMs });
  return candles;
}

/** @param request `decisionsMs`: where the candles that risk is measured on begin; orders are met from there on */
async function readExec(
  store: CandleStore,
  symbol: string,
  timeframe: Timeframe,
  { fromMs, toMs, decisionsMs, timeframes: used }: DataRequest & { readonly decisionsMs: EpochMs },
): Promise<Candles> {
  const exec = await store.read(symbol, timeframe, { fromMs, toMs });
  const firstMs = exec.openMs[0];
  if (firstMs === undefined) throw missing(symbol, timeframe, { fromMs, toMs });
  checkEnd(symbol, timeframe, { candles: exec, fromMs, toMs });
  // What decides on the same candles misses them, too, and says so itself.
  if (used.includes(timeframe) || firstMs <= Math.max(fromMs, decisionsMs)) return exec;
  throw new AppError(
    'candles-missing',
    `The ${timeframe} candles of ${symbol} begin at ${isoMinute(firstMs)} UTC, after the span does at ${isoMinute(fromMs)}.`,
    `Bring earlier ones with \`hot-crypto candles import FILE\`, give a later --from, or another --exec.`,
  );
}

function checkEnd(
  symbol: string,
  timeframe: Timeframe,
  { candles, fromMs, toMs }: { candles: Candles; fromMs: EpochMs; toMs: EpochMs },
): void {
  const endMs = (candles.openMs.at(-1) ?? 0) + timeframeMs[timeframe];
  if (endMs >= toMs) return;
  const lastDayMs = utcDayMs(endMs) - DAY_MS;
  const shorter = lastDayMs < fromMs ? '' : `, or give --to ${utcDateKey(lastDayMs)}`;
  throw new AppError(
    'candles-missing',
    `The ${timeframe} candles of ${symbol} reach to ${isoMinute(endMs)} UTC, the span to ${isoMinute(toMs)}.`,
    `Bring later ones with \`hot-crypto candles import FILE\` or \`candles fetch\`${shorter}.`,
  );
}

function shortestOf(used: readonly Timeframe[]): Timeframe {
  return timeframes.find((timeframe) => used.includes(timeframe)) ?? '4h';
}

/** The finest timeframe, at most the shortest that a strategy uses, that covers the span for every symbol. */
async function finestExec(store: CandleStore, request: DataRequest): Promise<Timeframe> {
  const longestMs = timeframeMs[shortestOf(request.timeframes)];
  const candidates = timeframes.filter((timeframe) => timeframeMs[timeframe] <= longestMs);
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
