import { assert } from '../assert.ts';

/**
 * On-balance volume: the volume of candles that closed higher than the one before, minus that of those that closed
 * lower. Its level means nothing, since it depends on where the column begins; its changes do.
 *
 * @param close closing prices
 * @param volume as long as `close`, in any unit
 * @returns same length, in the unit of `volume`; the first value is the first volume
 * @throws when lengths differ
 * @see Granville, Granville's New Key to Stock Market Profits (1963); TA-Lib `TA_OBV`
 */
export function obv(close: Float64Array, volume: Float64Array): Float64Array {
  assert(volume.length === close.length, 'obv of columns of unequal length');
  const result = volume.slice();
  for (let i = 1; i < close.length; i++) {
    result[i] = result[i - 1]! + Math.sign(close[i]! - close[i - 1]!) * volume[i]!;
  }
  return result;
}
