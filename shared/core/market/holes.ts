import { type Candles, emptyCandles } from './candles.ts';
import { type EpochMs, type Timeframe, timeframeMs } from './timeframes.ts';

/** Missing bars in a row up to this many are stored as flat bars without volume; more of them stay a hole. */
export const FILL_BARS_MAX = 12;

/** Bars that are missing between two candles. */
export interface Hole {
  /** Open time of the first missing bar. */
  readonly fromMs: EpochMs;
  /** How many bars are missing in a row. */
  readonly missing: number;
}

/** Every run of missing bars, oldest first. */
export function holesOf({ openMs }: Candles, timeframe: Timeframe): readonly Hole[] {
  const length = timeframeMs[timeframe];
  const holes: Hole[] = [];
  for (let i = 1; i < openMs.length; i++) {
    const missing = (openMs[i]! - openMs[i - 1]!) / length - 1;
    if (missing > 0) holes.push({ fromMs: openMs[i - 1]! + length, missing });
  }
  return holes;
}

/** Bars in a row in which nothing was traded. */
export interface UntradedStretch {
  /** Open time of the first of them. */
  readonly fromMs: EpochMs;
  readonly bars: number;
}

/** Every run of bars without volume, oldest first. Bars that are missing end a run. */
export function untradedStretches(
  { openMs, volume }: Candles,
  timeframe: Timeframe,
): readonly UntradedStretch[] {
  const stretches: { fromMs: EpochMs; bars: number }[] = [];
  for (let i = 0; i < openMs.length; i++) {
    if (volume[i]! > 0) continue;
    const last = stretches.at(-1);
    if (last?.fromMs === openMs[i]! - (last?.bars ?? 0) * timeframeMs[timeframe]) last.bars++;
    else stretches.push({ fromMs: openMs[i]!, bars: 1 });
  }
  return stretches;
}

/** True when row `i` says that nothing was traded: one price, no volume. */
export function isFlat({ open, high, low, close, volume }: Candles, i: number): boolean {
  return volume[i] === 0 && open[i] === high[i] && high[i] === low[i] && low[i] === close[i];
}

/** True when row `i` is the flat continuation of the bar right before it: it can be made again from that one. */
export function isContinuation(candles: Candles, i: number, timeframe: Timeframe): boolean {
  if (i === 0 || !isFlat(candles, i) || candles.open[i] !== candles.close[i - 1]) return false;
  return candles.openMs[i]! - candles.openMs[i - 1]! === timeframeMs[timeframe];
}

/**
 * Candles with every hole of up to twelve bars filled by flat bars at the close before it, volume 0.
 *
 * @param continues per row, 1 where the row is a continuation: it takes the close that now stands before it
 * @returns the candles, and for each of them its row in the argument, −1 for a bar that was made here
 * @see spec execution.md §2, "Holes"
 */
export function fillHoles(
  candles: Candles,
  timeframe: Timeframe,
  continues: Uint8Array = new Uint8Array(candles.openMs.length),
): { readonly candles: Candles; readonly rows: Int32Array } {
  const length = timeframeMs[timeframe];
  const fillable = holesOf(candles, timeframe).filter(({ missing }) => missing <= FILL_BARS_MAX);
  const size = candles.openMs.length + fillable.reduce((sum, { missing }) => sum + missing, 0);
  const filled = emptyCandles(size);
  const rows = new Int32Array(size).fill(-1);

  let at = 0;
  for (let i = 0; i < candles.openMs.length; i++) {
    const missing = i === 0 ? 0 : (candles.openMs[i]! - candles.openMs[i - 1]!) / length - 1;
    if (missing <= FILL_BARS_MAX) for (let k = 0; k < missing; k++) continueBar(filled, at++, length);
    if (i > 0 && continues[i] === 1) continueBar(filled, at, length);
    else copyBar(candles, i, filled, at);
    rows[at++] = i;
  }
  return { candles: filled, rows };
}

function continueBar(candles: Candles, at: number, lengthMs: number): void {
  const { openMs, open, high, low, close } = candles;
  openMs[at] = openMs[at - 1]! + lengthMs;
  open[at] = high[at] = low[at] = close[at] = close[at - 1]!;
}

/** Copies row `i` of `from` to row `at` of `to`. */
export function copyBar(from: Candles, i: number, to: Candles, at: number): void {
  to.openMs[at] = from.openMs[i]!;
  to.open[at] = from.open[i]!;
  to.high[at] = from.high[i]!;
  to.low[at] = from.low[i]!;
  to.close[at] = from.close[i]!;
  to.volume[at] = from.volume[i]!;
}
