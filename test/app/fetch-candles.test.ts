import { expect, it } from 'vitest';
import { parquetCandleStore } from '../../shared/adapters/parquet/candle-store.ts';
import { fetchCandles } from '../../shared/app/fetch-candles.ts';
import { AppError } from '../../shared/core/errors.ts';
import { HOUR_MS } from '../../shared/core/market/timeframes.ts';
import type { CandleSource } from '../../shared/ports/candle-source.ts';
import { BARS_START_MS, barsIn, barsOf } from '../helpers/bars.ts';
import { memoryObjectStore } from '../helpers/memory-object-store.ts';

const request = {
  symbol: 'BTC/USD',
  timeframe: '1h',
  fromMs: BARS_START_MS + 1,
  nowMs: BARS_START_MS,
} as const;
const sourceOf = (closedCandles: CandleSource['closedCandles']): CandleSource => ({
  name: 'kraken-api',
  closedCandles,
});

it('a fetch stores what the source gives, and says how much older candles it does not have', async () => {
  const store = parquetCandleStore(memoryObjectStore(), 'kraken');
  const source = sourceOf(async () => barsOf('1h', '4:10 5:11 7:12'));
  const expected = {
    symbol: 'BTC/USD',
    timeframe: '1h',
    source: 'kraken-api',
    rows: 3,
    firstMs: BARS_START_MS + 4 * HOUR_MS,
    lastMs: BARS_START_MS + 7 * HOUR_MS,
    barsMissed: 3, // asked from a millisecond after bar 0: bars 1, 2 and 3
  };
  const counts = { added: 3, kept: 0, volumesKept: 0, replaced: 0, filled: 1 };
  expect(await fetchCandles(store, source, request)).toEqual({ ...expected, ...counts });
  expect(await fetchCandles(store, source, request)).toMatchObject({ added: 0, kept: 3 });
  expect(barsIn('1h', await store.read('BTC/USD', '1h'))).toBe('4:10 5:11 6:11:0 7:12');
  expect((await store.list())[0]?.provenance).toMatchObject([
    { source: 'kraken-api', name: 'BTC/USD 1h', rows: 3 },
  ]);
});

it('a fetch of nothing stores nothing', async () => {
  const store = parquetCandleStore(memoryObjectStore(), 'kraken');
  const report = await fetchCandles(
    store,
    sourceOf(async () => barsOf('1h', '')),
    request,
  );
  expect(report).toMatchObject({ rows: 0, added: 0, barsMissed: 0 });
  expect(report).not.toHaveProperty('firstMs');
  expect(await store.list()).toEqual([]);
});

it('a fetch from a source that fails stores nothing', async () => {
  const objects = memoryObjectStore();
  const source = sourceOf(async () => {
    throw new AppError('source-unavailable', 'gone', 'wait');
  });
  await expect(fetchCandles(parquetCandleStore(objects, 'kraken'), source, request)).rejects.toThrow('gone');
  expect(objects.puts).toEqual([]);
});
