import type { Candles } from '../../shared/core/market/candles.ts';
import { type EpochMs, type Timeframe, timeframeMs } from '../../shared/core/market/timeframes.ts';

/** One candle of a pair in whole steps: prices in ticks, volume in 10⁻⁸ of base. */
export interface Bar {
  readonly openMs: EpochMs;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly lots: number;
  /** Trades. */
  readonly count: number;
}

/** A bar in which nobody traded. */
export function flatBar(openMs: EpochMs, price: number): Bar {
  return { openMs, open: price, high: price, low: price, close: price, lots: 0, count: 0 };
}

/** One bar over several that follow each other; undefined of none. */
export function joinedBar(openMs: EpochMs, parts: readonly Bar[]): Bar | undefined {
  const [first] = parts;
  const last = parts.at(-1);
  if (first === undefined || last === undefined) return undefined;
  let { high, low } = first;
  let lots = 0;
  let count = 0;
  for (const part of parts) {
    if (part.high > high) high = part.high;
    if (part.low < low) low = part.low;
    lots += part.lots;
    count += part.count;
  }
  return { openMs, open: first.open, high, low, close: last.close, lots, count };
}

/** Bars of candles on the grid of the pair, with flat ones where candles are missing: Kraken's API has no holes. */
export function barsOf(candles: Candles, timeframe: Timeframe, pairDecimals: number): readonly Bar[] {
  const length = timeframeMs[timeframe];
  const ticks = (price: number | undefined) => Math.max(1, Math.round((price ?? 0) * 10 ** pairDecimals));
  const bars: Bar[] = [];
  candles.openMs.forEach((openMs, i) => {
    for (let last = bars.at(-1); last && last.openMs + length < openMs; last = bars.at(-1))
      bars.push(flatBar(last.openMs + length, last.close));
    const lots = Math.round((candles.volume[i] ?? 0) * 1e8);
    bars.push({
      openMs,
      open: ticks(candles.open[i]),
      high: ticks(candles.high[i]),
      low: ticks(candles.low[i]),
      close: ticks(candles.close[i]),
      lots,
      count: lots === 0 ? 0 : 1,
    });
  });
  return bars;
}
