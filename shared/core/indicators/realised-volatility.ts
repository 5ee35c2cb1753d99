import { assert } from '../assert.ts';
import { windowSquares } from './stddev.ts';

/**
 * Realised volatility: standard deviation of the last `period` log returns, as a sample, scaled to a year.
 * A value depends on its own `period + 1` prices alone: a longer column gives the same, bit for bit.
 *
 * @param close one price per candle, oldest first, all positive
 * @param period returns, at least two
 * @param barsPerYear candles in a year of 365 days: 2190 of 4h
 * @returns same length, as a fraction per year: 0.5 is 50 %; NaN before index `period`
 * @throws when `period` is not a whole number above 1
 */
export function realisedVolatility(close: Float64Array, period: number, barsPerYear: number): Float64Array {
  assert(Number.isInteger(period) && period > 1, `realised volatility period ${period}`);
  const result = new Float64Array(close.length);
  for (let i = 1; i < close.length; i++) result[i] = Math.log(close[i]! / close[i - 1]!);

  // From the newest on, so that the returns of a window are all still there when its value takes the last one's place.
  const yearly = Math.sqrt(barsPerYear);
  for (let i = close.length - 1; i >= period; i--) {
    result[i] = Math.sqrt(windowSquares(result, i, period) / (period - 1)) * yearly;
  }
  return result.fill(Number.NaN, 0, period);
}
