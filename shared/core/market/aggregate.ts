import { assert } from '../assert.ts';
import { type Candles, emptyCandles, sliceCandles } from './candles.ts';
import { type Timeframe, timeframeMs } from './timeframes.ts';

/**
 * Candles of a coarser timeframe from those of a finer one, on multiples of it since the epoch (UTC).
 * Open is the first, close the last, high and low the extremes, volume the sum. A coarse candle is given only when
 * every fine one of it is there: a half-told day at either end, or one with a hole, does not exist.
 *
 * @param candles of timeframe `from`, which divides `to`
 * @throws Error `Bug: …` when `from` does not divide `to`, or a row does not open on a multiple of `from`
 */
export function aggregateCandles(
  candles: Candles,
  { from, to }: { readonly from: Timeframe; readonly to: Timeframe },
): Candles {
  const ratio = timeframeMs[to] / timeframeMs[from];
  assert(Number.isInteger(ratio), `candles of ${to} from candles of ${from}`);
  const { openMs } = candles;
  const stray = openMs.find((ms) => ms % timeframeMs[from] !== 0);
  assert(stray === undefined, `a ${from} candle that opens at ${stray}`);
  const result = emptyCandles(Math.floor(openMs.length / ratio));
  let length = 0;
  let i = 0;
  while (i < openMs.length) {
    const isFirst = openMs[i]! % timeframeMs[to] === 0;
    const last = i + ratio - 1;
    // Opens ascend strictly on a grid of `from`, so the first and the last of a bucket prove those between.
    if (isFirst && openMs[last] === openMs[i]! + timeframeMs[to] - timeframeMs[from]) {
      joinRows(candles, { first: i, last }, result, length);
      length++;
      i = last;
    }
    i++;
  }
  return sliceCandles(result, 0, length);
}

/** Writes rows `first` to `last` (both included) of `fine` as row `row` of `coarse`. */
function joinRows(
  fine: Candles,
  { first, last }: { readonly first: number; readonly last: number },
  coarse: Candles,
  row: number,
): void {
  let high = fine.high[first]!;
  let low = fine.low[first]!;
  let volume = 0;
  for (let i = first; i <= last; i++) {
    high = Math.max(high, fine.high[i]!);
    low = Math.min(low, fine.low[i]!);
    volume += fine.volume[i]!;
  }
  coarse.openMs[row] = fine.openMs[first]!;
  coarse.open[row] = fine.open[first]!;
  coarse.high[row] = high;
  coarse.low[row] = low;
  coarse.close[row] = fine.close[last]!;
  coarse.volume[row] = volume;
}
