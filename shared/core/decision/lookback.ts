import type { Candles } from '../market/candles.ts';
import { type EpochMs, type Timeframe, timeframeMs } from '../market/timeframes.ts';

/** Rows of each timeframe that a decision sees: what Kraken's API gives. */
export const LOOKBACK_ROWS = 720;

/** Where risk is measured: size, stops and regime read these candles whatever the strategies read. */
export const RISK_TIMEFRAME = '4h';
/** Candles of the average true range that clamps a stop. */
export const RISK_ATR_PERIOD = 14;

const UNTRADED_SHARE_MAX = 0.05;

/**
 * Running count of untraded candles, so that any window is judged in one subtraction.
 * @returns one entry more than candles; entry i counts those before row i
 */
export function untradedBefore({ volume }: Candles): Int32Array {
  const counts = new Int32Array(volume.length + 1);
  for (let i = 0; i < volume.length; i++) counts[i + 1] = counts[i]! + (volume[i]! > 0 ? 0 : 1);
  return counts;
}

/**
 * Why the lookback that ends at row `row` cannot carry a decision at `atMs`, or null when it can.
 *
 * @param untraded `untradedBefore` of the same candles
 * @param rows rows wanted
 * @see spec: holes longer than 12 candles are not filled, so they show as a lookback that spans too much time
 */
export function lookbackFault(
  candles: Candles,
  untraded: Int32Array,
  { row, timeframe, atMs, rows }: { row: number; timeframe: Timeframe; atMs: EpochMs; rows: number },
): string | null {
  const length = timeframeMs[timeframe];
  if (row + 1 < rows) return `${row + 1} of ${rows} candles`;
  if (candles.openMs[row]! + length !== atMs) return 'the newest candle is missing';
  if (!(candles.volume[row]! > 0)) return 'the newest candle had no trade';
  const first = row + 1 - rows;
  if (candles.openMs[row]! - candles.openMs[first]! !== (rows - 1) * length) return 'a hole in the candles';
  const idle = untraded[row + 1]! - untraded[first]!;
  if (idle > UNTRADED_SHARE_MAX * rows) return `${idle} of ${rows} candles had no trade`;
  return null;
}
