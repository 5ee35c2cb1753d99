import { unitsOfNumber } from '../core/decimal.ts';
import type { Candle } from '../core/market/candles.ts';
import { candleAt } from '../core/market/candles.ts';
import {
  type EpochMs,
  MINUTE_MS,
  type Timeframe,
  timeframeMs,
  timeframes,
} from '../core/market/timeframes.ts';
import { loadAccount, openAccount } from './account.ts';
import { analystOf } from './analysis.ts';
import { type DriveHooks, drive, type Paper, tickLengthMs } from './drive.ts';
import type { Head } from './items.ts';
import type { LiveFeed } from './live-feed.ts';
import { tick } from './tick.ts';
import type { Trader } from './trader.ts';
import { watch } from './watch.ts';

/** Paper trading in the present. */
export interface PaperLoop {
  readonly paper: Paper;
  readonly feed: LiveFeed;
  /** Name of the source, kept with the account. */
  readonly source: string;
  /** Timeframes in which missed candles may be asked for, finest first. */
  readonly missedTimeframes: readonly Timeframe[];
  /** So long without a step, and nobody watched meanwhile; never where the market's clock stops with the program. */
  readonly absenceMs: number;
}

/** Candles that a source still has of each timeframe. */
const SOURCE_ROWS = 720;

/** Creates the account at its first start. @throws AppError `account-mismatch` when it has another source */
export async function beginAccount({ paper: { trader }, source }: PaperLoop, nowMs: EpochMs): Promise<Head> {
  const { account, config, store } = trader;
  const createdMs = lastTickMs(trader, nowMs);
  return openAccount(store, { account, source, capital: unitsOfNumber(config.capital), createdMs });
}

/**
 * Brings a paper account up to an instant: first what happened to its resting orders while nobody watched, then
 * every step since. Run every minute, and after any absence.
 *
 * @param nowMs the present on the market's clock
 */
export async function catchUp(loop: PaperLoop, nowMs: EpochMs, hooks: DriveHooks = {}): Promise<void> {
  const { trader } = loop.paper;
  const newestTickMs = lastTickMs(trader, nowMs);
  const { createdMs } = await beginAccount(loop, nowMs);
  const lateMs = trader.config.maxLateMinutes * MINUTE_MS;
  const isMissed = (atMs: EpochMs) => atMs < newestTickMs || nowMs - atMs > lateMs;
  const toMs = Math.floor(nowMs / trader.execMs) * trader.execMs;
  const fromMs = await absentSince(loop, toMs);
  if (fromMs !== null) await meetMissed(loop, { fromMs, toMs, newestTickMs, hooks: { ...hooks, isMissed } });
  await drive(loop.paper, { fromMs: createdMs, toMs }, { ...hooks, isMissed });
}

/** The newest tick that is due. */
function lastTickMs(trader: Trader, nowMs: EpochMs): EpochMs {
  const tickMs = tickLengthMs(trader);
  return Math.floor(nowMs / tickMs) * tickMs;
}

/** Since when nobody watched what is open, or null. */
async function absentSince({ paper, absenceMs }: PaperLoop, toMs: EpochMs): Promise<EpochMs | null> {
  const { exchange, trader } = paper;
  const { head, orders, positions } = await loadAccount(trader.store, trader.account);
  if (orders.size + positions.size === 0) return null;
  const clock = await exchange.clock();
  const metMs = clock === undefined ? 0 : clock.candleMs + trader.execMs;
  const fromMs = Math.max(metMs, head.value.lastTickMs ?? 0);
  return fromMs > 0 && toMs - fromMs > absenceMs ? fromMs : null;
}

interface Missed {
  readonly fromMs: EpochMs;
  /** End of the newest exec candle. */
  readonly toMs: EpochMs;
  readonly newestTickMs: EpochMs;
  readonly hooks: DriveHooks;
}

/**
 * What resting orders met while nobody watched: no trail is moved and no target taken, for nobody was there to do
 * it. A stop hit in the night is a loss in the morning. Then the missed ticks are recorded, without entries.
 */
async function meetMissed(loop: PaperLoop, { fromMs, toMs, newestTickMs, hooks }: Missed): Promise<void> {
  const { exchange, trader } = loop.paper;
  let metMs = fromMs;
  // Coarse candles for a long absence, then the finest for what is left of it: nothing is met twice.
  for (const lengthMs of new Set([missedLengthMs(loop, toMs - fromMs), trader.execMs])) {
    for (const { candleMs, endMs, candles } of await missedCandles(loop, { lengthMs, fromMs: metMs, toMs })) {
      await exchange.meet('OPEN', { candleMs, endMs }, candles);
      await exchange.meet('RANGE', { candleMs, endMs }, candles);
      metMs = endMs;
    }
  }
  const analyst = analystOf(trader);
  await watch(trader, { analyst, atMs: toMs, isCandleClosed: true });
  const { head } = await loadAccount(trader.store, trader.account);
  const tickMs = tickLengthMs(trader);
  for (let atMs = (head.value.lastTickMs ?? newestTickMs) + tickMs; atMs <= newestTickMs; atMs += tickMs) {
    const outcome = await tick(trader, { analyst, atMs, isMissed: hooks.isMissed?.(atMs) ?? true });
    if (typeof outcome === 'object') hooks.onDecisions?.(outcome.decisions);
  }
}

/** The length of the finest candles of which the source still has the whole absence. */
function missedLengthMs({ missedTimeframes, paper }: PaperLoop, absenceMs: number): number {
  const lengths = missedTimeframes.map((timeframe) => timeframeMs[timeframe]);
  return (
    lengths.find((length) => length * (SOURCE_ROWS - 1) >= absenceMs) ?? lengths.at(-1) ?? paper.trader.execMs
  );
}

interface MissedCandle {
  readonly candleMs: EpochMs;
  readonly endMs: EpochMs;
  readonly candles: ReadonlyMap<string, Candle>;
}

/**
 * The missed candles of all symbols by time. One that had begun before the absence counts whole: its low may
 * lie before it, which is the worse of the two possibilities.
 */
async function missedCandles(
  { feed, paper }: PaperLoop,
  { lengthMs, fromMs, toMs }: { lengthMs: number; fromMs: EpochMs; toMs: EpochMs },
): Promise<readonly MissedCandle[]> {
  const timeframe = timeframes.find((one) => timeframeMs[one] === lengthMs) ?? '4h';
  const byTime = new Map<EpochMs, Map<string, Candle>>();
  for (const symbol of paper.trader.config.symbols) {
    const missed = await feed.since(symbol, timeframe, Math.floor(fromMs / lengthMs) * lengthMs);
    missed.openMs.forEach((openMs, row) => {
      if (openMs + lengthMs > toMs) return;
      const candleMs = Math.max(openMs, fromMs);
      const candles = byTime.get(candleMs) ?? new Map<string, Candle>();
      byTime.set(candleMs, candles.set(symbol, candleAt(missed, row)));
    });
  }
  return [...byTime]
    .sort(([a], [b]) => a - b)
    .map(([candleMs, candles]) => ({
      candleMs,
      endMs: Math.floor(candleMs / lengthMs) * lengthMs + lengthMs,
      candles,
    }));
}
