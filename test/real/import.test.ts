import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { fileObjectStore } from '../../shared/adapters/files/object-store.ts';
import { parquetCandleStore } from '../../shared/adapters/parquet/candle-store.ts';
import { parseCandleCsv } from '../../shared/adapters/sources/csv.ts';
import { importCandles } from '../../shared/app/import-candles.ts';
import type { Timeframe } from '../../shared/core/market/timeframes.ts';
import type { CandleStore } from '../../shared/ports/candle-store.ts';
import { memoryObjectStore } from '../helpers/memory-object-store.ts';
import { hasReference, referencePath } from '../helpers/reference.ts';

const nowMs = Date.UTC(2026, 0, 1);

const bytesOf = (name: string) => new Uint8Array(readFileSync(referencePath('data', `${name}.csv.gz`)));

const importOf = (store: CandleStore, name: string, bytes: Uint8Array = bytesOf(name)) => {
  const [, base, timeframe] = /([A-Z]+)USDT?_(1m|1h|4h|1d)/.exec(name) ?? [];
  const about = { symbol: `${base}/USD`, timeframe: timeframe as Timeframe, nowMs };
  return importCandles(store, parseCandleCsv, { name: `${name}.csv.gz`, bytes, ...about });
};

const memoryStore = () => parquetCandleStore(memoryObjectStore(), 'kraken');

// Rows, and missing bars where no run is longer than twelve: data/SOURCES.md. Where some are, bars that are filled,
// holes that are left and the bars in them were counted by a Python script over the same file.
const files: readonly [name: string, rows: number, filled: number, holes: number, missing: number][] = [
  ['kraken_BTCUSD_4h_2024_2025', 4383, 3, 0, 0],
  ['kraken_ETHUSD_4h_2024_2025', 4383, 3, 0, 0],
  ['kraken_BTCUSD_1d_2013_2025', 4458, 12, 0, 0],
  ['kraken_ETHUSD_1d_2015_2025', 3794, 6, 0, 0],
  ['kraken_BTCUSD_4h_from1h', 19188, 1063, 2, 26],
  ['kraken_ETHUSD_4h_from1h', 16316, 445, 0, 0],
  ['kraken_BTCUSD_1h', 70253, 8348, 124, 2508],
  ['kraken_ETHUSD_1h', 63568, 2191, 67, 1283],
  ['kraken_STORJUSD_1h', 1508, 351, 0, 0],
  ['kraken_ADAUSD_1d', 2012, 0, 0, 0],
  ['kraken_XRPUSD_1d', 2507, 3, 0, 0],
  ['kraken_SOLUSD_1d', 1019, 0, 0, 0],
  ['kraken_BONKUSD_1d', 101, 0, 0, 0],
  ['binance_BTCUSDT_4h_2019_2025', 15035, 5, 0, 0],
  ['binance_BTCUSDT_1m_2021_04', 50000, 0, 2, 434],
  ['bitfinex_BTCUSD_1m_hack_outage_2016_08', 20575, 7928, 20, 11817],
  ['bitfinex_BTCUSD_1m_2018', 520499, 4641, 13, 460],
];

describe.skipIf(!hasReference('data/SOURCES.md'))('an import of real candles', () => {
  it.each(files)(
    '%s: %i rows, %i filled, %i holes left of %i bars',
    { timeout: 60_000 },
    async (...expected) => {
      const [name, rows, filled, holes, missing] = expected;
      const store = memoryStore();
      const report = await importOf(store, name);
      expect(report).toMatchObject({ rows, added: rows, filled, kept: 0, duplicates: 0 });

      const [coverage] = await store.list();
      expect(coverage).toMatchObject({ rows: rows + filled, untraded: filled });
      expect(coverage?.holes).toHaveLength(holes);
      expect(coverage?.holes.reduce((sum, hole) => sum + hole.missing, 0)).toBe(missing);
    },
  );

  it('gives one content hash in any order of pieces, and again changes nothing', async () => {
    const lines = gunzipSync(bytesOf('kraken_BTCUSD_4h_2024_2025')).toString().trimEnd().split('\n');
    const piece = (from: number, to: number) =>
      new TextEncoder().encode([lines[0], ...lines.slice(from, to)].join('\n'));
    const hashOf = async (pieces: readonly Uint8Array[]) => {
      const store = memoryStore();
      for (const bytes of pieces) await importOf(store, 'kraken_BTCUSD_4h_2024_2025', bytes);
      const [coverage] = await store.list();
      expect(coverage?.rows).toBe(4386);
      return coverage?.contentHash;
    };
    const whole = piece(1, 4384);
    const [first, second, third] = [piece(1, 1500), piece(1400, 3000), piece(3000, 4384)];
    const hash = await hashOf([whole]);
    expect(await hashOf([first, second, third])).toBe(hash);
    expect(await hashOf([third, first, second])).toBe(hash);
    expect(await hashOf([second, whole, first])).toBe(hash);
  });

  it('into files, all four of Kraken that the proofs use, is quick, and reads back the same', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'candles-'));
    try {
      const store = parquetCandleStore(fileObjectStore(folder), 'kraken');
      const startedMs = performance.now();
      for (const [name] of files.slice(0, 4)) await importOf(store, name);
      expect(performance.now() - startedMs).toBeLessThan(10_000);

      const again = parquetCandleStore(fileObjectStore(folder), 'kraken');
      const readMs = performance.now();
      const coverage = await again.list();
      expect(performance.now() - readMs).toBeLessThan(2_000);
      expect(coverage.map(({ symbol, timeframe, rows }) => [symbol, timeframe, rows])).toEqual([
        ['BTC/USD', '4h', 4386],
        ['BTC/USD', '1d', 4470],
        ['ETH/USD', '4h', 4386],
        ['ETH/USD', '1d', 3800],
      ]);
      // Every 4h day of the file is the day of the daily file: open of the first bar, close of the last.
      const hours = await again.read('BTC/USD', '4h', {
        fromMs: Date.UTC(2024, 6, 1),
        toMs: Date.UTC(2024, 6, 2),
      });
      const days = await again.read('BTC/USD', '1d', {
        fromMs: Date.UTC(2024, 6, 1),
        toMs: Date.UTC(2024, 6, 2),
      });
      expect([hours.open[0], hours.close[5], hours.openMs.length]).toEqual([days.open[0], days.close[0], 6]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('refuses a file under the wrong timeframe and leaves the store empty', async () => {
    const store = memoryStore();
    const bytes = bytesOf('kraken_BTCUSD_4h_2024_2025');
    const about = { name: 'x.csv.gz', bytes, symbol: 'BTC/USD', nowMs };
    for (const timeframe of ['1m', '1h', '1d'] as const)
      await expect(importCandles(store, parseCandleCsv, { ...about, timeframe })).rejects.toThrow(
        'the file looks like 4h',
      );
    expect(await store.list()).toEqual([]);
  });
});
