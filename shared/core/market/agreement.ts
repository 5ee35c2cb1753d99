import { aggregateCandles } from './aggregate.ts';
import { type Candles, rowsBefore } from './candles.ts';
import { type CandleConflict, conflictOf } from './merge.ts';
import { type EpochMs, type Timeframe, timeframeMs } from './timeframes.ts';

/** How far two tellings of the same candles agree. */
export interface Agreement {
  /** Candles that both have, with trades. */
  readonly compared: number;
  /** Of these, those with another volume: venues correct volumes, and that is no fault. */
  readonly volumesDiffer: number;
  /** Of these, those with another price: the first price of each. */
  readonly conflicts: readonly CandleConflict[];
}

/** The same of stored candles and those that a venue gives now. */
export interface Overlap extends Agreement {
  /** Candles with trades that only the venue has, within the time that both tell. */
  readonly missingHere: readonly EpochMs[];
  /** The same, only stored. */
  readonly missingThere: readonly EpochMs[];
  /** Candles of the venue after the last stored one. */
  readonly newer: number;
}

/** Sums of volumes differ in their last digits by the order of adding. */
const VOLUME_SLACK = 1e-9;

/**
 * Compares coarser candles with those made of finer ones. Only candles whose finer ones are all there and all traded:
 * a bar that was filled has the price before it, which need not be the price at which trading began.
 *
 * @returns conflicts with the coarser price as `stored` and the one made of finer candles as `given`
 */
export function finerAgreement(
  coarse: Candles,
  fine: Candles,
  { from, to }: { readonly from: Timeframe; readonly to: Timeframe },
): Agreement {
  const made = aggregateCandles(fine, { from, to });
  const ratio = timeframeMs[to] / timeframeMs[from];
  const pairs = pairsOf(coarse, made).filter(([, m]) => {
    const first = rowsBefore(fine, made.openMs[m]!);
    return fine.volume.subarray(first, first + ratio).every((volume) => volume > 0);
  });
  return agreementOf(coarse, made, pairs);
}

/** Compares stored candles with those that a venue gives now. @param given oldest first, perhaps none */
export function overlapOf(stored: Candles, given: Candles): Overlap {
  const lastMs = stored.openMs.at(-1) ?? Number.NEGATIVE_INFINITY;
  const span = {
    fromMs: Math.max(
      stored.openMs[0] ?? Number.POSITIVE_INFINITY,
      given.openMs[0] ?? Number.POSITIVE_INFINITY,
    ),
    toMs: Math.min(lastMs, given.openMs.at(-1) ?? Number.NEGATIVE_INFINITY),
  };
  const pairs = pairsOf(stored, given).filter(([s, g]) => stored.volume[s]! > 0 && given.volume[g]! > 0);
  const both = new Set(pairs.map(([s]) => stored.openMs[s]!));
  return {
    ...agreementOf(stored, given, pairs),
    missingHere: tradedOf(given, span).filter((ms) => !both.has(ms)),
    missingThere: tradedOf(stored, span).filter((ms) => !both.has(ms)),
    newer: given.openMs.length - rowsBefore(given, lastMs + 1),
  };
}

/** The rows of both that have the same open time. */
function pairsOf(a: Candles, b: Candles): readonly (readonly [number, number])[] {
  const rows = new Map(Array.from(b.openMs, (ms, row) => [ms, row]));
  return Array.from(a.openMs, (ms, row) => [row, rows.get(ms) ?? -1] as const).filter(([, row]) => row >= 0);
}

function tradedOf(
  { openMs, volume }: Candles,
  { fromMs, toMs }: { readonly fromMs: EpochMs; readonly toMs: EpochMs },
): readonly EpochMs[] {
  return [...openMs].filter((ms, row) => volume[row]! > 0 && ms >= fromMs && ms <= toMs);
}

function agreementOf(
  stored: Candles,
  given: Candles,
  pairs: readonly (readonly [number, number])[],
): Agreement {
  const isOther = (a: number, b: number) => Math.abs(a - b) > VOLUME_SLACK * Math.max(a, b);
  return {
    compared: pairs.length,
    volumesDiffer: pairs.filter(([s, g]) => isOther(stored.volume[s]!, given.volume[g]!)).length,
    conflicts: pairs.flatMap(([s, g]) => conflictOf({ stored, s, given, g }) ?? []),
  };
}
