import type { Config } from '../config.ts';
import type { Units } from '../decimal.ts';
import type { EpochMs } from '../market/timeframes.ts';
import {
  type Breaker,
  type BreakerScope,
  drawdownTrip,
  type ExecWindow,
  lossesTrip,
  portfolioTrip,
  symbolTrips,
  type Trip,
  trip,
} from './breakers.ts';
import type { Standing } from './standing.ts';

/** An instant at which breakers are looked at: a mark of step 4, or a tick. */
export interface Moment {
  readonly atMs: EpochMs;
  readonly equity: Units;
  /** Only a tick trips the drawdown. */
  readonly isTick: boolean;
  readonly windows: readonly ExecWindow[];
}

/** Everything that trips at a moment; nearly always nothing. */
function tripsAt(
  standing: Standing,
  { atMs, equity, isTick, windows }: Moment,
  { risk, breakers }: Pick<Config, 'risk' | 'breakers'>,
): readonly Trip[] {
  const trips: Trip[] = [];
  trips.push(...portfolioTrip(standing, { equity, atMs, limit: breakers.portfolioLoss }));
  trips.push(...lossesTrip(standing, atMs));
  if (isTick) trips.push(...drawdownTrip(standing, { equity, atMs, limit: risk.drawdownMax }));
  for (const window of windows) trips.push(...symbolTrips(window, breakers));
  return trips;
}

/**
 * The breakers that a moment changes.
 * @param known breakers as they stand
 */
export function trippedAt(
  known: ReadonlyMap<BreakerScope, Breaker>,
  standing: Standing,
  { moment, config }: { readonly moment: Moment; readonly config: Pick<Config, 'risk' | 'breakers'> },
): readonly Breaker[] {
  return tripsAt(standing, moment, config).flatMap((cause) => {
    const before = known.get(cause.scope);
    const after = trip(before, cause);
    return after === before ? [] : [after];
  });
}
