import { assert } from '../assert.ts';
import { trueRangeOf } from './true-range.ts';

/** Lines of equal length: `plusDm` and `minusDm` in units of price, the others 0 to 100. */
export interface DirectionalIndex {
  readonly adx: Float64Array;
  readonly plusDi: Float64Array;
  readonly minusDi: Float64Array;
  readonly dx: Float64Array;
  readonly plusDm: Float64Array;
  readonly minusDm: Float64Array;
}

/**
 * Average directional index with Wilder's smoothing, and the lines that it is made of. Nothing by nothing is 0:
 * a market that does not move has no direction.
 *
 * @param high highest price of each candle; `low` and `close` have its length
 * @param period candles; the first `period - 1` moves are added and the first `period` values of `dx` averaged plainly
 * @returns lines of the same length; NaN before index `2 * period - 1` (`adx`), `period` (`plusDi`, `minusDi`, `dx`),
 *   `period - 1` but never 0 (`plusDm`, `minusDm`)
 * @throws when lengths differ or `period` is not a positive whole number
 * @see Wilder, New Concepts in Technical Trading Systems (1978); TA-Lib `TA_ADX`
 */
export function adx(
  high: Float64Array,
  low: Float64Array,
  close: Float64Array,
  period: number,
): DirectionalIndex {
  assert(Number.isInteger(period) && period > 0, `adx period ${period}`);
  assert(low.length === high.length && close.length === high.length, 'adx of columns of unequal length');
  const lineOf = () => new Float64Array(high.length).fill(Number.NaN);
  const result = {
    adx: lineOf(),
    plusDi: lineOf(),
    minusDi: lineOf(),
    dx: lineOf(),
    plusDm: lineOf(),
    minusDm: lineOf(),
  };

  let plus = 0;
  let minus = 0;
  let range = 0;
  let mean = 0;
  for (let i = 1; i < high.length; i++) {
    const kept = i < period ? 1 : 1 - 1 / period;
    const up = high[i]! - high[i - 1]!;
    const down = low[i - 1]! - low[i]!;
    plus = plus * kept + directionalMove(up, down);
    minus = minus * kept + directionalMove(down, up);
    range = range * kept + trueRangeOf(high[i]!, low[i]!, close[i - 1]!);
    if (i < period - 1) continue;
    result.plusDm[i] = plus;
    result.minusDm[i] = minus;

    if (i < period) continue;
    const dx = percent(Math.abs(plus - minus), plus + minus);
    result.plusDi[i] = percent(plus, range);
    result.minusDi[i] = percent(minus, range);
    result.dx[i] = dx;

    mean += (dx - mean) / Math.min(i - period + 1, period);
    if (i >= 2 * period - 1) result.adx[i] = mean;
  }
  return result;
}

/** A candle counts for the side on which it reached further beyond the one before, if it did so at all. */
function directionalMove(reach: number, opposite: number): number {
  return reach > opposite ? Math.max(reach, 0) : 0;
}

function percent(part: number, whole: number): number {
  return whole === 0 ? 0 : (100 * part) / whole;
}
