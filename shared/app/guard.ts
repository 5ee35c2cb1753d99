import type { Units } from '../core/decimal.ts';
import { utcDayMs } from '../core/market/calendar.ts';
import type { EpochMs } from '../core/market/timeframes.ts';
import {
  ASSET_WINDOW_MS,
  accountScopes,
  type Breaker,
  type BreakerScope,
  type ExecWindow,
  isTripped,
  symbolScope,
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
  readonly breakers: ReadonlyMap<BreakerScope, Breaker>;
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
  const breakers = new Map([...known, ...tripped.map((breaker) => [breaker.scope, breaker] as const)]);
  return { standing, breakers, tripped };
}

function valuesOf(breakers: Account['breakers']): ReadonlyMap<BreakerScope, Breaker> {
  return new Map([...breakers].map(([scope, { value }]) => [scope, value]));
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
 * one tripped a millisecond before wins. One that never existed is made, one whose time is over is closed.
 */
export function closedBreakers(
  { id, breakers }: Account,
  { symbols, atMs }: { readonly symbols: readonly string[]; readonly atMs: EpochMs },
): { readonly breakers: readonly Breaker[]; readonly checks: readonly Action[] } {
  const scopes = [
    ...accountScopes,
    ...symbols.flatMap((symbol) => [symbolScope('asset', symbol), symbolScope('flash', symbol)]),
  ];
  const made: Breaker[] = [];
  const checks: Action[] = [];
  for (const scope of scopes) {
    const known = breakers.get(scope)?.value;
    if (known?.state === 'closed')
      checks.push({ kind: 'check', ...keys.breaker(id, scope), fields: { state: 'closed' } });
    else if (!isTripped(known, atMs)) {
      const why = known === undefined ? 'Never tripped.' : 'Its time was over.';
      made.push({ scope, state: 'closed', untilMs: null, atMs, why, by: 'engine' });
    }
  }
  return { breakers: made, checks };
}
