import { assert } from '../assert.ts';
import type { Candles } from '../market/candles.ts';

/**
 * Money flow index: the part of the money that was traded at a rising typical price.
 * Every window is gone through anew: of a running sum, something would be left where nothing is traded any more.
 *
 * @param candles their high, low, close and volume
 * @param period candles; each is compared with the one before it
 * @returns same length, 0 to 100, and 50 where no money went either way (TA-Lib gives 0); NaN before index `period`
 * @throws when lengths differ or `period` is not a positive whole number
 * @see Quong and Soudack, Volume-weighted RSI: Money Flow, Stocks & Commodities (1989); TA-Lib `TA_MFI`
 */
export function mfi(
  { high, low, close, volume }: Pick<Candles, 'high' | 'low' | 'close' | 'volume'>,
  period: number,
): Float64Array {
  assert(Number.isInteger(period) && period > 0, `mfi period ${period}`);
  const isEqual = [low, close, volume].every(({ length }) => length === high.length);
  assert(isEqual, 'mfi of columns of unequal length');
  const typical = close.map((price, i) => (high[i]! + low[i]! + price) / 3);
  const flow = typical.map((price, i) => Math.sign(price - typical[i - 1]!) * price * volume[i]!);

  const result = new Float64Array(high.length).fill(Number.NaN);
  for (let i = period; i < flow.length; i++) {
    let inward = 0;
    let outward = 0;
    for (let j = i - period + 1; j <= i; j++) {
      if (flow[j]! > 0) inward += flow[j]!;
      else outward -= flow[j]!;
    }
    const money = inward + outward;
    result[i] = money === 0 ? 50 : (100 * inward) / money;
  }
  return result;
}
