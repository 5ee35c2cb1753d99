import type { Candles } from './candles.ts';
import type { EpochMs } from './timeframes.ts';

/** A candle that reaches far beyond what comes before and after it, as a wrong tick makes it. */
export interface Outlier {
  readonly openMs: EpochMs;
  readonly side: 'high' | 'low';
  /** The price that it reaches. */
  readonly price: number;
  /** How far beyond both neighbours that is, in usual ranges of the candles around. */
  readonly times: number;
}

/** Traded candles on each side whose ranges say what is usual. */
const AROUND = 50;
/** With fewer of them in all nothing is usual yet. */
const AROUND_MIN = 20;
/** Less is not usual: where nearly every candle has one price only, each other one would stand out. */
const USUAL_MIN = 0.0015;
/** More is not usual either: six times the price and back is an outlier in the wildest market. */
const USUAL_MAX = 0.15;
/** Usual ranges from which on a candle is called an outlier. */
const OUTLIER_TIMES = 12;

/**
 * Candles whose high or low was reached and left again at once. The reach of a candle is the part of its way, in
 * logarithms of the price, that lies beyond the close before it and also beyond what it had come back to: its own close
 * or, where that is as far out, the close of the next candle. An outlier reaches at least 12 usual ranges: 12 times the
 * median range of the 50 candles on each side, which counts as at least 0.15 and at most 15 %. Only candles with
 * trades count; logarithms make it the same in every unit of price.
 *
 * It finds what is gone by the close of the next traded candle. A wrong price that stays longer looks like a move.
 */
export function outliersOf(candles: Candles): readonly Outlier[] {
  const rows = [...candles.volume.keys()].filter((row) => candles.volume[row]! > 0);
  const ranges = rows.map((row, at) => rangeOf(candles, row, rows[at - 1]));
  return rows.flatMap((_, at) => outlierAt(candles, { rows, ranges, at }));
}

/** The traded rows of a series with their ranges, and one place among them. */
interface Place {
  readonly rows: readonly number[];
  readonly ranges: readonly number[];
  readonly at: number;
}

function outlierAt(candles: Candles, place: Place): readonly Outlier[] {
  const { rows, ranges, at } = place;
  const reach = reachAt(candles, place);
  // Sorting is dear, and hardly a candle needs it.
  if (reach.length < OUTLIER_TIMES * USUAL_MIN) return [];
  const around = [...ranges.slice(Math.max(0, at - AROUND), at), ...ranges.slice(at + 1, at + 1 + AROUND)];
  if (around.length < AROUND_MIN) return [];
  const times = reach.length / Math.min(USUAL_MAX, Math.max(USUAL_MIN, median(around)));
  if (times < OUTLIER_TIMES) return [];
  const row = rows[at]!;
  return [{ openMs: candles.openMs[row]!, side: reach.side, price: candles[reach.side][row]!, times }];
}

/** The longer of both reaches of a candle; negative where it does not go beyond its neighbours. */
function reachAt({ high, low, close }: Candles, { rows, at }: Place) {
  const row = rows[at]!;
  const before = close[rows[at - 1] ?? row]!;
  const after = close[rows[at + 1] ?? row]!;
  const up = Math.log(high[row]! / Math.max(before, Math.min(close[row]!, after)));
  const down = Math.log(Math.min(before, Math.max(close[row]!, after)) / low[row]!);
  return up >= down ? ({ side: 'high', length: up } as const) : ({ side: 'low', length: down } as const);
}

/** From the lowest to the highest price of a candle, the close before it included, in logarithms. */
function rangeOf({ high, low, close }: Candles, row: number, before: number | undefined): number {
  const from = close[before ?? row]!;
  return Math.log(Math.max(high[row]!, from) / Math.min(low[row]!, from));
}

function median(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort();
  const middle = sorted.length / 2;
  return (sorted[Math.floor(middle - 0.5)]! + sorted[Math.floor(middle)]!) / 2;
}
