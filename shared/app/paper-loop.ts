import { unitsOfNumber } from '../core/decimal.ts';
import { AppError } from '../core/errors.ts';
import { type Candle, type Candles, candleAt } from '../core/market/candles.ts';
import {
  type EpochMs,
  MINUTE_MS,
  type Timeframe,
  timeframeMs,
  timeframes,
} from '../core/market/timeframes.ts';
import { loadAccount, openAccount } from './account.ts';
import { analystOf } from './analysis.ts';
import { isAnythingAsked } from './ask.ts';
import { clockBehind } from './behind.ts';
import { type DriveHooks, drive, held, type Paper } from './drive.ts';
import type { Head } from './items.ts';
import type { LiveFeed } from './live-feed.ts';
import { tick } from './tick.ts';
import { type Trader, tickLengthMs } from './trader.ts';
import { refuseUnlisted } from './unlisted.ts';
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
 * @throws AppError `config-invalid` when something is held that the config does not list
 * @throws AppError `clock-behind` when that lies before what the account has seen: the machine's clock was set back
 */
export async function catchUp(loop: PaperLoop, nowMs: EpochMs, hooks: DriveHooks = {}): Promise<void> {
  const { trader } = loop.paper;
  const newestTickMs = lastTickMs(trader, nowMs);
  const head = await beginAccount(loop, nowMs);
  const { createdMs } = head;
  const lateMs = trader.config.maxLateMinutes * MINUTE_MS;
  const isMissed = (atMs: EpochMs) => atMs < newestTickMs || nowMs - atMs > lateMs;
  const toMs = Math.floor(nowMs / trader.execMs) * trader.execMs;
  const reachedMs = Math.max(createdMs, head.lastTickMs ?? 0, head.markedMs ?? 0);
  if (nowMs < reachedMs - trader.execMs) throw clockBehind(trader.account, nowMs, reachedMs);
  // Set back by some seconds: the minute comes again.
  if (toMs < reachedMs) return;
  const fromMs = await absentSince(loop, toMs);
  let hasDecided = false;
  const onDecisions: DriveHooks['onDecisions'] = (records) => {
    hasDecided = true;
    hooks.onDecisions?.(records);
  };
  const watched = { ...hooks, isMissed, onDecisions };
  if (fromMs !== null) await meetMissed(loop, { fromMs, toMs, newestTickMs, hooks: watched });
  await drive(loop.paper, { fromMs: createdMs, toMs }, watched);
  await attend(loop, toMs);
  if (hasDecided) await keepExecCandles(loop, hooks);
}

/** While something is open every watch carries requests out; while nothing is, this one does. */
async function attend({ paper: { trader } }: PaperLoop, atMs: EpochMs): Promise<void> {
  if (!(await isAnythingAsked(trader.store, trader.account))) return;
  const watched = await watch(trader, { analyst: analystOf(trader), atMs, isCandleClosed: false });
  if (watched === 'held') throw held(trader.account);
  if (watched.refused.length > 0) throw watched.refused[0];
}

/** Stores the exec candles up to a tick, also while nothing is open, so that yesterday can be replayed exactly. */
async function keepExecCandles(
  { feed, paper }: PaperLoop,
  { onPassing, needTime }: DriveHooks,
): Promise<void> {
  for (const symbol of paper.trader.config.symbols) {
    try {
      needTime?.('step');
      await feed.keepExec?.(symbol);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      // Whatever is missing now is asked for after the next tick.
      onPassing?.(error);
    }
  }
}

/** The newest tick that is due. */
export function lastTickMs(trader: Pick<Trader, 'instances'>, nowMs: EpochMs): EpochMs {
  const tickMs = tickLengthMs(trader);
  return Math.floor(nowMs / tickMs) * tickMs;
}

/** Since when nobody watched what is open, or null. */
async function absentSince({ paper, absenceMs }: PaperLoop, toMs: EpochMs): Promise<EpochMs | null> {
  const { exchange, trader } = paper;
  const account = await loadAccount(trader.store, trader.account);
  refuseUnlisted(account, trader.config);
  const { head, orders, positions } = account;
  const clock = await exchange.clock();
  // A candle that has only opened is met on: what lies open met its open, and not yet its range.
  const lengthMs = clock?.kind === 'OPEN' ? 0 : trader.execMs;
  const metMs = clock === undefined ? 0 : clock.candleMs + lengthMs;
  const tickedMs = head.value.lastTickMs ?? 0;
  const fromMs = Math.max(metMs, tickedMs);
  // Only this loop lets orders meet candles beyond a tick: it was interrupted before it recorded the tick.
  if (tickedMs > 0 && metMs > tickedMs + tickLengthMs(trader)) return fromMs;
  if (orders.size + positions.size === 0) return null;
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
 * What has closed and not appeared yet is left to `drive`, with the ticks after it.
 */
async function meetMissed(loop: PaperLoop, { fromMs, toMs, newestTickMs, hooks }: Missed): Promise<void> {
  const { exchange, trader } = loop.paper;
  let metMs = fromMs;
  // Coarse candles for a long absence, then the finest for what is left of it: nothing is met twice.
  for (const lengthMs of new Set([missedLengthMs(loop, toMs - fromMs), trader.execMs])) {
    for (const { candleMs, endMs, candles } of await missedCandles(loop, { lengthMs, fromMs: metMs, toMs })) {
      hooks.needTime?.('step');
      await exchange.meet('OPEN', { candleMs, endMs }, candles);
      // The clock stands at the last exec candle of a longer one, so that none of them is met again.
      await exchange.meet('RANGE', { candleMs: endMs - trader.execMs, endMs }, candles);
      metMs = endMs;
    }
  }
  const analyst = analystOf(trader);
  const watched = await watch(trader, { analyst, atMs: metMs, isCandleClosed: true });
  if (watched === 'held') throw held(trader.account);
  const { head } = await loadAccount(trader.store, trader.account);
  const tickMs = tickLengthMs(trader);
  const lastMs = Math.min(newestTickMs, metMs);
  for (let atMs = (head.value.lastTickMs ?? newestTickMs) + tickMs; atMs <= lastMs; atMs += tickMs) {
    hooks.needTime?.('tick');
    const needTime = () => hooks.needTime?.('tick');
    const isMissed = hooks.isMissed?.(atMs) ?? true;
    const outcome = await tick(trader, { analyst, atMs, isMissed, needTime });
    if (outcome === 'held') throw held(trader.account);
    if (outcome !== 'done-before') hooks.onDecisions?.(outcome.decisions);
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
  /** By symbol; undefined in a hole. */
  readonly candles: ReadonlyMap<string, Candle | undefined>;
}

/**
 * The missed candles of all symbols by time, as far as every symbol has them. One that had begun before the absence counts whole: its low may
 * lie before it, which is the worse of the two possibilities.
 */
async function missedCandles(
  { feed, paper }: PaperLoop,
  { lengthMs, fromMs, toMs }: { lengthMs: number; fromMs: EpochMs; toMs: EpochMs },
): Promise<readonly MissedCandle[]> {
  const timeframe = timeframes.find((one) => timeframeMs[one] === lengthMs) ?? '4h';
  const { symbols } = paper.trader.config;
  const series = new Map<string, Candles>();
  let endMs = toMs;
  for (const symbol of symbols) {
    const missed = await feed.since(symbol, timeframe, Math.floor(fromMs / lengthMs) * lengthMs);
    series.set(symbol, missed);
    endMs = Math.min(endMs, (missed.openMs.at(-1) ?? Number.NEGATIVE_INFINITY) + lengthMs);
  }
  const opens = new Set([...series.values()].flatMap(({ openMs }) => [...openMs]));
  return [...opens]
    .filter((openMs) => openMs + lengthMs <= endMs)
    .sort((a, b) => a - b)
    .map((openMs) => ({
      candleMs: Math.max(openMs, fromMs),
      endMs: openMs + lengthMs,
      candles: new Map(symbols.map((symbol) => [symbol, candleOpenedAt(series.get(symbol), openMs)])),
    }));
}

function candleOpenedAt(candles: Candles | undefined, openMs: EpochMs): Candle | undefined {
  const row = candles?.openMs.indexOf(openMs) ?? -1;
  return candles === undefined || row < 0 ? undefined : candleAt(candles, row);
}
