import { utcDateKey, utcMonthKey, utcYear } from '../../core/market/calendar.ts';
import { symbolKey } from '../../core/market/instruments.ts';
import { type EpochMs, isTimeframe, type Timeframe } from '../../core/market/timeframes.ts';

/** What one file of candles is for. */
export interface CandleFileKey {
  readonly venue: string;
  readonly symbol: string;
  readonly timeframe: Timeframe;
  /** `2024`, `2024-07` or `2024-07-31`, by timeframe. */
  readonly period: string;
}

/** How much time one file spans: small enough to rewrite at each append, large enough to read years quickly. */
const periods = {
  '1m': 'date',
  '5m': 'date',
  '15m': 'month',
  '1h': 'month',
  '4h': 'year',
  '1d': 'year',
} as const satisfies Record<Timeframe, string>;

const SPELLING = /^venue=([^/]+)\/symbol=([^/]+)\/timeframe=([^/]+)\/(?:year|month|date)=([\d-]+)\.parquet$/;

/** The period in whose file a candle lies. Periods of one timeframe sort as text. */
export function periodOf(timeframe: Timeframe, openMs: EpochMs): string {
  if (periods[timeframe] === 'date') return utcDateKey(openMs);
  if (periods[timeframe] === 'month') return utcMonthKey(openMs);
  return String(utcYear(openMs));
}

/** `venue=kraken/symbol=BTC-USD/timeframe=4h/` */
export function seriesPrefix({ venue, symbol, timeframe }: Omit<CandleFileKey, 'period'>): string {
  return `venue=${venue}/symbol=${symbolKey(symbol)}/timeframe=${timeframe}/`;
}

/** `venue=kraken/symbol=BTC-USD/timeframe=4h/year=2024.parquet` */
export function keyOf(file: CandleFileKey): string {
  return `${seriesPrefix(file)}${periods[file.timeframe]}=${file.period}.parquet`;
}

/** Reads such a key; undefined when it is another object, an editor's copy for example. */
export function parseKey(key: string): CandleFileKey | undefined {
  const [, venue, symbol, timeframe, period] = SPELLING.exec(key) ?? [];
  if (venue === undefined || symbol === undefined || period === undefined) return undefined;
  if (timeframe === undefined || !isTimeframe(timeframe)) return undefined;
  const file = { venue, symbol: symbol.replace('-', '/'), timeframe, period };
  return keyOf(file) === key ? file : undefined;
}
