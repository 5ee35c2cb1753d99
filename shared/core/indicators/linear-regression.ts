import { assert } from '../assert.ts';
import { windowMean } from './sma.ts';

/** Two lines of equal length: the height of each least-squares line at its last candle, and its slope. */
export interface Regression {
  readonly value: Float64Array;
  /** Units of the values per candle. */
  readonly slope: Float64Array;
}

/**
 * Line of least squares through the last `period` values, the current one included.
 *
 * @param values one number per candle, oldest first; NaN at first, where they have no value yet, then finite
 * @param period candles, at least two
 * @returns lines of the same length; NaN until `period` values are there
 * @throws when `period` is not a whole number of two or more
 * @see TA-Lib `TA_LINEARREG` and `TA_LINEARREG_SLOPE`
 */
export function linearRegression(values: Float64Array, period: number): Regression {
  assert(Number.isInteger(period) && period > 1, `linear regression period ${period}`);
  const value = new Float64Array(values.length).fill(Number.NaN);
  const slope = new Float64Array(values.length).fill(Number.NaN);
  const half = (period - 1) / 2;
  const squares = (period * (period * period - 1)) / 12; // of the distances of the candles from their middle

  for (let last = period - 1; last < values.length; last++) {
    const mean = windowMean(values, last, period);
    let products = 0;
    for (let k = 0; k < period; k++) products += (k - half) * (values[last - period + 1 + k]! - mean);
    slope[last] = products / squares;
    value[last] = mean + (products / squares) * half;
  }
  return { value, slope };
}
