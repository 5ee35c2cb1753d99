import { assert } from '../assert.ts';
import { donchian } from './donchian.ts';

/** Four lines of equal length, in units of price. The spans are those visible at the candle, not those it makes. */
export interface Ichimoku {
  readonly tenkan: Float64Array;
  readonly kijun: Float64Array;
  readonly spanA: Float64Array;
  readonly spanB: Float64Array;
}

/**
 * Ichimoku's lines: middles of the highest and the lowest price of three periods. Both spans are drawn `shift`
 * candles ahead, so what is seen at a candle was computed that long before it. The line that is drawn backwards
 * (chikou) would look into the future: who wants it compares the close with the one `shift` candles ago.
 *
 * @param high highest price of each candle; `low` has its length
 * @param tenkan candles of the first line, `kijun` of the second, `senkou` of the second span; `shift` candles ahead
 * @returns lines of the same length; NaN before index `tenkan - 1`, `kijun - 1`, the later of both plus `shift`
 *   (`spanA`) and `senkou - 1 + shift` (`spanB`)
 * @throws when lengths differ or a period is not a positive whole number
 * @see Hosoda, Ichimoku Kinko Hyo (1969)
 */
export function ichimoku(
  high: Float64Array,
  low: Float64Array,
  {
    tenkan: fast,
    kijun: slow,
    senkou,
    shift,
  }: { readonly tenkan: number; readonly kijun: number; readonly senkou: number; readonly shift: number },
): Ichimoku {
  assert(low.length === high.length, 'ichimoku of columns of unequal length');
  assert(Number.isInteger(shift) && shift > 0, `ichimoku shift, a period ${shift}`);
  const tenkan = donchian(high, low, fast).middle;
  const kijun = donchian(high, low, slow).middle;
  const { middle } = donchian(high, low, senkou);
  const spanA = new Float64Array(high.length).fill(Number.NaN);
  const spanB = new Float64Array(high.length).fill(Number.NaN);
  for (let i = shift; i < high.length; i++) {
    spanA[i] = (tenkan[i - shift]! + kijun[i - shift]!) / 2;
    spanB[i] = middle[i - shift]!;
  }
  return { tenkan, kijun, spanA, spanB };
}
