import { beforeEach, describe, expect, it } from 'vitest';
import { parquetCandleStore } from '../../shared/adapters/parquet/candle-store.ts';
import { parseCandleCsv } from '../../shared/adapters/sources/csv.ts';
import { type ImportProgress, importCandles } from '../../shared/app/import-candles.ts';
import { DAY_MS } from '../../shared/core/market/timeframes.ts';
import type { CandleStore } from '../../shared/ports/candle-store.ts';
import { BARS_START_MS } from '../helpers/bars.ts';
import { type MemoryObjects, memoryObjectStore } from '../helpers/memory-object-store.ts';

let objects: MemoryObjects;
let store: CandleStore;
beforeEach(() => {
  objects = memoryObjectStore();
  store = parquetCandleStore(objects, 'kraken');
});

const day = (place: number, close = 10) => `${BARS_START_MS + place * DAY_MS},10,20,5,${close},1\n`;
const fileOf = (...rows: string[]) => ({
  name: 'days.csv',
  bytes: new TextEncoder().encode(`timestamp_ms,open,high,low,close,volume\n${rows.join('')}`),
  symbol: 'BTC/USD',
  timeframe: '1d' as const,
  nowMs: BARS_START_MS + 500 * DAY_MS,
});

describe('an import', () => {
  it('reports what it did and where the candles came from', async () => {
    const progress: ImportProgress[] = [];
    const onProgress = (each: ImportProgress) => progress.push(each);
    const file = fileOf(day(0), day(0), day(3));
    expect(await importCandles(store, parseCandleCsv, { ...file, onProgress })).toEqual({
      symbol: 'BTC/USD',
      timeframe: '1d',
      source: 'csv',
      rows: 2,
      firstMs: BARS_START_MS,
      lastMs: BARS_START_MS + 3 * DAY_MS,
      duplicates: 1,
      added: 2,
      kept: 0,
      volumesKept: 0,
      replaced: 0,
      filled: 2,
    });
    expect(progress).toEqual([
      { step: 'read', rows: 2 },
      { step: 'store', done: 1, total: 1 },
    ]);
    expect((await store.list())[0]?.provenance).toMatchObject([
      { source: 'csv', name: 'days.csv', sha256: expect.stringMatching(/^[0-9a-f]{64}$/), rows: 2 },
    ]);
  });

  it('of a file again changes nothing', async () => {
    await importCandles(store, parseCandleCsv, fileOf(day(0), day(1)));
    const puts = objects.puts.length;
    const again = await importCandles(store, parseCandleCsv, fileOf(day(0), day(1)));
    expect(again).toMatchObject({ added: 0, kept: 2, filled: 0 });
    expect(objects.puts).toHaveLength(puts);
  });

  it.each([
    ['a bad row', [day(4), day(5, 99)], /^'days.csv', line 3, column 'close': '99' is above the high '20'/],
    [
      'other prices than the stored ones',
      [day(400), day(1, 12)].reverse(),
      /^BTC\/USD 1d of 2024-01-02 00:00 UTC/,
    ],
    [
      'a candle that is not finished',
      [day(499), day(500)],
      /^'days.csv' ends with the 1d candle of 2025-05-15 00:00 UTC/,
    ],
  ])('of a file with %s leaves the store as it was', async (_, rows, message) => {
    await importCandles(store, parseCandleCsv, fileOf(day(0), day(1)));
    const before = [...objects.objects];
    await expect(importCandles(store, parseCandleCsv, fileOf(...rows))).rejects.toThrow(message);
    expect([...objects.objects]).toEqual(before);
  });
});
