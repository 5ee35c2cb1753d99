import type { MarketData } from '../core/market/market-data.ts';
import { type EpochMs, type Timeframe, timeframeMs } from '../core/market/timeframes.ts';

/** A series with too few candles before a run: what decides on it says nothing until `untilMs`. */
export interface SilentSeries {
  readonly symbol: string;
  readonly timeframe: Timeframe;
  /** Candles that lie before the run, of those that a decision needs. */
  readonly candles: number;
  /** First instant with enough of them, or null when the run ends before. */
  readonly untilMs: EpochMs | null;
}

/**
 * The series of a run that begin too late. A run whose strategies cannot see enough is flat, and a flat line beside
 * a falling market looks like skill: whoever reads the result must know.
 */
export function silentSeries(
  { symbols }: MarketData,
  { fromMs, toMs, rows }: { readonly fromMs: EpochMs; readonly toMs: EpochMs; readonly rows: number },
): readonly SilentSeries[] {
  return [...symbols].flatMap(([symbol, { series }]) =>
    [...series].flatMap(([timeframe, { openMs }]) => {
      const enoughMs = (openMs[rows - 1] ?? Number.POSITIVE_INFINITY) + timeframeMs[timeframe];
      if (enoughMs <= fromMs) return [];
      const candles = openMs.filter((ms) => ms + timeframeMs[timeframe] <= fromMs).length;
      return [{ symbol, timeframe, candles, untilMs: enoughMs <= toMs ? enoughMs : null }];
    }),
  );
}
