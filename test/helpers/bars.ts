import { type Candles, candlesOf } from '../../shared/core/market/candles.ts';
import { type Timeframe, timeframeMs } from '../../shared/core/market/timeframes.ts';

/** 2024-01-01T00:00Z: on the grid of every timeframe. */
export const BARS_START_MS = 1_704_067_200_000;

/** A bar by its place on the grid and its close; volume 0 makes it flat. */
export type Bar = readonly [place: number, close: number, volume?: number];

/** Bars around their closes: open and close equal, high one above, low one below; without volume all four equal. */
export function barsOf(timeframe: Timeframe, bars: readonly Bar[], startMs = BARS_START_MS): Candles {
  return candlesOf(
    bars.map(([place, close, volume = 1]) => ({
      openMs: startMs + place * timeframeMs[timeframe],
      open: close,
      high: volume === 0 ? close : close + 1,
      low: volume === 0 ? close : close - 1,
      close,
      volume,
    })),
  );
}

/** The same, read back: place, close, volume. */
export function barsIn(timeframe: Timeframe, candles: Candles, startMs = BARS_START_MS): Bar[] {
  return [...candles.openMs].map((openMs, i) => [
    (openMs - startMs) / timeframeMs[timeframe],
    candles.close[i] ?? Number.NaN,
    candles.volume[i] ?? Number.NaN,
  ]);
}
