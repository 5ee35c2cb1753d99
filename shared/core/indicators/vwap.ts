import { assert } from '../assert.ts';
import type { Candles } from '../market/candles.ts';

/**
 * Volume-weighted average of the typical price (H + L + C) / 3 since the session began, the current candle included.
 *
 * @param candles columns of equal length
 * @param starts 1 where a session begins, 0 elsewhere, of the candles' length: `sessionStarts`, or a single 1
 * @returns same length, in units of price; NaN before the first session and while a session had no trade
 * @throws when lengths differ
 * @see Berkowitz, Logue and Noser, The Total Cost of Transactions on the NYSE (1988)
 */
export function vwap(
  { high, low, close, volume }: Pick<Candles, 'high' | 'low' | 'close' | 'volume'>,
  starts: Uint8Array,
): Float64Array {
  const { length } = close;
  const lengths = [high.length, low.length, volume.length, starts.length];
  assert(
    lengths.every((one) => one === length),
    'vwap of columns of unequal length',
  );
  const result = new Float64Array(length).fill(Number.NaN);

  // A running mean, not two sums: of one price it is exactly that price, whatever the volumes.
  let mean = Number.NaN;
  let traded = 0;
  for (let i = 0; i < length; i++) {
    if (starts[i] === 1) {
      mean = 0;
      traded = 0;
    }
    traded += volume[i]!;
    if (traded === 0) continue;
    const typical = close[i]! + (high[i]! - close[i]! + (low[i]! - close[i]!)) / 3;
    mean += (typical - mean) * (volume[i]! / traded);
    result[i] = mean;
  }
  return result;
}
