import { type Units, unitsOf, unitsOfNumber } from '../decimal.ts';

const WHOLE = unitsOf('1');

/** A limit as a fraction, or none. */
export type Limit = number | 'off';

/**
 * Whether an amount has fallen by a limit or more, compared exactly: at the limit it has.
 * @param limit fraction of `from`
 */
export function hasFallen(from: Units, to: Units, limit: Limit): boolean {
  if (limit === 'off' || to >= from || from <= 0n) return false;
  return (from - to) * WHOLE >= unitsOfNumber(limit) * from;
}
