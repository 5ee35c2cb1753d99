import { expect, it } from 'vitest';
import { keyOf, parseKey, periodOf } from '../../../shared/adapters/parquet/keys.ts';

const openMs = Date.UTC(2024, 1, 29, 20); // 2024-02-29T20:00Z

it.each([
  ['1m', 'venue=kraken/symbol=BTC-USD/timeframe=1m/date=2024-02-29.parquet'],
  ['5m', 'venue=kraken/symbol=BTC-USD/timeframe=5m/date=2024-02-29.parquet'],
  ['15m', 'venue=kraken/symbol=BTC-USD/timeframe=15m/month=2024-02.parquet'],
  ['1h', 'venue=kraken/symbol=BTC-USD/timeframe=1h/month=2024-02.parquet'],
  ['4h', 'venue=kraken/symbol=BTC-USD/timeframe=4h/year=2024.parquet'],
  ['1d', 'venue=kraken/symbol=BTC-USD/timeframe=1d/year=2024.parquet'],
] as const)('a %s candle lies in %s', (timeframe, key) => {
  const file = { venue: 'kraken', symbol: 'BTC/USD', timeframe, period: periodOf(timeframe, openMs) };
  expect(keyOf(file)).toBe(key);
  expect(parseKey(key)).toEqual(file);
});

it('other objects beside the files are not taken for candles', () => {
  for (const key of [
    'README.md',
    'venue=kraken/symbol=BTC-USD/timeframe=4h/year=2024.parquet.bak',
    'venue=kraken/symbol=BTC-USD/timeframe=4h/month=2024-02.parquet',
    'venue=kraken/symbol=BTC-USD/timeframe=2h/year=2024.parquet',
  ])
    expect(parseKey(key)).toBeUndefined();
});
