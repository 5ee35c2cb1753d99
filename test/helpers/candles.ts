import { type Candles, candlesOf, emptyCandles } from '../../shared/core/market/candles.ts';
import { randomOf } from '../../shared/core/market/random.ts';
import { HOUR_MS } from '../../shared/core/market/timeframes.ts';

const START_MS = 1_704_067_200_000; // 2024-01-01T00:00Z
const STEP_MS = 4 * HOUR_MS;

/** What a walk looks like; whatever is left out is an ordinary market around 100. */
export interface Shape {
  /** Price before the first candle. */
  readonly price?: number;
  /** Size of an ordinary move from open to close, fraction of the price; 0 is a flat market. */
  readonly move?: number;
  /** Share of candles that open up to a fifth away from the close before. */
  readonly gaps?: number;
  /** Share of candles in which nothing was traded: one price, no volume. */
  readonly untraded?: number;
}

/** Markets in which what is computed must stay sound, each with the words that it is called by. */
export const markets: Readonly<Record<string, Shape>> = {
  ordinary: {},
  gapped: { gaps: 0.1 },
  'with untraded stretches': { untraded: 0.3 },
  'of prices near 1e-6': { price: 1e-6 },
  'of prices near 1e6': { price: 1e6 },
  'wild and gapped': { move: 0.08, gaps: 0.2, untraded: 0.1 },
  flat: { move: 0 },
  'without volume': { move: 0, untraded: 1 },
};
/** Seeded 4h candles that drift up and down for some dozens of candles at a time. Same arguments, same candles. */
export function walk(seed: number, length: number, shape: Shape = {}): Candles {
  const { price = 100, move = 0.01, gaps = 0, untraded = 0 } = shape;
  const { uniform, normal } = randomOf(seed, 'walk');
  const candles = emptyCandles(length);
  let drift = 0;
  let close = price;
  for (let i = 0; i < length; i++) {
    if (i % 30 === 0) drift = move * (uniform() - 0.5);
    const isTraded = uniform() >= untraded;
    const open = uniform() < gaps ? close * (0.8 + 0.4 * uniform()) : close;
    close = isTraded ? open * (1 + drift + move * 0.5 * normal()) : open;
    const wick = isTraded ? move * uniform() : 0;
    candles.openMs[i] = START_MS + i * STEP_MS;
    candles.open[i] = open;
    candles.high[i] = Math.max(open, close) * (1 + wick);
    candles.low[i] = Math.min(open, close) * (1 - wick);
    candles.close[i] = close;
    candles.volume[i] = isTraded ? 1000 * uniform() : 0;
  }
  return candles;
}

/** 4h candles that close at the given prices, each reaching `reach` above and below its close. */
export function closesOf(closes: readonly number[], reach = 1): Candles {
  return candlesOf(
    closes.map((close, i) => ({
      openMs: START_MS + i * STEP_MS,
      open: close,
      high: close + reach,
      low: close - reach,
      close,
      volume: 1,
    })),
  );
}

/** The same candles in another unit of price. */
export function scaled(candles: Candles, factor: number): Candles {
  const times = (prices: Float64Array) => prices.map((price) => price * factor);
  return {
    ...candles,
    open: times(candles.open),
    high: times(candles.high),
    low: times(candles.low),
    close: times(candles.close),
  };
}

/**
 * The candles as seen in a mirror: every price with the opposite sign, so that what rose falls by the same amount.
 * No market has such prices, but sums, differences and comparisons of them are exactly the mirrored ones.
 */
export function mirrored(candles: Candles): Candles {
  const turned = (prices: Float64Array) => prices.map((price) => -price);
  return {
    ...candles,
    open: turned(candles.open),
    high: turned(candles.low),
    low: turned(candles.high),
    close: turned(candles.close),
  };
}
