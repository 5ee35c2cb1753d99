import { assert } from '../assert.ts';
import { rsi } from './rsi.ts';
import { sma } from './sma.ts';
import { rangePosition, type Stochastic } from './stochf.ts';

/**
 * Fast stochastic of the relative strength index. Without a value where the index does not move.
 *
 * @param values one number per candle, oldest first, all finite
 * @param periods `rsi`: candles of the index; `k`: of its range; `d`: of the average of `k`
 * @returns lines of the same length; both NaN before index `rsi + k + d - 2`
 * @throws when a period is not a positive whole number
 * @see Chande and Kroll, The New Technical Trader (1994); TA-Lib `TA_STOCHRSI`
 */
export function stochrsi(
  values: Float64Array,
  periods: { readonly rsi: number; readonly k: number; readonly d: number },
): Stochastic {
  const { rsi: period, k, d } = periods;
  assert(Number.isInteger(k) && k > 0, `stochrsi period ${k}`);
  const index = rsi(values, period).subarray(period);
  const position = rangePosition({ high: index, low: index, close: index }, k);
  const average = sma(position, d);

  const result = {
    k: new Float64Array(values.length).fill(Number.NaN),
    d: new Float64Array(values.length).fill(Number.NaN),
  };
  for (let i = k + d - 2; i < index.length; i++) {
    result.k[i + period] = position[i]!;
    result.d[i + period] = average[i]!;
  }
  return result;
}
