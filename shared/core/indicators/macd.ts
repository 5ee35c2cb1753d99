import { assert } from '../assert.ts';
import { ema } from './ema.ts';

/** Lines of equal length, in the unit of the values. */
export interface Macd {
  /** Fast average minus slow one. */
  readonly macd: Float64Array;
  /** Average of `macd`. */
  readonly signal: Float64Array;
  /** `macd` minus `signal`. */
  readonly hist: Float64Array;
}

/**
 * Moving-average convergence and divergence. Both averages have their first value on the same candle: the fast one
 * is seeded with the `fast` values up to it, not with those at the beginning.
 *
 * @param values one number per candle, oldest first, all finite
 * @param fast candles of the fast average, fewer than `slow`
 * @param signal candles of the average of the difference, which is seeded with its first `signal` values
 * @returns lines of the same length; all NaN before index `slow + signal - 2`
 * @throws when a period is not a positive whole number or `fast` is not the shorter one
 * @see Appel, Technical Analysis: Power Tools for Active Investors (2005); TA-Lib `TA_MACD`
 */
export function macd(
  values: Float64Array,
  { fast, slow, signal }: { readonly fast: number; readonly slow: number; readonly signal: number },
): Macd {
  assert(Number.isInteger(slow) && slow > fast, `macd period ${slow} after ${fast}`);
  const slowLine = ema(values, slow).subarray(slow - 1);
  const fastLine = ema(values.subarray(slow - fast), fast).subarray(fast - 1);
  const difference = slowLine.map((slowValue, i) => fastLine[i]! - slowValue);
  const average = ema(difference, signal);

  const lineOf = () => new Float64Array(values.length).fill(Number.NaN);
  const result = { macd: lineOf(), signal: lineOf(), hist: lineOf() };
  for (let i = signal - 1; i < difference.length; i++) {
    result.macd[i + slow - 1] = difference[i]!;
    result.signal[i + slow - 1] = average[i]!;
    result.hist[i + slow - 1] = difference[i]! - average[i]!;
  }
  return result;
}
