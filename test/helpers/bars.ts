import { type Candles, candlesOf } from '../../shared/core/market/candles.ts';
import { type Timeframe, timeframeMs } from '../../shared/core/market/timeframes.ts';

/** 2024-01-01T00:00Z: on the grid of every timeframe. */
export const BARS_START_MS = 1_704_067_200_000;

/**
 * Bars as text, `0:10 1:10:0 4:12`: place on the grid, close and, unless it is 1, volume. Open and close are equal,
 * high is one above and low one below; without volume all four are equal.
 */
export function barsOf(timeframe: Timeframe, text: string, startMs = BARS_START_MS): Candles {
  const bars = text.split(' ').filter((bar) => bar !== '');
  return candlesOf(
    bars.map((bar) => {
      const [place = 0, close = 0, volume = 1] = bar.split(':').map(Number);
      const reach = volume === 0 ? 0 : 1;
      const openMs = startMs + place * timeframeMs[timeframe];
      return { openMs, open: close, high: close + reach, low: close - reach, close, volume };
    }),
  );
}

/** The same, read back. */
export function barsIn(timeframe: Timeframe, candles: Candles): string {
  return [...candles.openMs]
    .map((openMs, i) => {
      const place = (openMs - BARS_START_MS) / timeframeMs[timeframe];
      const volume = candles.volume[i];
      return `${place}:${candles.close[i]}${volume === 1 ? '' : `:${volume}`}`;
    })
    .join(' ');
}
