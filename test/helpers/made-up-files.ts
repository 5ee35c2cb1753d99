import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { aggregateCandles } from '../../shared/core/market/aggregate.ts';
import { type Candles, sliceCandles } from '../../shared/core/market/candles.ts';
import {
  DEFAULT_SYNTHETIC_SEED,
  SYNTHETIC_START_MS,
  SYNTHETIC_TRADING_START_MS,
  syntheticMarket,
} from '../../shared/core/market/synthetic.ts';
import { DAY_MS, type Timeframe } from '../../shared/core/market/timeframes.ts';

/** Days of candles after 2025-01-01, where every timeframe has 720 candles of history. */
const MADE_UP_DAYS = 28;

const symbols = [
  { symbol: 'BTC/USD', tickDecimals: 1 },
  { symbol: 'ETH/USD', tickDecimals: 2 },
];

/** Candles as our CSV. */
export function csvOf({ openMs, open, high, low, close, volume }: Candles): string {
  const rows = [...openMs].map((ms, i) => [ms, open[i], high[i], low[i], close[i], volume[i]].join(','));
  return `timestamp_ms,open,high,low,close,volume\n${rows.join('\n')}\n`;
}

/**
 * Writes the synthetic market as files that a person would import: 720 days of history and 28 days from 2025-01-01,
 * 4h and 1d, and 15m of the first eight of those days.
 * @returns the paths, `BTCUSD_4h.csv` and the like
 */
export function writeMadeUpFiles(folder: string): readonly string[] {
  mkdirSync(folder, { recursive: true });
  const market = syntheticMarket({ seed: DEFAULT_SYNTHETIC_SEED, startMs: SYNTHETIC_START_MS, symbols });
  const toMs = SYNTHETIC_TRADING_START_MS + MADE_UP_DAYS * DAY_MS;
  return symbols.flatMap(({ symbol }) => {
    const fine = market.candles(symbol, { fromMs: SYNTHETIC_START_MS, toMs });
    const firstFine = (SYNTHETIC_TRADING_START_MS - SYNTHETIC_START_MS) / (DAY_MS / 96);
    const series: readonly (readonly [Timeframe, Candles])[] = [
      ['4h', aggregateCandles(fine, { from: '15m', to: '4h' })],
      ['1d', aggregateCandles(fine, { from: '15m', to: '1d' })],
      ['15m', sliceCandles(fine, firstFine, firstFine + 8 * 96)],
    ];
    return series.map(([timeframe, candles]) => {
      const file = join(folder, `${symbol.replace('/', '')}_${timeframe}.csv`);
      writeFileSync(file, csvOf(candles));
      return file;
    });
  });
}
