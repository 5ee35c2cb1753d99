import { assert } from '../assert.ts';

/**
 * Highest value of the last `period` candles, the current one included.
 *
 * @param values one number per candle, oldest first, all finite
 * @param period candles
 * @returns same length and unit as `values`; NaN before index `period - 1`
 * @throws when `period` is not a positive whole number
 * @see TA-Lib `TA_MAX`
 */
export function highest(values: Float64Array, period: number): Float64Array {
  assert(Number.isInteger(period) && period > 0, `highest period ${period}`);
  return extreme(values, period, 1);
}

/** Lowest value of the last `period` candles, the current one included; otherwise as `highest`. */
export function lowest(values: Float64Array, period: number): Float64Array {
  assert(Number.isInteger(period) && period > 0, `lowest period ${period}`);
  return extreme(values, period, -1);
}

/**
 * The candles are cut into blocks of `period`. A window is the head of one block and the tail of the block before,
 * so its extreme is the better of two running ones: a candle costs the same whatever the period.
 * @param sign 1 for the highest, −1 for the lowest
 * @see van Herk, A fast algorithm for local minimum and maximum filters (1992)
 */
function extreme(values: Float64Array, period: number, sign: 1 | -1): Float64Array {
  const result = new Float64Array(values.length).fill(Number.NaN);
  if (values.length < period) return result;

  // tails[k]: extreme of the last block from its candle k on; missing before the first block, empty at its end.
  const tails = new Float64Array(period + 1).fill(Number.NaN);
  tails[period] = Number.NEGATIVE_INFINITY;
  for (let start = 0; start < values.length; start += period) {
    const end = Math.min(start + period, values.length);
    let head = Number.NEGATIVE_INFINITY;
    for (let i = start; i < end; i++) {
      head = Math.max(head, sign * values[i]!);
      result[i] = sign * Math.max(head, tails[i - start + 1]!);
    }
    let tail = Number.NEGATIVE_INFINITY;
    for (let i = end - 1; i > start; i--) {
      tail = Math.max(tail, sign * values[i]!);
      tails[i - start] = tail;
    }
  }
  return result;
}
