import { assert } from '../assert.ts';
import type { EpochMs } from './timeframes.ts';

/**
 * Candles of one symbol and timeframe as columns of equal length, oldest first. `openMs` ascends strictly;
 * prices are in quote currency, volume in base currency. All of them are closed: an unfinished candle does not exist.
 */
export interface Candles {
  readonly openMs: Float64Array;
  readonly open: Float64Array;
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly close: Float64Array;
  readonly volume: Float64Array;
}

/** One row of `Candles`. */
export interface Candle {
  readonly openMs: EpochMs;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
}

export const candleColumns = [
  'openMs',
  'open',
  'high',
  'low',
  'close',
  'volume',
] as const satisfies readonly (keyof Candles)[];

/** Columns of `length` zeros, to be filled by whoever makes candles. */
export function emptyCandles(length: number): Candles {
  return {
    openMs: new Float64Array(length),
    open: new Float64Array(length),
    high: new Float64Array(length),
    low: new Float64Array(length),
    close: new Float64Array(length),
    volume: new Float64Array(length),
  };
}

/** Columns of the given rows. */
export function candlesOf(rows: readonly Candle[]): Candles {
  const candles = emptyCandles(rows.length);
  rows.forEach((row, i) => {
    for (const column of candleColumns) candles[column][i] = row[column];
  });
  return candles;
}

/** Row `i`. @throws Error `Bug: …` when there is no such row */
export function candleAt(candles: Candles, i: number): Candle {
  assert(i >= 0 && i < candles.openMs.length, `candle ${i} of ${candles.openMs.length}`);
  return {
    openMs: candles.openMs[i]!,
    open: candles.open[i]!,
    high: candles.high[i]!,
    low: candles.low[i]!,
    close: candles.close[i]!,
    volume: candles.volume[i]!,
  };
}

/** Rows `from` (included) to `to` (excluded) as views: nothing is copied. */
export function sliceCandles(candles: Candles, from: number, to: number): Candles {
  return {
    openMs: candles.openMs.subarray(from, to),
    open: candles.open.subarray(from, to),
    high: candles.high.subarray(from, to),
    low: candles.low.subarray(from, to),
    close: candles.close.subarray(from, to),
    volume: candles.volume.subarray(from, to),
  };
}

/** The number of rows that open before `beforeMs`: where a row of that time stands or would stand. */
export function rowsBefore(candles: Candles, beforeMs: EpochMs): number {
  let low = 0;
  let high = candles.openMs.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (candles.openMs[middle]! < beforeMs) low = middle + 1;
    else high = middle;
  }
  return low;
}
