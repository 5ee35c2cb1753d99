import { describe, expect, it } from 'vitest';
import { parquetCandleStore } from '../../shared/adapters/parquet/candle-store.ts';
import { lookbackCoverage, usedTimeframes } from '../../shared/app/lookback-coverage.ts';
import { HOUR_MS } from '../../shared/core/market/timeframes.ts';
import { BARS_START_MS, barsOf } from '../helpers/bars.ts';
import { memoryObjectStore } from '../helpers/memory-object-store.ts';

const at = (hour: number) => BARS_START_MS + hour * HOUR_MS;

/** The coverage of 10 rows at an hour, of 1h bars at the given places. */
async function coverage(places: readonly number[], hour: number) {
  const store = parquetCandleStore(memoryObjectStore(), 'kraken');
  const candles = barsOf('1h', places.map((place) => `${place}:10`).join(' '));
  const provenance = { source: 'csv', name: 'test' };
  if (places.length > 0) await store.append({ symbol: 'BTC/USD', timeframe: '1h', candles, provenance });
  return lookbackCoverage(store, { symbol: 'BTC/USD', timeframe: '1h', nowMs: at(hour) + 59_000, rows: 10 });
}

const span = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

describe('the coverage of a lookback', () => {
  it('is whole when the last rows before now are there', async () => {
    expect(await coverage(span(0, 30), 30)).toEqual({
      symbol: 'BTC/USD',
      timeframe: '1h',
      candles: 10,
      newestMs: at(29),
      holes: [],
      fault: null,
    });
  });

  it('counts only what lies in it, and names the newest candle wherever it is', async () => {
    expect(await coverage(span(0, 30), 35)).toMatchObject({
      candles: 5,
      newestMs: at(29),
      fault: '5 of 10 candles',
    });
    expect(await coverage(span(0, 30), 90)).toMatchObject({
      candles: 0,
      newestMs: at(29),
      fault: 'no candle',
    });
    expect(await coverage([], 90)).toMatchObject({ candles: 0, newestMs: null, fault: 'no candle' });
  });

  it('leaves out a candle that has not closed', async () => {
    expect(await coverage(span(0, 31), 30)).toMatchObject({ candles: 10, newestMs: at(29), fault: null });
  });

  // A hole of more than twelve bars stays one in the store; rows of 40 see it.
  it('tells the holes between its candles', async () => {
    const store = parquetCandleStore(memoryObjectStore(), 'kraken');
    const places = [...span(0, 20), ...span(35, 50)].map((place) => `${place}:10`).join(' ');
    const provenance = { source: 'csv', name: 'test' };
    await store.append({
      symbol: 'BTC/USD',
      timeframe: '1h',
      candles: barsOf('1h', places),
      provenance,
    });
    const wanted = { symbol: 'BTC/USD', timeframe: '1h', nowMs: at(50), rows: 40 } as const;
    expect(await lookbackCoverage(store, wanted)).toMatchObject({
      candles: 25,
      holes: [{ fromMs: at(20), missing: 15 }],
      fault: '25 of 40 candles',
    });
  });
});

it('the timeframes that are looked at are those of the instances and 4h, shortest first', () => {
  expect(usedTimeframes([{ timeframe: '1d' }, { timeframe: '15m' }, { timeframe: '1d' }])).toEqual([
    '15m',
    '4h',
    '1d',
  ]);
  expect(usedTimeframes([])).toEqual(['4h']);
});
