import { type Candles, emptyCandles, sliceCandles } from './candles.ts';
import { copyBar, fillHoles, isContinuation, isFlat } from './holes.ts';
import type { EpochMs, Timeframe } from './timeframes.ts';

/** Two candles of one open time that cannot both be true. */
export interface CandleConflict {
  readonly openMs: EpochMs;
  readonly column: 'open' | 'high' | 'low' | 'close';
  readonly stored: number;
  readonly given: number;
}

/** Where each merged candle comes from. */
export const origins = { stored: 0, added: 1, replaced: 2, filled: 3 } as const;

/** Stored and new candles as one series. */
export interface MergedCandles {
  readonly candles: Candles;
  /** One of `origins` for each candle. */
  readonly origin: Uint8Array;
  /** Given candles whose volume differs from the stored one, which is kept. */
  readonly volumesKept: number;
}

interface Overlay {
  readonly candles: Candles;
  readonly origin: Uint8Array;
  readonly continues: Uint8Array;
  length: number;
  volumesKept: number;
}

/**
 * Joins given candles to stored ones of the same symbol and timeframe, and fills holes of up to twelve bars, also
 * where the two meet. A stored candle stays as it is, except that trades replace a bar without trades, whichever came
 * first; flat continuations follow the close before them. The result does not depend on the order of imports,
 * apart from volumes, of which the first is kept.
 *
 * @returns the conflict when a stored and a given candle have the same time and different prices
 */
export function mergeCandles(
  stored: Candles,
  given: Candles,
  timeframe: Timeframe,
): MergedCandles | { readonly conflict: CandleConflict } {
  const size = stored.openMs.length + given.openMs.length;
  const overlay: Overlay = {
    candles: emptyCandles(size),
    origin: new Uint8Array(size),
    continues: new Uint8Array(size),
    length: 0,
    volumesKept: 0,
  };

  let s = 0;
  let g = 0;
  while (s < stored.openMs.length || g < given.openMs.length) {
    const conflict = layNext(overlay, { stored, s, given, g, timeframe });
    if (conflict) return { conflict };
    const laidMs = overlay.candles.openMs[overlay.length - 1];
    if (stored.openMs[s] === laidMs) s++;
    if (given.openMs[g] === laidMs) g++;
  }
  return settle(overlay, timeframe);
}

interface Heads {
  readonly stored: Candles;
  readonly s: number;
  readonly given: Candles;
  readonly g: number;
  readonly timeframe: Timeframe;
}

/** Lays the older of the two next candles, or one of them when both have the same time. */
function layNext(overlay: Overlay, heads: Heads): CandleConflict | undefined {
  const { stored, s, given, g, timeframe } = heads;
  const storedMs = stored.openMs[s] ?? Number.POSITIVE_INFINITY;
  const givenMs = given.openMs[g] ?? Number.POSITIVE_INFINITY;
  if (storedMs === givenMs) return layBoth(overlay, heads);
  if (storedMs < givenMs)
    lay(overlay, [stored, s], { origin: origins.stored, continues: isContinuation(stored, s, timeframe) });
  else lay(overlay, [given, g], { origin: origins.added, continues: isContinuation(given, g, timeframe) });
  return undefined;
}

/** Both have a candle of this time: the better attested one is taken, and equals must agree. */
function layBoth(overlay: Overlay, heads: Heads): CandleConflict | undefined {
  const { stored, s, given, g, timeframe } = heads;
  const before = attestation(stored, s);
  const after = attestation(given, g);
  if (after > before) {
    lay(overlay, [given, g], { origin: origins.replaced, continues: false });
    return undefined;
  }
  if (after === before && before > 0) {
    const conflict = conflictOf(heads);
    if (conflict) return conflict;
    if (stored.volume[s] !== given.volume[g]) overlay.volumesKept++;
  }
  const continues =
    before === 0 && (isContinuation(stored, s, timeframe) || isContinuation(given, g, timeframe));
  lay(overlay, [stored, s], { origin: origins.stored, continues });
  return undefined;
}

/** 0 nothing was traded, 1 a range without volume, 2 traded. */
function attestation(candles: Candles, i: number): number {
  if (candles.volume[i]! > 0) return 2;
  return isFlat(candles, i) ? 0 : 1;
}

/** The first price in which two rows of one open time differ. */
export function conflictOf({
  stored,
  s,
  given,
  g,
}: Pick<Heads, 'stored' | 's' | 'given' | 'g'>): CandleConflict | undefined {
  for (const column of ['open', 'high', 'low', 'close'] as const)
    if (stored[column][s] !== given[column][g])
      return { openMs: stored.openMs[s]!, column, stored: stored[column][s]!, given: given[column][g]! };
  return undefined;
}

function lay(
  overlay: Overlay,
  [from, i]: readonly [Candles, number],
  { origin, continues }: { readonly origin: number; readonly continues: boolean },
): void {
  const at = overlay.length++;
  copyBar(from, i, overlay.candles, at);
  overlay.origin[at] = origin;
  overlay.continues[at] = continues ? 1 : 0;
}

function settle({ candles, origin, continues, length, volumesKept }: Overlay, timeframe: Timeframe) {
  const filled = fillHoles(sliceCandles(candles, 0, length), timeframe, continues);
  return {
    candles: filled.candles,
    origin: Uint8Array.from(filled.rows, (row) => (row < 0 ? origins.filled : origin[row]!)),
    volumesKept,
  };
}
