import { type Units, unitsOf, unitsOfNumber } from '../decimal.ts';

const WHOLE = unitsOf('1');

/** A limit as a fraction, or none. */
export type Limit = number | 'off';

/** Whether a part is a fraction of the whole or more, compared exactly: at the fraction it is. */
export function reaches(part: Units, whole: Units, fraction: number): boolean {
  return part * WHOLE >= unitsOfNumber(fraction) * whole;
}

/**
 * Whether an amount has fallen by a limit or more, compared exactly: at the limit it has.
 * @param limit fraction of `from`
 */
export function hasFallen(from: Units, to: Units, limit: Limit): boolean {
  return limit !== 'off' && to < from && from > 0n && reaches(from - to, from, limit);
}

const NEAR = 1e-9;

/**
 * Whether a price lies a limit or more from another, above or below, compared as the decimals that they spell.
 * @param limit fraction of `from`
 */
export function hasMoved(from: number, to: number, limit: number): boolean {
  // Exact products cost more than a division, and few prices come near a limit.
  if (!(Math.abs(to - from) / from >= limit - NEAR)) return false;
  const whole = unitsOfNumber(from);
  const way = unitsOfNumber(to) - whole;
  return reaches(way < 0n ? -way : way, whole, limit);
}
