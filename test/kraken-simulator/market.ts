import { DAY_MS, type EpochMs, HOUR_MS, MINUTE_MS } from '../../shared/core/market/timeframes.ts';
import { type Bar, flatBar, joinedBar } from './bars.ts';
import type { PairRules } from './pairs.ts';
import { minutesOf, tradesOf } from './path.ts';

const CANDLE_MS = 4 * HOUR_MS;
/** Finished candles that Kraken gives. */
const ROWS = 720;
/** 4h candles whose minutes are kept: the newest 720 minutes and the running one lie in four. */
const KEPT = 6;

/** Candles of one pair, oldest first and without holes. */
export interface Series {
  readonly pair: PairRules;
  readonly fourHours: readonly Bar[];
  /** For days before the 4h candles begin. */
  readonly days: readonly Bar[];
}

/** A market that candles tell, minute by minute. What it says depends on seed, candles and instant alone. */
export interface CandleMarket {
  readonly pairs: readonly PairRules[];
  /** The first instant at which all pairs have 4h candles, and the one at which the first of them has no more. */
  readonly span: { readonly fromMs: EpochMs; readonly toMs: EpochMs };
  /** The minute of a pair that opens then. */
  minute(pair: PairRules, openMs: EpochMs): Bar | undefined;
  /** Up to 720 finished bars of a length in minutes, and the unfinished one; undefined: no such length. */
  bars(pair: PairRules, minutes: number, nowMs: EpochMs): readonly Bar[] | undefined;
}

/** A market of 4h candles with a price path drawn inside each. */
export function candleMarket(options: {
  readonly seed: number;
  readonly series: readonly Series[];
}): CandleMarket {
  const tellers = new Map(options.series.map((series) => [series.pair, teller(series, options.seed)]));
  const opens = options.series.map(({ fourHours }) => fourHours[0]?.openMs ?? 0);
  const ends = options.series.map(({ fourHours }) => (fourHours.at(-1)?.openMs ?? 0) + CANDLE_MS);
  return {
    pairs: options.series.map(({ pair }) => pair),
    span: { fromMs: Math.max(...opens), toMs: Math.min(...ends) },
    minute: (pair, openMs) => tellers.get(pair)?.minute(openMs),
    bars: (pair, minutes, nowMs) => tellers.get(pair)?.bars(minutes, nowMs),
  };
}

type BarAt = (ms: EpochMs) => Bar | undefined;

function teller({ pair, fourHours, days }: Series, seed: number) {
  const firstMs = fourHours[0]?.openMs ?? 0;
  const dayBars = new Map(days.map((bar) => [bar.openMs, bar]));
  const candleAt: BarAt = (ms) => fourHours[Math.floor((ms - firstMs) / CANDLE_MS)];
  const minutes = keptMinutes(candleAt, seed, pair.name);
  const minute: BarAt = (openMs) => minutes(openMs)[Math.floor((openMs % CANDLE_MS) / MINUTE_MS)];
  const parts = keptParts(candleAt, minutes);

  const finished = (openMs: EpochMs, lengthMs: number): Bar | undefined => {
    if (lengthMs === DAY_MS) return dayOf(openMs, candleAt) ?? dayBars.get(openMs);
    if (lengthMs === CANDLE_MS) return candleAt(openMs);
    if (lengthMs === MINUTE_MS) return minute(openMs);
    return parts(openMs, lengthMs)[(openMs % CANDLE_MS) / lengthMs];
  };

  return {
    minute,
    bars(length: number, nowMs: EpochMs): readonly Bar[] | undefined {
      if (![1, 15, 60, 240, 1440].includes(length)) return undefined;
      const lengthMs = length * MINUTE_MS;
      const openMs = Math.floor(nowMs / lengthMs) * lengthMs;
      const bars: Bar[] = [];
      for (let ms = openMs - ROWS * lengthMs; ms < openMs; ms += lengthMs) {
        const bar = finished(ms, lengthMs);
        if (bar) bars.push(bar);
      }
      const last = unfinished({ openMs, nowMs }, candleAt, minute);
      return last ? [...bars, last] : bars;
    },
  };
}

/** The minutes of the 4h candle of an instant; those of a few candles are kept. */
function keptMinutes(candleAt: BarAt, seed: number, key: string): (ms: EpochMs) => readonly Bar[] {
  const kept = new Map<EpochMs, readonly Bar[]>();
  return (ms) => {
    const candle = candleAt(ms);
    if (candle === undefined) return [];
    const minutes = kept.get(candle.openMs) ?? minutesOf(candle, seed, key);
    kept.set(candle.openMs, minutes);
    const [oldest] = kept.keys();
    if (kept.size > KEPT && oldest !== undefined) kept.delete(oldest);
    return minutes;
  };
}

/** The bars of an hour or less that lie in the 4h candle of an instant; all are kept. */
function keptParts(candleAt: BarAt, minutes: (ms: EpochMs) => readonly Bar[]) {
  const kept = new Map<string, readonly Bar[]>();
  return (ms: EpochMs, lengthMs: number): readonly Bar[] => {
    const candle = candleAt(ms);
    if (candle === undefined) return [];
    const key = `${lengthMs}/${candle.openMs}`;
    const size = lengthMs / MINUTE_MS;
    const make = () =>
      Array.from({ length: CANDLE_MS / lengthMs }, (_, i) =>
        joinedBar(candle.openMs + i * lengthMs, minutes(ms).slice(i * size, (i + 1) * size)),
      ).filter((bar) => bar !== undefined);
    const parts = kept.get(key) ?? make();
    kept.set(key, parts);
    return parts;
  };
}

/** What a bar that has not ended tells: whole candles and minutes, and of the running minute what has been traded. */
function unfinished(
  { openMs, nowMs }: { readonly openMs: EpochMs; readonly nowMs: EpochMs },
  candleAt: BarAt,
  minute: BarAt,
): Bar | undefined {
  const candleMs = Math.max(openMs, Math.floor(nowMs / CANDLE_MS) * CANDLE_MS);
  const runningMs = Math.floor(nowMs / MINUTE_MS) * MINUTE_MS;
  const parts: (Bar | undefined)[] = [];
  for (let ms = openMs; ms < candleMs; ms += CANDLE_MS) parts.push(candleAt(ms));
  for (let ms = candleMs; ms < runningMs; ms += MINUTE_MS) parts.push(minute(ms));
  const running = minute(runningMs);
  if (running) parts.push(soFar(running, nowMs));
  return joinedBar(
    openMs,
    parts.filter((part) => part !== undefined),
  );
}

function dayOf(dayMs: EpochMs, candleAt: BarAt): Bar | undefined {
  const parts: Bar[] = [];
  for (let ms = dayMs; ms < dayMs + DAY_MS; ms += CANDLE_MS) {
    const part = candleAt(ms);
    if (part === undefined) return undefined;
    parts.push(part);
  }
  return joinedBar(dayMs, parts);
}

/** A minute as it looks before its end. */
function soFar(minute: Bar, nowMs: EpochMs): Bar {
  const parts = tradesOf(minute)
    .filter(({ atMs }) => atMs <= nowMs)
    .map(({ price, lots }) => ({ ...flatBar(minute.openMs, price), lots, count: 1 }));
  return joinedBar(minute.openMs, parts) ?? flatBar(minute.openMs, minute.open);
}
