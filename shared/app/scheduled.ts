import { AppError } from '../core/errors.ts';
import { isoMinute } from '../core/market/calendar.ts';
import { type EpochMs, MINUTE_MS } from '../core/market/timeframes.ts';
import type { StateStore } from '../ports/state-store.ts';
import { loadAccount } from './account.ts';
import { isAnythingAsked } from './ask.ts';
import { type DriveHooks, held } from './drive.ts';
import { ticksOverdue, unprotected } from './health.ts';
import { type Head, keys, readItem } from './items.ts';
import { underOneLease } from './lease.ts';
import { catchUp, lastTickMs, type PaperLoop } from './paper-loop.ts';
import type { Trader } from './trader.ts';

/** An account that schedules wake: each run does what is due and ends, within a limit of time. */
export interface Scheduled {
  readonly store: StateStore;
  readonly account: string;
  readonly instances: Trader['instances'];
  /** Everything that trading needs: opened only by a run that has something to do. */
  readonly openLoop: () => Promise<PaperLoop>;
  /** The present on the market's clock. */
  readonly nowMs: () => EpochMs;
  /** Milliseconds until this run is ended from outside. */
  readonly leftMs: () => number;
  readonly waitMs: (ms: number) => Promise<void>;
  readonly hooks: DriveHooks;
}

/** What a watch measured. */
interface Gauges {
  /** Undefined: a watch that did not finish does not say that nothing is overdue, and fifteen minutes of that are an alarm. */
  readonly ticksOverdue: number | undefined;
  /** Positions without stop or sale at the exchange, as this watch found them and as it left them. */
  readonly positionsUnprotected: number;
}

/** How a run ended: with everything done, or with a reason to leave the rest to the next watch. */
type RunOutcome = 'done' | 'not-ready' | 'out-of-time';

export type TickRun = RunOutcome | 'done-before';

export type WatchRun =
  | { readonly outcome: RunOutcome | 'idle' | 'source-unavailable'; readonly gauges: Gauges }
  | { readonly outcome: 'held' }
  /** What was measured all the same: a stop that cannot be placed is an alarm of its own. */
  | { readonly outcome: 'failed'; readonly gauges: Gauges; readonly failure: unknown };

/** A candle that has closed is asked for this long after its close at the earliest. */
const AFTER_CLOSE_MS = 5_000;
/** With less time left nothing new is decided: its orders could not be carried through. */
const TICK_MS_MIN = 25_000;
/** With less time left no step is begun. */
const STEP_MS_MIN = 8_000;

/**
 * The tick that a schedule asks for, and whatever else is due. Asked for again when it is done, it does nothing.
 * A candle that is not there yet, or too little time, leaves it to the next watch.
 *
 * @param askedMs the instant for which the schedule was set
 * @throws AppError `account-busy` while somebody else is at work: the schedule's retry comes back
 */
export async function scheduledTick(scheduled: Scheduled, askedMs: EpochMs): Promise<TickRun> {
  const { store, account, nowMs } = scheduled;
  const atMs = lastTickMs(scheduled, askedMs);
  if (atMs > nowMs() + AFTER_CLOSE_MS) throw tooEarly(askedMs, nowMs());
  await untilClosed(scheduled, atMs);
  const claim = await store.get(keys.tick(account, atMs));
  if (claim?.body['state'] === 'done') return 'done-before';
  const outcome = await run(scheduled);
  if (outcome === 'held') throw held(account);
  return outcome;
}

/** A tick is named by an instant that has come. */
function tooEarly(askedMs: EpochMs, nowMs: EpochMs): AppError {
  return new AppError(
    'usage',
    `The tick of ${isoMinute(askedMs)} UTC is not due: it is ${isoMinute(nowMs)} UTC.`,
    'Name an instant that has come, or set the clock right.',
  );
}

/**
 * One watch: carries on what is open, does what was asked, and starts the newest tick if that was not done.
 * With nothing of it to do, it reads two items and ends. While somebody else is at work, who protects first, it
 * measures nothing. A market that cannot be reached is no failure of ours, until it lasts.
 */
export async function scheduledWatch(scheduled: Scheduled): Promise<WatchRun> {
  const { store, account, nowMs } = scheduled;
  const head = await headOf(store, account);
  const isOpen = head !== undefined && head.openOrders + head.openPositions > 0;
  const isDue = (head?.lastTickMs ?? 0) < lastTickMs(scheduled, nowMs());
  if (isOpen || isDue) await untilClosed(scheduled, Math.floor(nowMs() / MINUTE_MS) * MINUTE_MS);
  else if (head !== undefined && !(await isAnythingAsked(store, account)))
    return { outcome: 'idle', gauges: gaugesOf(scheduled, head, 0) };
  return worked(scheduled, isOpen ? unprotected(await loadAccount(store, account)) : []);
}

/** @param before symbols that are unprotected as the run begins */
async function worked(scheduled: Scheduled, before: readonly string[]): Promise<WatchRun> {
  const ended = await run(scheduled).catch((failure: unknown) => ({ failure }));
  if (ended === 'held') return { outcome: ended };
  const failure = typeof ended === 'object' ? ended.failure : undefined;
  const isFinished = ended === 'done' || ended === 'not-ready';
  const gauges = await measured(scheduled, { before, isFinished }).catch((error: unknown) => {
    // What went wrong first says more, as when Kraken was away at the very first run.
    throw failure ?? error;
  });
  if (typeof ended !== 'object') return { outcome: ended, gauges };
  return failure instanceof AppError && failure.code === 'source-unavailable'
    ? { outcome: failure.code, gauges }
    : { outcome: 'failed', gauges, failure };
}

/** A candle is asked for some seconds after its close. */
async function untilClosed({ waitMs, nowMs }: Scheduled, closeMs: EpochMs): Promise<void> {
  await waitMs(Math.max(0, closeMs + AFTER_CLOSE_MS - nowMs()));
}

async function measured(
  scheduled: Scheduled,
  { before, isFinished }: { readonly before: readonly string[]; readonly isFinished: boolean },
): Promise<Gauges> {
  const after = await loadAccount(scheduled.store, scheduled.account);
  const bare = unprotected(after).filter((symbol) => before.includes(symbol));
  const gauges = gaugesOf(scheduled, after.head.value, bare.length);
  return isFinished || gauges.ticksOverdue !== 0 ? gauges : { ...gauges, ticksOverdue: undefined };
}

async function headOf(store: StateStore, account: string): Promise<Head | undefined> {
  const item = await store.get(keys.head(account));
  return item === undefined ? undefined : readItem('head', item);
}

function gaugesOf({ instances, nowMs }: Scheduled, head: Head, positionsUnprotected: number): Gauges {
  return { ticksOverdue: ticksOverdue(head, { instances, nowMs: nowMs() }), positionsUnprotected };
}

/** Reasons to leave the rest to the next watch. */
function isPassing(error: unknown): error is AppError & { readonly code: 'not-ready' | 'out-of-time' } {
  return error instanceof AppError && (error.code === 'not-ready' || error.code === 'out-of-time');
}

async function run(scheduled: Scheduled): Promise<RunOutcome | 'held'> {
  const { account, nowMs, leftMs, hooks, openLoop } = scheduled;
  const needTime: DriveHooks['needTime'] = (work) => {
    if (leftMs() < (work === 'tick' ? TICK_MS_MIN : STEP_MS_MIN)) throw outOfTime(account);
  };
  const loop = await openLoop();
  try {
    const ended = await underOneLease(loop.paper.trader, async (trader) => {
      await catchUp({ ...loop, paper: { ...loop.paper, trader } }, nowMs(), { ...hooks, needTime });
      return 'done' as const;
    });
    return ended;
  } catch (error) {
    if (error instanceof AppError && error.code === 'account-busy') return 'held';
    if (!isPassing(error)) throw error;
    hooks.onPassing?.(error);
    return error.code;
  }
}

function outOfTime(account: string): AppError {
  return new AppError(
    'out-of-time',
    `The run of '${account}' has too little time left to begin anything more.`,
    'Nothing is lost: the next watch carries on.',
  );
}
