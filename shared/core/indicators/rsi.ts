import { assert } from '../assert.ts';

/**
 * Relative strength index: the part of all movement that went up, with Wilder's smoothing.
 *
 * @param values one number per candle, oldest first, all finite
 * @param period candles; the first `period` changes are averaged plainly
 * @returns same length, 0 to 100, and 50 where nothing moved (TA-Lib gives 0: a dead market would read as oversold);
 *   NaN before index `period`
 * @throws when `period` is not a positive whole number
 * @see Wilder, New Concepts in Technical Trading Systems (1978); TA-Lib `TA_RSI`
 */
export function rsi(values: Float64Array, period: number): Float64Array {
  assert(Number.isInteger(period) && period > 0, `rsi period ${period}`);
  const result = new Float64Array(values.length).fill(Number.NaN);

  let gain = 0;
  let loss = 0;
  for (let i = 1; i < values.length; i++) {
    const change = values[i]! - values[i - 1]!;
    const count = Math.min(i, period);
    gain += (Math.max(change, 0) - gain) / count;
    loss += (Math.max(-change, 0) - loss) / count;
    if (i < period) continue;
    const movement = gain + loss;
    // A pause shrinks both means alike. So the index stays as it is, and does not rise or fall by what is rounded.
    const isPause = change === 0 && i > period && movement > 0;
    result[i] = isPause ? result[i - 1]! : indexOf(gain, movement);
  }
  return result;
}

function indexOf(gain: number, movement: number): number {
  return movement === 0 ? 50 : (100 * gain) / movement;
}
