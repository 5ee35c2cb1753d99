import { assert } from '../assert.ts';

/** How far a value is from the one `period` candles before: `roc` in percent of it, `momentum` in its unit. */
export interface RateOfChange {
  readonly roc: Float64Array;
  readonly momentum: Float64Array;
}

/**
 * Rate of change and momentum.
 *
 * @param values one number per candle, oldest first, all finite and not 0
 * @param period candles between the two values that are compared
 * @returns lines of the same length; NaN before index `period`
 * @throws when `period` is not a positive whole number
 * @see TA-Lib `TA_ROC` and `TA_MOM`
 */
export function roc(values: Float64Array, period: number): RateOfChange {
  assert(Number.isInteger(period) && period > 0, `roc period ${period}`);
  const result = {
    roc: new Float64Array(values.length).fill(Number.NaN),
    momentum: new Float64Array(values.length).fill(Number.NaN),
  };
  for (let i = period; i < values.length; i++) {
    const before = values[i - period]!;
    result.momentum[i] = values[i]! - before;
    result.roc[i] = 100 * (values[i]! / before - 1);
  }
  return result;
}
