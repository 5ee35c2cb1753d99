import { AppError } from '../core/errors.ts';
import { isoMinute } from '../core/market/calendar.ts';
import { type Candle, type Candles, candleAt, rowsBefore, sliceCandles } from '../core/market/candles.ts';
import {
  type EpochMs,
  lastCloseMs,
  MINUTE_MS,
  type Timeframe,
  timeframeMs,
} from '../core/market/timeframes.ts';
import type { CandleSource } from '../ports/candle-source.ts';
import type { CandleStore } from '../ports/candle-store.ts';
import { type CandleDifference, fetchCandles } from './fetch-candles.ts';
import type { Feed } from './trader.ts';

/** Where a live feed takes candles from, and where it keeps them. */
export interface LiveFeedOptions {
  readonly source: CandleSource;
  /** Without one every window is asked of the source: for a source that gives the same again at any time. */
  readonly store?: CandleStore | undefined;
  readonly execTimeframe: Timeframe;
  /** Exec candles enter the store by `keepExec` alone: where every write of it has a price. */
  readonly isExecKeptLater?: boolean;
  readonly nowMs: () => EpochMs;
  /** Told once of each candle that the source now gives with other prices: what was decided on stays stored. */
  readonly onDifference?: ((difference: CandleDifference) => void) | undefined;
}

/** A feed that fetches what has closed since it last looked. */
export interface LiveFeed extends Feed {
  execCandle(symbol: string, openMs: EpochMs): Promise<Candle | undefined>;
  /** Closed candles from an instant on, of any timeframe: what was missed. */
  since(symbol: string, timeframe: Timeframe, fromMs: EpochMs): Promise<Candles>;
  /** Stores the exec candles that the source still has; absent of a feed that stores nothing. */
  readonly keepExec?: (symbol: string) => Promise<void>;
}

/** Exec candles asked for at once, so that a mark after a restart finds one. */
const EXEC_ROWS = 720;
/** Candles that a source has for longer: they close at every tick of a strategy on them. */
const COARSE: Timeframe = '4h';
/** A candle that has closed may take this long to appear; later its absence is a fact. */
const APPEARS_MS_MAX = 10 * MINUTE_MS;

/** A feed over a source of the present. Windows go through the store, so that history never shrinks. */
export function liveFeed(options: LiveFeedOptions): LiveFeed {
  const { source, store, execTimeframe, isExecKeptLater = false, nowMs } = options;
  const execMs = timeframeMs[execTimeframe];
  const kept = new Map<string, Candles>();

  const stored = store === undefined ? sinceOf(options) : remembering(sinceOf(options), nowMs);
  const execSince = isExecKeptLater ? sinceOf({ source, nowMs }) : stored;

  const exec = async (symbol: string, openMs: EpochMs): Promise<Candles> => {
    const known = kept.get(symbol);
    const [first = Number.POSITIVE_INFINITY, last = 0] = [known?.openMs[0], known?.openMs.at(-1)];
    if (known !== undefined && first <= openMs && last >= openMs) return known;
    const fresh = await execSince(symbol, execTimeframe, openMs - EXEC_ROWS * execMs);
    kept.set(symbol, fresh);
    return fresh;
  };

  const closeAt = async (symbol: string, closeMs: EpochMs): Promise<number | undefined> => {
    const openMs = closeMs - timeframeMs[COARSE];
    const candles = await stored(symbol, COARSE, openMs);
    return candles.openMs[0] === openMs ? candles.close[0] : undefined;
  };

  const keepExec = async (symbol: string) => {
    await stored(symbol, execTimeframe, Math.floor(nowMs() / execMs) * execMs - EXEC_ROWS * execMs);
  };

  return {
    since: (symbol, timeframe, fromMs) =>
      (timeframe === execTimeframe ? execSince : stored)(symbol, timeframe, fromMs),
    ...(store !== undefined && { keepExec }),

    async window({ symbol, timeframe, atMs, rows }) {
      const length = timeframeMs[timeframe];
      const candles = await stored(symbol, timeframe, atMs - rows * length);
      const end = rowsBefore(candles, atMs - length + 1);
      const newest = candles.openMs[end - 1];
      const isThere = newest !== undefined && newest + length === atMs;
      if (!isThere && nowMs() < atMs + APPEARS_MS_MAX) throw notReady(symbol, timeframe, atMs);
      return sliceCandles(candles, Math.max(0, end - rows), end);
    },

    async execCandle(symbol, openMs) {
      const candles = await exec(symbol, openMs);
      const row = rowsBefore(candles, openMs);
      if (candles.openMs[row] === openMs) return candleAt(candles, row);
      if (nowMs() < openMs + execMs + APPEARS_MS_MAX) throw notReady(symbol, execTimeframe, openMs + execMs);
      return undefined;
    },

    async execWindow({ symbol, fromMs, atMs }) {
      const candles = await exec(symbol, atMs - execMs);
      return sliceCandles(candles, rowsBefore(candles, fromMs), rowsBefore(candles, atMs - execMs + 1));
    },

    async lastClose(symbol, atMs) {
      const candles = await exec(symbol, atMs - execMs);
      const row = rowsBefore(candles, atMs - execMs + 1) - 1;
      const closedMs = (candles.openMs[row] ?? Number.NEGATIVE_INFINITY) + execMs;
      const coarseMs = lastCloseMs(COARSE, atMs);
      // Long after the instant the source has its exec candles no more, but still longer ones.
      const coarse = closedMs >= coarseMs ? undefined : await closeAt(symbol, coarseMs);
      return coarse ?? candles.close[row] ?? Number.NaN;
    },
  };
}

/** Candles through the store, asked of the source only when it can have more. */
function sinceOf({
  source,
  store,
  nowMs,
  onDifference,
}: Pick<LiveFeedOptions, 'source' | 'store' | 'nowMs' | 'onDifference'>): LiveFeed['since'] {
  /** By series, from when on the source was asked for everything: what it did not give then, it does not have. */
  const asked = new Map<string, EpochMs>();

  const told = new Set<string>();
  const tellOnce = (difference: CandleDifference) => {
    const name = JSON.stringify(difference);
    if (!told.has(name)) onDifference?.(difference);
    told.add(name);
  };

  return async (symbol, timeframe, fromMs) => {
    const request = { symbol, timeframe, fromMs, nowMs: nowMs() };
    if (store === undefined) return source.closedCandles(request);
    const candles = await store.read(symbol, timeframe, { fromMs });
    const last = candles.openMs.at(-1);
    const isContinued = last !== undefined && candles.openMs[0] === fromMs;
    const askedMs = asked.get(`${symbol} ${timeframe}`) ?? Number.POSITIVE_INFINITY;
    if (!mayHaveMore(candles, timeframe, request.nowMs) && (isContinued || askedMs <= fromMs)) return candles;
    // The newest stored candle is asked for again: a correction of it is told, and stops nothing.
    await fetchCandles(store, source, { ...request, fromMs: isContinued ? last : fromMs }, tellOnce);
    asked.set(`${symbol} ${timeframe}`, Math.min(askedMs, fromMs));
    return store.read(symbol, timeframe, { fromMs });
  };
}

/** Whether a candle can have closed after the last of these. */
function mayHaveMore({ openMs }: Candles, timeframe: Timeframe, nowMs: EpochMs): boolean {
  const last = openMs.at(-1);
  return last === undefined || last + 2 * timeframeMs[timeframe] <= nowMs;
}

/** The same without a look at the store while nothing new can have closed: what is stored stays as it is. */
function remembering(since: LiveFeed['since'], nowMs: () => EpochMs): LiveFeed['since'] {
  const seen = new Map<string, { readonly fromMs: EpochMs; readonly candles: Candles }>();
  return async (symbol, timeframe, fromMs) => {
    const known = seen.get(`${symbol} ${timeframe}`);
    if (known !== undefined && known.fromMs <= fromMs && !mayHaveMore(known.candles, timeframe, nowMs()))
      return sliceCandles(known.candles, rowsBefore(known.candles, fromMs), known.candles.openMs.length);
    const candles = await since(symbol, timeframe, fromMs);
    seen.set(`${symbol} ${timeframe}`, { fromMs, candles });
    return candles;
  };
}

function notReady(symbol: string, timeframe: Timeframe, closeMs: EpochMs): AppError {
  return new AppError(
    'not-ready',
    `The ${timeframe} candle of ${symbol} that closed at ${isoMinute(closeMs)} UTC has not appeared yet.`,
    'It is asked for again within a minute.',
  );
}
