import { beforeEach, describe, expect, it } from 'vitest';
import { parquetCandleStore } from '../../../shared/adapters/parquet/candle-store.ts';
import { AppError } from '../../../shared/core/errors.ts';
import { type Candles, sliceCandles } from '../../../shared/core/market/candles.ts';
import { contentHash } from '../../../shared/core/market/content-hash.ts';
import { DAY_MS, HOUR_MS } from '../../../shared/core/market/timeframes.ts';
import type { CandleStore } from '../../../shared/ports/candle-store.ts';
import { BARS_START_MS, barsIn, barsOf } from '../../helpers/bars.ts';
import { walk } from '../../helpers/candles.ts';
import { type MemoryObjects, memoryObjectStore } from '../../helpers/memory-object-store.ts';

const provenance = { source: 'csv', name: 'a.csv', sha256: 'aa' };
const NEW_YEAR_2025 = 366; // the first day of 2025: 2024 has 366

let objects: MemoryObjects;
let store: CandleStore;
beforeEach(() => {
  objects = memoryObjectStore();
  store = parquetCandleStore(objects, 'kraken');
});

const append = (candles: Candles, timeframe: '1d' | '4h' = '1d') =>
  store.append({ symbol: 'BTC/USD', timeframe, candles, provenance });

const appendDays = (bars: string) => append(barsOf('1d', bars));

async function refusal(promise: Promise<unknown>): Promise<AppError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(AppError);
  return error as AppError;
}

const snapshot = () => [...objects.objects].map(([key, { tag }]) => [key, tag]);
const keyOfYear = (year: number) => `venue=kraken/symbol=BTC-USD/timeframe=1d/year=${year}.parquet`;

describe('append', () => {
  it('stores candles with their small holes filled and counts both', async () => {
    expect(await appendDays('0:10 3:13')).toEqual({
      added: 2,
      kept: 0,
      volumesKept: 0,
      replaced: 0,
      filled: 2,
    });
    expect(barsIn('1d', await store.read('BTC/USD', '1d'))).toEqual('0:10 1:10:0 2:10:0 3:13');
  });

  it('writes nothing the second time', async () => {
    await appendDays('0:10 3:13 400:14');
    const before = objects.puts.length;
    expect(await appendDays('0:10 3:13 400:14')).toEqual({
      added: 0,
      kept: 3,
      volumesKept: 0,
      replaced: 0,
      filled: 0,
    });
    expect(objects.puts).toHaveLength(before);
  });

  it('writes only the files that change', async () => {
    await appendDays('0:10 386:12');
    objects.puts.length = 0;
    await appendDays('0:10 387:13');
    expect(objects.puts).toEqual([keyOfYear(2025)]);
  });

  it('fills a hole across new year, on both sides of the seam, whichever year comes first', async () => {
    const old = '363:10';
    const young = '368:12';
    const hashes = [];
    for (const order of [
      [old, young],
      [young, old],
    ]) {
      objects = memoryObjectStore();
      store = parquetCandleStore(objects, 'kraken');
      for (const bars of order) await appendDays(bars);
      expect(barsIn('1d', await store.read('BTC/USD', '1d'))).toBe(
        '363:10 364:10:0 365:10:0 366:10:0 367:10:0 368:12',
      );
      hashes.push((await store.list())[0]?.contentHash);
    }
    expect(hashes[0]).toBe(hashes[1]);
  });

  it('lets bars filled in the next year follow trades that arrive for the old one', async () => {
    await appendDays('364:10 367:12');
    expect(await appendDays('365:11')).toMatchObject({ replaced: 1, added: 0, filled: 0 });
    expect(barsIn('1d', await store.read('BTC/USD', '1d'))).toBe('364:10 365:11 366:11:0 367:12');
  });

  it('refuses other prices of a stored candle, names both, and writes nothing in any file', async () => {
    await appendDays('371:50');
    const before = snapshot();
    const error = await refusal(appendDays('0:10 1:11 371:51'));
    expect(error.code).toBe('candles-conflict');
    expect(error.message).toBe(
      "BTC/USD 1d of 2025-01-06 00:00 UTC is stored with open '50', 'a.csv' (csv) says '51'.",
    );
    expect(snapshot()).toEqual(before);
  });

  it('has nothing to do for no candles', async () => {
    expect(await appendDays('')).toEqual({ added: 0, kept: 0, volumesKept: 0, replaced: 0, filled: 0 });
    expect(objects.puts).toEqual([]);
  });

  it('takes a fault in its candles for a bug of the caller', async () => {
    await expect(append(barsOf('1d', '1:10 0:10'))).rejects.toThrow(/^Bug: append of a candle with openMs/);
  });

  it('tells how many files are done', async () => {
    const told: string[] = [];
    const onProgress = (done: number, total: number) => told.push(`${done}/${total}`);
    const candles = barsOf('1d', '0:10 400:11');
    await store.append({ symbol: 'BTC/USD', timeframe: '1d', candles, provenance, onProgress });
    expect(told).toEqual(['1/2', '2/2']);
  });
});

describe('a lost race', () => {
  it('merges with what the other writer wrote', async () => {
    const other = parquetCandleStore(objects, 'kraken');
    let races = 0;
    objects.beforePut = async () => {
      objects.beforePut = undefined;
      races++;
      const candles = barsOf('1d', '1:11');
      await other.append({ symbol: 'BTC/USD', timeframe: '1d', candles, provenance });
    };
    expect(await appendDays('0:10 2:12')).toMatchObject({ added: 2, filled: 0 });
    expect(races).toBe(1);
    expect(barsIn('1d', await store.read('BTC/USD', '1d'))).toEqual('0:10 1:11 2:12');
  });

  it('of five writers at once loses nothing', async () => {
    await Promise.all(['0:10', '1:11', '2:12', '3:13', '4:14'].map(appendDays));
    expect(barsIn('1d', await store.read('BTC/USD', '1d'))).toBe('0:10 1:11 2:12 3:13 4:14');
  });

  it('ten times in a row, with a pause after each but the last, ends with a word', async () => {
    const pauses: number[] = [];
    store = parquetCandleStore(objects, 'kraken', async (tries) => {
      pauses.push(tries);
    });
    await appendDays('0:10');
    let writes = 0;
    objects.beforePut = async (key) => {
      const bytes = objects.objects.get(key)?.bytes ?? new Uint8Array();
      objects.objects.set(key, { bytes, tag: `race ${++writes}` });
    };
    const error = await refusal(appendDays('0:10 1:11'));
    expect([error.code, writes]).toEqual(['state-contended', 10]);
    expect(pauses).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  });
});

describe('read', () => {
  it('gives the candles from the first instant to before the last', async () => {
    await appendDays('364:10 365:11 366:12 367:13');
    const fromMs = BARS_START_MS + 365 * DAY_MS;
    const places = async (span: { fromMs?: number; toMs?: number }) =>
      barsIn('1d', await store.read('BTC/USD', '1d', span));
    expect(await places({ fromMs, toMs: fromMs + 2 * DAY_MS })).toBe('365:11 366:12');
    expect(await places({ fromMs: fromMs + 1 })).toBe('366:12 367:13');
    expect(await places({ toMs: fromMs })).toBe('364:10');
    expect(await places({ fromMs, toMs: fromMs })).toBe('');
  });

  it('opens only the files of the span', async () => {
    await appendDays('0:10 396:12');
    objects.objects.set(keyOfYear(2024), { bytes: new Uint8Array(5), tag: 'x' });
    const span = { fromMs: BARS_START_MS + NEW_YEAR_2025 * DAY_MS };
    expect((await store.read('BTC/USD', '1d', span)).openMs).toHaveLength(1);
  });

  it('is empty for what is not stored, and apart for another venue', async () => {
    await appendDays('0:10');
    expect((await store.read('ETH/USD', '1d')).openMs).toHaveLength(0);
    expect((await store.read('BTC/USD', '4h')).openMs).toHaveLength(0);
    expect((await parquetCandleStore(objects, 'synthetic').read('BTC/USD', '1d')).openMs).toHaveLength(0);
    expect(await parquetCandleStore(objects, 'synthetic').list()).toEqual([]);
  });
});

describe('a damaged file', () => {
  it('is named by read, append and list, and stays as it is', async () => {
    await appendDays('0:10 396:12');
    const whole = objects.objects.get(keyOfYear(2024))?.bytes ?? new Uint8Array();
    objects.objects.set(keyOfYear(2024), { bytes: whole.subarray(0, 200), tag: 'x' });
    const before = snapshot();
    for (const use of [() => store.read('BTC/USD', '1d'), () => appendDays('1:11'), () => store.list()]) {
      const error = await refusal(use());
      expect(error.code).toBe('candles-invalid');
      expect(error.message).toContain(keyOfYear(2024));
    }
    expect(snapshot()).toEqual(before);
  });
});

describe('list', () => {
  it('says what is there of each series: rows, untraded rows, holes left, content', async () => {
    await append(barsOf('4h', '0:10'), '4h');
    await appendDays('0:10 2:12 16:13');
    await store.append({ symbol: 'ADA/USD', timeframe: '1d', candles: barsOf('1d', '0:1.5'), provenance });
    const [ada, fourHours, days] = await store.list();
    expect([ada?.symbol, fourHours?.timeframe, days?.timeframe]).toEqual(['ADA/USD', '4h', '1d']);
    expect(days).toEqual({
      symbol: 'BTC/USD',
      timeframe: '1d',
      firstMs: BARS_START_MS,
      lastMs: BARS_START_MS + 16 * DAY_MS,
      rows: 4,
      untraded: 1,
      holes: [{ fromMs: BARS_START_MS + 3 * DAY_MS, missing: 13 }],
      contentHash: contentHash(await store.read('BTC/USD', '1d')),
      provenance: [{ ...provenance, rows: 3, firstMs: BARS_START_MS, lastMs: BARS_START_MS + 16 * DAY_MS }],
    });
  });

  it('has the order of the names, which are told without reading any candle', async () => {
    await append(barsOf('4h', '0:10'), '4h');
    await appendDays('0:10 396:12');
    await store.append({ symbol: 'ADA/USD', timeframe: '1d', candles: barsOf('1d', '0:1.5'), provenance });
    objects.objects.set(keyOfYear(2024), { bytes: new Uint8Array(3), tag: 'x' });
    expect(await store.series()).toEqual([
      { symbol: 'ADA/USD', timeframe: '1d' },
      { symbol: 'BTC/USD', timeframe: '4h' },
      { symbol: 'BTC/USD', timeframe: '1d' },
    ]);
    expect(await parquetCandleStore(objects, 'synthetic').series()).toEqual([]);
  });

  it('keeps one entry of provenance for what one source appends in a row', async () => {
    const api = { source: 'kraken-api', name: 'BTC/USD 4h' };
    const four = (place: number, from: typeof api) =>
      store.append({
        symbol: 'BTC/USD',
        timeframe: '4h',
        candles: barsOf('4h', `${place}:10`),
        provenance: from,
      });
    for (const place of [0, 1, 2]) await four(place, api);
    await four(3, { source: 'csv', name: 'b.csv' });
    await four(4, api);
    expect((await store.list())[0]?.provenance).toEqual([
      { ...api, rows: 3, firstMs: BARS_START_MS, lastMs: BARS_START_MS + 8 * HOUR_MS },
      {
        source: 'csv',
        name: 'b.csv',
        rows: 1,
        firstMs: BARS_START_MS + 12 * HOUR_MS,
        lastMs: BARS_START_MS + 12 * HOUR_MS,
      },
      { ...api, rows: 1, firstMs: BARS_START_MS + 16 * HOUR_MS, lastMs: BARS_START_MS + 16 * HOUR_MS },
    ]);
  });

  it('has one content hash however the candles came', async () => {
    const candles = walk(3, 5000);
    await append(candles, '4h');
    const whole = (await store.list())[0]?.contentHash;
    objects.objects.clear();
    for (const [from, to] of [
      [3000, 5000],
      [0, 1700],
      [1500, 3100],
    ] as const)
      await append(sliceCandles(candles, from, to), '4h');
    expect((await store.list())[0]?.contentHash).toBe(whole);
    expect(whole).toBe(contentHash(candles));
  });
});

it('two years of 4h and twelve of 1d of two symbols are read in well under a second', async () => {
  for (const symbol of ['BTC/USD', 'ETH/USD']) {
    await store.append({ symbol, timeframe: '4h', candles: walk(1, 4386), provenance });
    const days = walk(2, 4383);
    const openMs = days.openMs.map((_, i) => BARS_START_MS - (4383 - i) * DAY_MS);
    await store.append({ symbol, timeframe: '1d', candles: { ...days, openMs }, provenance });
  }
  const startedMs = performance.now();
  for (const symbol of ['BTC/USD', 'ETH/USD']) {
    expect((await store.read(symbol, '4h')).openMs).toHaveLength(4386);
    expect((await store.read(symbol, '1d')).openMs).toHaveLength(4383);
  }
  expect(performance.now() - startedMs).toBeLessThan(1000);
});
