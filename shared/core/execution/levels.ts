import { assert } from '../assert.ts';

/** Sums of weights differ in their last digits by the order of adding, and exact ties do occur. */
export const WEIGHT_SLACK = 1e-9;

const ATR_NEAREST = 1;
const ATR_FARTHEST = 4;

/**
 * Weighted median of price levels: the first, in the given order, at which the added weight reaches half.
 *
 * @param levels with positive weights; sorted here
 * @param first which comes first: `'lowest'` for stops of a long (the loosest), `'highest'` for targets (the farthest)
 */
export function weightedMedian(
  levels: readonly { readonly price: number; readonly weight: number }[],
  first: 'lowest' | 'highest',
): number {
  assert(levels.length > 0, 'median of no level');
  const sorted = [...levels].sort((a, b) => (first === 'lowest' ? a.price - b.price : b.price - a.price));
  const half = sorted.reduce((sum, { weight }) => sum + weight, 0) / 2;
  let added = 0;
  for (const { price, weight } of sorted) {
    added += weight;
    if (added >= half - WEIGHT_SLACK) return price;
  }
  return sorted.at(-1)!.price;
}

/** Holds the stop of a long between 1 and 4 average true ranges below `price`. */
export function clampStop(level: number, price: number, atr: number): number {
  return Math.min(Math.max(level, price - ATR_FARTHEST * atr), price - ATR_NEAREST * atr);
}

/** The lowest price on the tick that is not below `level`, at least one tick: a stop is never looser than decided. */
export function ceilToTick(level: number, tickDecimals: number): number {
  assert(level < Number.POSITIVE_INFINITY, 'a stop without a level');
  const ticksPerUnit = 10 ** tickDecimals;
  // Prices of fewer than 10^15 ticks are float64s of their own: they compare as the decimals that they spell.
  const ticks = Math.max(1, Math.round(level * ticksPerUnit));
  return (ticks / ticksPerUnit >= level ? ticks : ticks + 1) / ticksPerUnit;
}
