import { assert } from '../assert.ts';

/** Of the mean square: less than this is the noise of the last digits, not a variation. */
const VARIATION_MIN = 1e-18;

/** What a sample of numbers is like. */
export interface Moments {
  readonly count: number;
  readonly mean: number;
  /** Standard deviation of the sample (n − 1); 0 when all are equal, or there is one. */
  readonly deviation: number;
  /** Third and fourth standardised moment (n, biased); the normal one has 0 and 3. Null when nothing varies. */
  readonly skew: number | null;
  readonly kurtosis: number | null;
}

/** Moments of at least one number, in two passes. */
export function momentsOf(values: Float64Array): Moments {
  const count = values.length;
  assert(count > 0, 'moments of nothing');
  const mean = sumOf(values) / count;
  let [square, cube, fourth, size] = [0, 0, 0, 0];
  for (const value of values) {
    const away = value - mean;
    square += away ** 2;
    cube += away ** 3;
    fourth += away ** 4;
    size += value ** 2;
  }
  if (!(square > VARIATION_MIN * size)) return { count, mean, deviation: 0, skew: null, kurtosis: null };
  const variance = square / count;
  return {
    count,
    mean,
    deviation: Math.sqrt(square / (count - 1)),
    skew: cube / count / variance ** 1.5,
    kurtosis: fourth / count / variance ** 2,
  };
}

/** The mean of numbers over their deviation; null when nothing varies. */
export function meanPerDeviation({ mean, deviation }: Moments): number | null {
  return deviation === 0 ? null : mean / deviation;
}

/**
 * The value below which a share of the numbers lies, straight lines between them.
 * @param sorted ascending, at least one
 * @see Hyndman and Fan, Sample Quantiles in Statistical Packages (1996), definition 7
 */
export function quantileOf(sorted: Float64Array, share: number): number {
  const rank = share * (sorted.length - 1);
  const below = Math.floor(rank);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below]! + (sorted[above]! - sorted[below]!) * (rank - below);
}

/** Sum of numbers, in their order. */
export function sumOf(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum;
}
