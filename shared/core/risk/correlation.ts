import type { Candles } from '../market/candles.ts';

/** Returns that a correlation looks back on: thirty days of 4h candles. */
export const CORRELATION_RETURNS = 180;
/** With fewer common returns nothing is said. */
const RETURNS_MIN = 30;
/** Part of a size that is left at a correlation of 1. */
const SCALE_MIN = 0.5;

type Closes = Pick<Candles, 'openMs' | 'close'>;

/**
 * Pearson's correlation of the log returns of two symbols over their common timestamps.
 * @param a,b closed candles of one timeframe, oldest first; the last `CORRELATION_RETURNS` returns of each count
 * @param stepMs length of the timeframe: a return spans just one candle, never a hole
 * @returns −1 to 1; null with fewer than thirty common returns, or where one of them does not vary
 */
export function correlation(a: Closes, b: Closes, stepMs: number): number | null {
  const others = returnsByTime(b, stepMs);
  const pairs: { readonly x: number; readonly y: number }[] = [];
  for (const [openMs, x] of returnsByTime(a, stepMs)) {
    const y = others.get(openMs);
    if (y !== undefined) pairs.push({ x, y });
  }
  if (pairs.length < RETURNS_MIN) return null;
  let [sumX, sumY] = [0, 0];
  for (const { x, y } of pairs) {
    sumX += x;
    sumY += y;
  }
  const [meanX, meanY] = [sumX / pairs.length, sumY / pairs.length];
  let [xx, yy, xy] = [0, 0, 0];
  for (const { x, y } of pairs) {
    xx += (x - meanX) * (x - meanX);
    yy += (y - meanY) * (y - meanY);
    xy += (x - meanX) * (y - meanY);
  }
  if (!(xx > 0 && yy > 0)) return null;
  return Math.min(Math.max(xy / Math.sqrt(xx * yy), -1), 1); // the last digit may lie beyond
}

function returnsByTime({ openMs, close }: Closes, stepMs: number): ReadonlyMap<number, number> {
  const returns = new Map<number, number>();
  for (let i = Math.max(1, close.length - CORRELATION_RETURNS); i < close.length; i++) {
    if (openMs[i]! - openMs[i - 1]! === stepMs) returns.set(openMs[i]!, Math.log(close[i]! / close[i - 1]!));
  }
  return returns;
}

/**
 * Part of a size that is left beside positions which move with it: all of it up to `free`, half at 1, linear between.
 * @param highest correlation with any open position, or null without one
 */
export function correlationScale(highest: number | null, free: number): number {
  if (highest === null || highest <= free) return 1;
  return 1 - ((1 - SCALE_MIN) * (highest - free)) / (1 - free);
}
