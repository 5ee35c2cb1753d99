import { assert } from '../assert.ts';

/**
 * Quantile of the last `period` values, the current one included: the value at `share * (period - 1)` of the sorted
 * ones, on the straight line between its two neighbours.
 *
 * @param values one number per candle, oldest first; NaN at first, where they have no value yet, then finite
 * @param period candles
 * @param share 0 for the lowest value, 1 for the highest
 * @returns same length and unit as `values`; NaN until `period` values are there
 * @throws when `period` is not a positive whole number or `share` not within 0 to 1
 * @see Hyndman and Fan, Sample Quantiles in Statistical Packages (1996), definition 7
 */
export function quantile(values: Float64Array, period: number, share: number): Float64Array {
  assert(Number.isInteger(period) && period > 0, `quantile period ${period}`);
  assert(share >= 0 && share <= 1, `quantile share ${share}`);
  const result = new Float64Array(values.length).fill(Number.NaN);
  const position = share * (period - 1);
  const below = Math.floor(position);
  const above = Math.min(below + 1, period - 1);

  const sorted = new Float64Array(period);
  let first = 0;
  while (Number.isNaN(values[first])) first++;
  for (let i = first; i < values.length; i++) {
    const count = Math.min(i - first, period);
    const leaving = count < period ? count : rankOf(values[i - period]!, sorted, count);
    replace(sorted, { leaving, count: Math.min(count + 1, period), value: values[i]! });
    if (i - first + 1 < period) continue;
    const low = sorted[below]!;
    result[i] = low + (position - below) * (sorted[above]! - low);
  }
  return result;
}

/** How many of the first `count` sorted values lie below `value`. */
function rankOf(value: number, sorted: Float64Array, count: number): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Puts a value into the first `count` sorted ones, in place of the one at `leaving`. */
function replace(
  sorted: Float64Array,
  { leaving, count, value }: { readonly leaving: number; readonly count: number; readonly value: number },
): void {
  let at = leaving;
  for (; at > 0 && sorted[at - 1]! > value; at--) sorted[at] = sorted[at - 1]!;
  for (; at < count - 1 && sorted[at + 1]! < value; at++) sorted[at] = sorted[at + 1]!;
  sorted[at] = value;
}
