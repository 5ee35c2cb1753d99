import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { parquetCandleStore } from '../../shared/adapters/parquet/candle-store.ts';
import { pushCandles } from '../../shared/app/push-candles.ts';
import { AppError } from '../../shared/core/errors.ts';
import { HOUR_MS } from '../../shared/core/market/timeframes.ts';
import type { CandleStore } from '../../shared/ports/candle-store.ts';
import { BARS_START_MS, barsIn, barsOf } from '../helpers/bars.ts';
import { type MemoryObjects, memoryObjectStore } from '../helpers/memory-object-store.ts';

let there: CandleStore;
let here: CandleStore;
let objects: MemoryObjects;
beforeEach(() => {
  objects = memoryObjectStore();
  there = parquetCandleStore(objects, 'kraken');
  here = parquetCandleStore(memoryObjectStore(), 'kraken');
});

const series = { symbol: 'BTC/USD', timeframe: '1h' } as const;
const put = (store: CandleStore, text: string, name = 'a.csv', source = 'csv') =>
  store.append({
    ...series,
    candles: barsOf('1h', text),
    provenance: { source, name, sha256: `hash of ${name}` },
  });
const barsThere = async () => barsIn('1h', await there.read('BTC/USD', '1h'));

describe('a push', () => {
  it('brings what is here, reads it back, and says that both are the same', async () => {
    await put(here, '0:10 1:11 2:12');
    await put(there, '1:11 40:50', 'older.csv');
    const [report, ...others] = await pushCandles(here, there);
    expect(others).toEqual([]);
    expect(report).toMatchObject({ ...series, rows: 3, added: 2, difference: null });
    expect(report).toMatchObject({ firstMs: BARS_START_MS, lastMs: BARS_START_MS + 2 * HOUR_MS });
    expect(report?.storedHash).toBe(report?.contentHash);
    expect(report?.contentHash).toBe((await here.list())[0]?.contentHash);
    expect(await barsThere()).toBe('0:10 1:11 2:12 40:50');
  });

  it('keeps where each candle came from, where spans of origins overlap too', async () => {
    await put(here, '0:10 2:12 8:18', 'a.csv');
    await put(here, '4:14 5:15', 'BTC/USD 1h', 'kraken-api');
    await pushCandles(here, there);
    const [stored] = await there.list();
    const spans = stored?.provenance.map(({ source, name, sha256, firstMs, lastMs }) => [
      source,
      name,
      sha256,
      (firstMs - BARS_START_MS) / HOUR_MS,
      (lastMs - BARS_START_MS) / HOUR_MS,
    ]);
    expect(spans).toEqual([
      ['csv', 'a.csv', 'hash of a.csv', 0, 3],
      ['kraken-api', 'BTC/USD 1h', 'hash of BTC/USD 1h', 4, 5],
      ['csv', 'a.csv', 'hash of a.csv', 6, 8],
    ]);
  });

  it('a second time writes nothing', async () => {
    await put(here, '0:10 1:11:0 2:12');
    await pushCandles(here, there);
    const puts = objects.puts.length;
    expect(await pushCandles(here, there)).toMatchObject([{ rows: 3, added: 0, difference: null }]);
    expect(objects.puts).toHaveLength(puts);
  });

  it('of one series leaves the others, and says when there is none', async () => {
    await put(here, '0:10');
    await here.append({
      symbol: 'ETH/USD',
      timeframe: '4h',
      candles: barsOf('4h', '0:3'),
      provenance: { source: 'csv', name: 'e.csv' },
    });
    const told: string[] = [];
    const onSeries = ({ symbol }: { readonly symbol: string }) => told.push(symbol);
    expect(await pushCandles(here, there, { symbol: 'ETH/USD', onSeries })).toMatchObject([
      { timeframe: '4h' },
    ]);
    expect(await pushCandles(here, there, { timeframe: '1h', onSeries })).toMatchObject([series]);
    expect(told).toEqual(['ETH/USD', 'BTC/USD']);
    const none = pushCandles(here, there, { symbol: 'ETH/USD', timeframe: '1d' });
    await expect(none).rejects.toThrow(AppError);
    await expect(none).rejects.toMatchObject({ code: 'candles-missing' });
  });
});

describe('a difference names the first candle:', () => {
  it('another price, and nothing of the series is written', async () => {
    await put(here, '0:10 1:11 2:12');
    await put(there, '1:99');
    const puts = objects.puts.length;
    const [report] = await pushCandles(here, there);
    const difference = { openMs: BARS_START_MS + HOUR_MS, column: 'open', here: 11, there: 99 };
    expect(report).toMatchObject({ added: 0, difference });
    expect(report?.storedHash).not.toBe(report?.contentHash);
    expect(objects.puts).toHaveLength(puts);
  });

  it('another volume: the rest is written, the stored one stays', async () => {
    await put(here, '0:10 1:11 2:12');
    await put(there, '1:11:7');
    const difference = { openMs: BARS_START_MS + HOUR_MS, column: 'volume', here: 1, there: 7 };
    expect(await pushCandles(here, there)).toMatchObject([{ added: 2, difference }]);
    expect(await barsThere()).toBe('0:10 1:11:7 2:12');
  });

  it('a candle that the other store lost between writing and reading', async () => {
    await put(here, '0:10 1:11');
    const forgetful: CandleStore = {
      ...there,
      append: async ({ candles }) => ({
        added: candles.openMs.length,
        kept: 0,
        volumesKept: 0,
        replaced: 0,
        filled: 0,
      }),
    };
    expect(await pushCandles(here, forgetful)).toMatchObject([
      { added: 0, difference: { openMs: BARS_START_MS, column: 'open', here: 10, there: null } },
    ]);
  });

  it('what only the other store knows is none', async () => {
    await put(here, '0:10 30:40');
    await put(there, '20:30');
    expect(await pushCandles(here, there)).toMatchObject([{ rows: 2, added: 2, difference: null }]);
  });
});

it('a push cut off at any write is completed by the next, whatever was imported in whatever order', async () => {
  const places = fc.uniqueArray(fc.nat(1500), { minLength: 1, maxLength: 40 });
  const imports = fc.array(places, { minLength: 1, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(imports, fc.nat(6), async (files, crashAt) => {
      const [own, other] = [memoryObjectStore(), memoryObjectStore()];
      const [from, to] = [parquetCandleStore(own, 'kraken'), parquetCandleStore(other, 'kraken')];
      for (const [index, file] of files.entries()) {
        // Every third bar without trades, and a price that its place decides: files agree where they overlap.
        const bars = file.sort((a, b) => a - b).map((place) => `${place}:${100 + (place % 7)}:${place % 3}`);
        await put(from, bars.join(' '), `${index}.csv`);
      }
      other.beforePut = async () => {
        if (other.puts.length === crashAt) throw new Error('cut off');
      };
      await pushCandles(from, to).catch(() => undefined);
      other.beforePut = undefined;
      expect(await pushCandles(from, to)).toMatchObject([{ difference: null }]);
      const puts = other.puts.length;
      await pushCandles(from, to);
      expect(other.puts).toHaveLength(puts);
      const [[a], [b]] = [await from.list(), await to.list()];
      expect(b?.contentHash).toBe(a?.contentHash);
    }),
    { numRuns: 60 },
  );
});
