import { type EpochMs, MINUTE_MS } from '../core/market/timeframes.ts';
import type { ForeignOrder } from '../ports/exchange.ts';
import { type Account, inTurn, loadAccount, openAccount, type Session, withSession } from './account.ts';
import { analystOf } from './analysis.ts';
import { isAnythingAsked } from './ask.ts';
import { askAgain } from './ask-again.ts';
import type { Shortfall } from './balance.ts';
import { clockBehind } from './behind.ts';
import { type DriveHooks, held } from './drive.ts';
import { unprotected } from './health.ts';
import type { Head, Orphan } from './items.ts';
import { underOneLease } from './lease.ts';
import type { LiveFeed } from './live-feed.ts';
import { noteOrphans, suspectedSinceMs } from './orphans.ts';
import { lastTickMs } from './paper-loop.ts';
import { tick } from './tick.ts';
import { type Trader, tickLengthMs } from './trader.ts';
import { refuseUnlisted } from './unlisted.ts';
import { watch } from './watch.ts';

/** Trading real money in the present. */
export interface LiveLoop {
  readonly trader: Trader & { readonly live: NonNullable<Trader['live']> };
  readonly feed: LiveFeed;
  /** Name of the source, kept with the account. */
  readonly source: string;
}

/** Told what a live step found, besides its decisions. */
export interface LiveHooks extends DriveHooks {
  /** Orders at the exchange that the books do not know, at every step until a person has judged them. */
  readonly onOrphans?: ((orphans: readonly Orphan[]) => void) | undefined;
  /** Currencies of which the venue holds less than the books say: nothing was entered for it. */
  readonly onShortfalls?: ((short: readonly Shortfall[]) => void) | undefined;
  /** Symbols that a watch found without whole protection at the exchange, and left so. */
  readonly onUnprotected?: ((symbols: readonly string[]) => void) | undefined;
}

/** Fills may be shown late: so far before the last tick it is looked again for such that nobody knows. */
const LOOK_BACK_MS = 60 * MINUTE_MS;

/** Creates the account at its first start, without capital and halted. @throws AppError `account-mismatch` */
export function beginLive({ trader, source }: LiveLoop, nowMs: EpochMs): Promise<Head> {
  const { account, store } = trader;
  return openAccount(store, { account, source, capital: 0n, createdMs: lastTickMs(trader, nowMs) });
}

/**
 * One watch of real money, and the ticks that are due: run every minute, and after any absence. What is open is carried
 * on first. Only the newest due tick may enter; older ones are recorded as missed. Running it again changes nothing.
 *
 * @param nowMs the present on our clock
 * @throws AppError `account-busy` while somebody else is at work
 * @throws AppError `clock-behind` when the clock lies before what the account has seen
 */
export async function liveStep(loop: LiveLoop, nowMs: EpochMs, hooks: LiveHooks = {}): Promise<void> {
  const head = await beginLive(loop, nowMs);
  const reachedMs = Math.max(head.lastTickMs ?? 0, head.markedMs ?? 0);
  if (nowMs < reachedMs - MINUTE_MS) throw clockBehind(loop.trader.account, nowMs, reachedMs);
  // By a clock that is some seconds behind, what is open is still to be watched.
  const atMs = Math.max(Math.floor(nowMs / MINUTE_MS) * MINUTE_MS, reachedMs);
  if (await isIdle(loop, head, atMs)) return;
  const done = await underOneLease(loop.trader, async (trader) => {
    await step({ ...loop, trader }, { atMs, nowMs, hooks, firstMs: head.createdMs });
    return 'done' as const;
  });
  if (done === 'held') throw held(loop.trader.account);
}

/** So often the exchange is asked although nothing is open: an order that the books do not know waits no longer. */
const LOOK_MS = 15 * MINUTE_MS;

/** Nothing is open, nothing was asked and no tick is due: a watch costs two reads then. */
async function isIdle({ trader }: LiveLoop, head: Head, atMs: EpochMs): Promise<boolean> {
  const { openOrders, openPositions, lastTickMs: tickedMs } = head;
  const isTicked = tickedMs !== null && lastTickMs(trader, atMs) <= tickedMs;
  if (openOrders + openPositions > 0 || !isTicked || atMs % LOOK_MS === 0) return false;
  return !(await isAnythingAsked(trader.store, trader.account));
}

interface Step {
  readonly atMs: EpochMs;
  readonly nowMs: EpochMs;
  readonly hooks: LiveHooks;
  readonly firstMs: EpochMs;
}

async function step({ trader }: LiveLoop, { atMs, nowMs, hooks, firstMs }: Step): Promise<void> {
  const begun = await withSession(trader, (session) => takeOver(session, { atMs, hooks }));
  if (begun === 'held') throw held(trader.account);
  const analyst = analystOf(trader);
  const watched = await watch(trader, { analyst, atMs, isCandleClosed: begun.isBusy });
  if (watched === 'held') throw held(trader.account);
  await tellUnprotected(trader, begun.bare, hooks);
  // What is open was watched; nothing new is decided where an order of ours may be that nobody knows.
  if (begun.unseen.length > 0) throw begun.unseen[0];
  const newestMs = lastTickMs(trader, nowMs);
  const tickMs = tickLengthMs(trader);
  const nextMs = begun.lastTickMs === null ? firstMs : begun.lastTickMs + tickMs;
  // One that was interrupted is run again.
  for (let dueMs = Math.min(nextMs, newestMs); dueMs <= newestMs; dueMs += tickMs) {
    const lateMs = nowMs - dueMs;
    const isMissed = dueMs < newestMs || lateMs > trader.config.maxLateMinutes * MINUTE_MS;
    const needTime = () => hooks.needTime?.('tick');
    needTime();
    const outcome = await tick(trader, {
      analyst,
      atMs: dueMs,
      isMissed,
      needTime,
      onShortfalls: hooks.onShortfalls,
    });
    if (outcome === 'held') throw held(trader.account);
    if (outcome !== 'done-before') hooks.onDecisions?.(outcome.decisions);
  }
  if (watched.refused.length > 0) throw watched.refused[0];
}

/**
 * The first act of whoever takes the account over is a private call: a call of the holder before, with an older nonce
 * and still under way, is refused from then on.
 */
async function takeOver(
  session: Session,
  { atMs, hooks }: { readonly atMs: EpochMs; readonly hooks: LiveHooks },
): Promise<{
  readonly isBusy: boolean;
  readonly bare: readonly string[];
  readonly lastTickMs: EpochMs | null;
  /** Why it could not be seen whether there are orders that the books do not know. */
  readonly unseen: readonly unknown[];
}> {
  const { trader, account } = session;
  refuseUnlisted(account, trader.config);
  const open = await openOrdersOf(trader);
  const unseen = await inTurn(session, [open], (shown) => lookForOrphans(session, { shown, atMs, hooks }));
  const isBusy = account.orders.size + account.positions.size > 0;
  return { isBusy, bare: unprotected(account), lastTickMs: account.head.value.lastTickMs, unseen };
}

/** One lost answer must not end a watch before it has protected anything; each asking outdates older calls anew. */
const FENCES_MAX = 3;

async function openOrdersOf({ live }: Trader): Promise<readonly ForeignOrder[]> {
  return live === null ? [] : askAgain(() => live.exchange.openOrders(), live.waitMs, FENCES_MAX);
}

/** A stop or sale that the exchange refuses for good throws nothing: each watch tries the next. */
async function tellUnprotected(
  { store, account }: Trader,
  before: readonly string[],
  { onUnprotected }: LiveHooks,
): Promise<void> {
  if (before.length === 0) return;
  const bare = unprotected(await loadAccount(store, account)).filter((symbol) => before.includes(symbol));
  if (bare.length > 0) onUnprotected?.(bare);
}

/** @param shown what is open; what was filled is asked for where it is time */
async function lookForOrphans(
  session: Session,
  {
    shown,
    atMs,
    hooks,
  }: { readonly shown: readonly ForeignOrder[]; readonly atMs: EpochMs; readonly hooks: LiveHooks },
): Promise<void> {
  const { trader, account } = session;
  const { lastTickMs: tickedMs } = account.head.value;
  const filledMs = lookSinceMs(account, atMs >= (tickedMs ?? atMs) + tickLengthMs(trader));
  const filled = filledMs === undefined ? [] : ((await trader.live?.exchange.filledSince(filledMs)) ?? []);
  const isWhole = filledMs !== undefined;
  const orphans = await noteOrphans(session, { shown: [...shown, ...filled], isWhole, atMs });
  if (orphans.length > 0) hooks.onOrphans?.(orphans);
}

/** Since when filled orders are asked for: before a tick, and while something is suspected. */
function lookSinceMs(account: Account, isTickDue: boolean): EpochMs | undefined {
  const { lastTickMs: tickedMs, armedMs } = account.head.value;
  if (armedMs === null) return undefined;
  const suspectedMs = suspectedSinceMs(account);
  if (!isTickDue) return suspectedMs;
  return Math.min(suspectedMs ?? Number.POSITIVE_INFINITY, Math.max(armedMs, (tickedMs ?? 0) - LOOK_BACK_MS));
}
