import { beforeEach, describe, expect, it } from 'vitest';
import { parquetCandleStore } from '../../../shared/adapters/parquet/candle-store.ts';
import { isoMinute, parseInstant } from '../../../shared/core/market/calendar.ts';
import { type Candles, candleColumns, sliceCandles } from '../../../shared/core/market/candles.ts';
import { DAY_MS, type Timeframe, timeframeMs, timeframes } from '../../../shared/core/market/timeframes.ts';
import type { CandleStore } from '../../../shared/ports/candle-store.ts';
import { barsOf } from '../../helpers/bars.ts';
import { type MemoryObjects, memoryObjectStore } from '../../helpers/memory-object-store.ts';

let objects: MemoryObjects;
let store: CandleStore;
beforeEach(() => {
  objects = memoryObjectStore();
  store = parquetCandleStore(objects, 'kraken');
});

const instant = (text: string) => parseInstant(text) ?? Number.NaN;
const append = (timeframe: Timeframe, candles: Candles) =>
  store.append({ symbol: 'BTC/USD', timeframe, candles, provenance: { source: 'csv', name: 'a.csv' } });
/** Bars from one instant to before another; the n-th closes at 100 + n. */
const bars = (timeframe: Timeframe, fromMs: number, toMs: number) => {
  const count = (toMs - fromMs) / timeframeMs[timeframe];
  return barsOf(timeframe, Array.from({ length: count }, (_, i) => `${i}:${100 + i}`).join(' '), fromMs);
};
const read = async (timeframe: Timeframe, span?: { fromMs?: number; toMs?: number }) =>
  store.read('BTC/USD', timeframe, span);
const periods = () => [...objects.objects.keys()].map((key) => key.split('/').at(-1)).sort();

/** The files in which the candles of three days around an edge lie. */
const filesAround = {
  '2024-02-29': {
    day: ['date=2024-02-28.parquet', 'date=2024-02-29.parquet', 'date=2024-03-01.parquet'],
    month: ['month=2024-02.parquet', 'month=2024-03.parquet'],
    year: ['year=2024.parquet'],
  },
  '2023-02-28': {
    day: ['date=2023-02-27.parquet', 'date=2023-02-28.parquet', 'date=2023-03-01.parquet'],
    month: ['month=2023-02.parquet', 'month=2023-03.parquet'],
    year: ['year=2023.parquet'],
  },
  '2024-12-31': {
    day: ['date=2024-12-30.parquet', 'date=2024-12-31.parquet', 'date=2025-01-01.parquet'],
    month: ['month=2024-12.parquet', 'month=2025-01.parquet'],
    year: ['year=2024.parquet', 'year=2025.parquet'],
  },
} as const;
const sizes = {
  '1m': 'day',
  '5m': 'day',
  '15m': 'month',
  '1h': 'month',
  '4h': 'year',
  '1d': 'year',
} as const;

const edges = Object.keys(filesAround) as (keyof typeof filesAround)[];
describe.each(edges)('three days around %s', (date) => {
  it.each(timeframes)(
    'in candles of %s come back as they were, cut at each midnight to the candle',
    async (timeframe) => {
      const middleMs = instant(date);
      const [fromMs, toMs, length] = [middleMs - DAY_MS, middleMs + 2 * DAY_MS, timeframeMs[timeframe]];
      const candles = bars(timeframe, fromMs, toMs);
      expect(await append(timeframe, candles)).toMatchObject({ added: (3 * DAY_MS) / length, filled: 0 });
      expect(periods()).toEqual(filesAround[date][sizes[timeframe]]);
      const whole = await read(timeframe);
      for (const column of candleColumns) expect(whole[column]).toEqual(candles[column]);

      for (const edgeMs of [middleMs, middleMs + DAY_MS]) {
        const after = await read(timeframe, { fromMs: edgeMs });
        const before = await read(timeframe, { toMs: edgeMs });
        expect([after.openMs[0], before.openMs.at(-1)].map((ms) => isoMinute(ms ?? 0))).toEqual([
          isoMinute(edgeMs),
          isoMinute(edgeMs - length),
        ]);
        expect(before.openMs.length + after.openMs.length).toBe(candles.openMs.length);
        const around = await read(timeframe, { fromMs: edgeMs - length, toMs: edgeMs + length });
        expect([...around.openMs]).toEqual([edgeMs - length, edgeMs]);
        // Between two candles nothing opens, and one millisecond decides to which side a candle belongs.
        expect((await read(timeframe, { fromMs: edgeMs - length + 1, toMs: edgeMs })).openMs).toHaveLength(0);
        expect([
          ...(await read(timeframe, { fromMs: edgeMs - length + 1, toMs: edgeMs + 1 })).openMs,
        ]).toEqual([edgeMs]);
      }
    },
  );

  it.each(timeframes)(
    'appended day by day in any order, in candles of %s, are the same',
    async (timeframe) => {
      const firstMs = instant(date) - DAY_MS;
      const candles = bars(timeframe, firstMs, firstMs + 3 * DAY_MS);
      await append(timeframe, candles);
      const [whole] = await store.list();
      const perDay = candles.openMs.length / 3;
      for (const order of [
        [0, 1, 2],
        [2, 0, 1],
        [1, 2, 0],
      ]) {
        objects.objects.clear();
        for (const day of order) {
          await append(timeframe, sliceCandles(candles, day * perDay, (day + 1) * perDay));
        }
        expect((await store.list())[0]).toMatchObject({ contentHash: whole?.contentHash, holes: [] });
      }
    },
  );
});

describe('a whole', () => {
  it.each([
    ['2023-02-01', '2023-03-01', '15m', 28 * 96, ['month=2023-02.parquet']],
    ['2024-02-01', '2024-03-01', '15m', 29 * 96, ['month=2024-02.parquet']],
    ['2024-02-01', '2024-03-01', '1h', 29 * 24, ['month=2024-02.parquet']],
    ['2023-01-01', '2024-01-01', '4h', 365 * 6, ['year=2023.parquet']],
    ['2024-01-01', '2025-01-01', '4h', 366 * 6, ['year=2024.parquet']],
    ['2024-01-01', '2025-01-01', '1d', 366, ['year=2024.parquet']],
    ['2024-02-29', '2024-03-01', '1m', 1440, ['date=2024-02-29.parquet']],
  ] as const)(
    'span from %s to %s in candles of %s is %i candles in one file',
    async (from, to, timeframe, count, files) => {
      await append(timeframe, bars(timeframe, instant(from), instant(to)));
      expect(periods()).toEqual(files);
      const [coverage] = await store.list();
      const [firstMs, lastMs] = [instant(from), instant(to) - timeframeMs[timeframe]];
      expect(coverage).toMatchObject({ rows: count, firstMs, lastMs, holes: [] });
    },
  );
});
