import type { Units } from '../decimal.ts';
import { utcDayMs } from '../market/calendar.ts';
import type { EpochMs } from '../market/timeframes.ts';
import { afterWrite, type Breaker, closedFor } from '../risk/breakers.ts';
import { beginDay, raisePeak } from '../risk/standing.ts';
import { trippedAt } from '../risk/trips.ts';
import type { EngineRun } from './engine-run.ts';
import { rowsClosed } from './market-state.ts';

/**
 * At a mark (step 4) and at a tick, before anything is decided: at 00:00 a day begins, the peak is raised, and
 * breakers trip.
 */
export function guard(
  run: EngineRun,
  { atMs, equity, isTick }: { readonly atMs: EpochMs; readonly equity: Units; readonly isTick: boolean },
): void {
  const dayMs = utcDayMs(atMs);
  if (dayMs > run.standing.dayMs) run.standing = beginDay(run.standing, dayMs, equity);
  run.standing = raisePeak(run.standing, equity);
  const { markets, standing, breakers, execMs, tickMs, input } = run;
  const windows = markets.map((market) => {
    const { symbol, exec } = market;
    return { symbol, atMs, exec, closed: rowsClosed(market, atMs - execMs), execMs, tickMs, breakers };
  });
  const moment = { atMs, equity, isTick, windows };
  const tripped = trippedAt(breakers, standing, { moment, config: input.config });
  write(run, tripped);
}

/** Entries of some symbols were decided: the breakers over them are closed. */
export function closeBreakers(
  run: EngineRun,
  entries: { readonly symbols: readonly string[]; readonly atMs: EpochMs },
): void {
  write(run, closedFor(run.breakers, entries));
}

function write({ breakers }: EngineRun, written: readonly Breaker[]): void {
  for (const breaker of written)
    breakers.set(breaker.scope, afterWrite(breakers.get(breaker.scope), breaker));
}
