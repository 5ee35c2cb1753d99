import type { Units } from '../core/decimal.ts';
import { utcDayMs } from '../core/market/calendar.ts';
import type { EpochMs } from '../core/market/timeframes.ts';
import {
  ASSET_WINDOW_MS,
  afterWrite,
  type Breaker,
  type BreakerScope,
  closedFor,
  type ExecWindow,
  type SeenBreaker,
  scopesOf,
} from '../core/risk/breakers.ts';
import { beginDay, raisePeak, type Standing } from '../core/risk/standing.ts';
import { trippedAt } from '../core/risk/trips.ts';
import type { Action } from '../ports/state-store.ts';
import type { Account, Reading } from './account.ts';
import { equityBefore } from './equity.ts';
import { keys } from './items.ts';
import { type Trader, tickLengthMs } from './trader.ts';

/** How an account stands at a mark or a tick, and the breakers as they stand after it. */
export interface Guarded {
  readonly standing: Standing;
  readonly breakers: ReadonlyMap<BreakerScope, SeenBreaker>;
  /** Those of them that are still to be written. */
  readonly tripped: readonly Breaker[];
}

/** The same for a tick that decides without entries: nobody watched at its instant, so nothing is measured. */
export function unguarded({ head, breakers }: Account): Guarded {
  return { standing: head.value.standing, breakers: valuesOf(breakers), tripped: [] };
}

/**
 * At a mark (step 4) and at a tick, before anything is decided: at 00:00 a day begins, the peak is raised, and
 * breakers trip. Nothing is written here.
 */
export async function guard(
  session: Reading,
  { atMs, equity, isTick }: { readonly atMs: EpochMs; readonly equity: Units; readonly isTick: boolean },
): Promise<Guarded> {
  const { trader, account } = session;
  const standing = raisePeak(await inDay(session, utcDayMs(atMs)), equity);
  const known = valuesOf(account.breakers);
  const windows: ExecWindow[] = [];
  for (const symbol of trader.config.symbols) windows.push(await execWindow(trader, symbol, { atMs, known }));
  const moment = { atMs, equity, isTick, windows };
  const tripped = trippedAt(known, standing, { moment, config: trader.config });
  const after = tripped.map(
    (breaker) => [breaker.scope, afterWrite(known.get(breaker.scope), breaker)] as const,
  );
  return { standing, breakers: new Map([...known, ...after]), tripped };
}

function valuesOf(breakers: Account['breakers']): ReadonlyMap<BreakerScope, SeenBreaker> {
  return new Map([...breakers].map(([scope, { value, version }]) => [scope, { ...value, version }]));
}

async function execWindow(
  trader: Trader,
  symbol: string,
  { atMs, known }: { readonly atMs: EpochMs; readonly known: ReadonlyMap<BreakerScope, Breaker> },
): Promise<ExecWindow> {
  const { execMs, feed } = trader;
  // One candle more, for the close before the first of them.
  const fromMs = atMs - Math.max(ASSET_WINDOW_MS, execMs) - execMs;
  const exec = await feed.execWindow({ symbol, fromMs, atMs });
  return {
    symbol,
    atMs,
    exec,
    closed: exec.openMs.length,
    execMs,
    tickMs: tickLengthMs(trader),
    breakers: known,
  };
}

/** The standing with the losses of that day measured from its start. */
async function inDay(session: Reading, dayMs: EpochMs): Promise<Standing> {
  const { standing } = session.account.head.value;
  return dayMs > standing.dayMs ? beginDay(standing, dayMs, await equityBefore(session, dayMs)) : standing;
}

/**
 * What a transaction with entries demands of the breakers: that those which hold these symbols up are closed, so that
 * one tripped a millisecond before wins.
 */
export function closedBreakers(
  { id, breakers }: Account,
  entries: { readonly symbols: readonly string[]; readonly atMs: EpochMs },
): { readonly breakers: readonly Breaker[]; readonly checks: readonly Action[] } {
  const known = valuesOf(breakers);
  const isClosed = (scope: BreakerScope) => known.get(scope)?.state === 'closed';
  const checks = scopesOf(entries.symbols)
    .filter(isClosed)
    .map((scope): Action => ({ kind: 'check', ...keys.breaker(id, scope), fields: { state: 'closed' } }));
  return { breakers: closedFor(known, entries), checks };
}
