import { unitsOf } from '../../shared/core/decimal.ts';
import {
  type EntryPlan,
  type Position,
  reducePosition,
  requestExit,
} from '../../shared/core/execution/position.ts';
import type { EpochMs } from '../../shared/core/market/timeframes.ts';
import type { Breaker, SeenBreaker } from '../../shared/core/risk/breakers.ts';
import { executionOf, positionOf, TICK_MS } from './decisions.ts';

/**
 * One unit bought at 100 with its stop at 97 and sold at `price`, each for a fee of 0.4 %: the net profit is
 * 0.996 × price − 100.4, and an R is 3.
 */
export function closedAt(price: number, atMs: EpochMs = TICK_MS, plan: Partial<EntryPlan> = {}): Position {
  const sold = reducePosition(positionOf(plan), executionOf(String(price), '1', atMs));
  return requestExit(sold, 'STOP', atMs);
}

/** A position whose net profit is just so many USD, 1 unit of 10⁻¹⁸ or 0 for instance. */
export function closedWith(profit: bigint, atMs: EpochMs = TICK_MS): Position {
  const bought = positionOf();
  const cost = bought.entryCost + bought.entryFee + profit;
  return reducePosition(bought, { atMs, price: cost, quantity: unitsOf('1'), cost, fee: 0n });
}

/** A breaker that was tripped by the engine and holds until `untilMs`. */
export function trippedUntil(scope: string, untilMs: EpochMs | null, atMs: EpochMs = TICK_MS): SeenBreaker {
  return { scope, state: 'tripped', untilMs, atMs, why: `${scope} was seen.`, by: 'engine', version: 1 };
}

/** Breakers by their scope. */
export function breakersOf<Known extends Breaker>(...breakers: readonly Known[]): Map<string, Known> {
  return new Map(breakers.map((breaker) => [breaker.scope, breaker]));
}
