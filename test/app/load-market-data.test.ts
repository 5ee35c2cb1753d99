import { beforeEach, describe, expect, it } from 'vitest';
import { parquetCandleStore } from '../../shared/adapters/parquet/candle-store.ts';
import { type DataRequest, dataHash, loadMarketData } from '../../shared/app/load-market-data.ts';
import { DAY_MS, type Timeframe } from '../../shared/core/market/timeframes.ts';
import type { CandleStore } from '../../shared/ports/candle-store.ts';
import { BARS_START_MS, barsIn, barsOf } from '../helpers/bars.ts';
import { memoryObjectStore } from '../helpers/memory-object-store.ts';

let store: CandleStore;
beforeEach(() => {
  store = parquetCandleStore(memoryObjectStore(), 'kraken');
});

/** Bars of price 10 from one place on the grid to before another, without those left out. */
async function stored(
  symbol: string,
  timeframe: Timeframe,
  from: number,
  to: number,
  without: readonly number[] = [],
) {
  const places = Array.from({ length: to - from }, (_, i) => from + i).filter(
    (place) => !without.includes(place),
  );
  const candles = barsOf(timeframe, places.map((place) => `${place}:10`).join(' '));
  await store.append({ symbol, timeframe, candles, provenance: { source: 'csv', name: 'test' } });
}

const symbols = ['BTC/USD', 'ETH/USD'];
// The second and third day; two candles of history.
const request: DataRequest = {
  symbols,
  timeframes: ['4h', '1d'],
  fromMs: BARS_START_MS + DAY_MS,
  toMs: BARS_START_MS + 3 * DAY_MS,
  lookbackRows: 2,
};

/** 4h and 1d of four days for both symbols. */
async function storedWell(): Promise<void> {
  for (const symbol of symbols) {
    await stored(symbol, '4h', 0, 24);
    await stored(symbol, '1d', 0, 4);
  }
}

describe('the candles of a run', () => {
  it('are those of the span with the lookback before it, and nothing of what comes after', async () => {
    await storedWell();
    const data = await loadMarketData(store, request);
    const { exec, series } = data.symbols.get('ETH/USD') ?? {};
    const places = [series?.get('4h'), series?.get('1d'), exec].map((one) => [
      one?.openMs[0],
      one?.openMs.at(-1),
    ]);
    const day = (n: number) => BARS_START_MS + n * DAY_MS;
    // The day before the first by two 4h candles, and as many 1d candles as there are: one of two.
    expect(places).toEqual([
      [day(1) - DAY_MS / 3, day(3) - DAY_MS / 6],
      [day(0), day(2)],
      [day(1), day(3) - DAY_MS / 6],
    ]);
    expect(dataHash(data)).toHaveLength(6);
  });

  it('may begin after the span does', async () => {
    for (const symbol of symbols) {
      await stored(symbol, '4h', 8, 18);
      await stored(symbol, '1d', 2, 4);
    }
    const data = await loadMarketData(store, request);
    const exec = data.symbols.get('BTC/USD')?.exec;
    expect(exec && barsIn('4h', exec)).toMatch(/^8:10 .* 17:10$/);
  });

  it.each([
    ['4h candles', '4h', 17, '2024-01-03 20:00'],
    ['1d candles', '1d', 2, '2024-01-03 00:00'],
  ] as const)('that end before the span does are named: %s', async (_, timeframe, to, told) => {
    for (const symbol of symbols) {
      await stored(symbol, '4h', 0, symbol === 'ETH/USD' && timeframe === '4h' ? to : 24);
      await stored(symbol, '1d', 0, symbol === 'ETH/USD' && timeframe === '1d' ? to : 4);
    }
    await expect(loadMarketData(store, request)).rejects.toMatchObject({
      code: 'candles-missing',
      message: `The ${timeframe} candles of ETH/USD reach to ${told} UTC, the span to 2024-01-04 00:00.`,
      hint: expect.stringMatching(/or give --to 2024-01-02\.$/),
    });
  });
});

describe('the exec timeframe', () => {
  const execOf = async (over: Partial<DataRequest> = {}) =>
    (await loadMarketData(store, { ...request, ...over })).execTimeframe;

  it('is the finest that every symbol has over the whole span, after holes of up to twelve bars are filled', async () => {
    await storedWell();
    expect(await execOf()).toBe('4h');
    await stored('BTC/USD', '1h', 24, 72);
    expect(await execOf()).toBe('4h');
    await stored('ETH/USD', '1h', 24, 72, [30, 31]);
    expect(await execOf()).toBe('1h');
    for (const symbol of symbols) await stored(symbol, '15m', 96, 287);
    expect(await execOf()).toBe('1h');
    const hole = Array.from({ length: 13 }, (_, i) => 400 + i);
    for (const symbol of symbols) await stored(symbol, '5m', 288, 864, symbol === 'BTC/USD' ? hole : []);
    expect(await execOf()).toBe('1h');
  });

  it('is at most the shortest on which something decides', async () => {
    await storedWell();
    for (const symbol of symbols) await stored(symbol, '1h', 0, 72);
    expect(await execOf({ timeframes: ['4h', '1h'] })).toBe('1h');
    await expect(execOf({ timeframes: ['4h', '1h'], exec: '4h' })).rejects.toMatchObject({
      code: 'usage',
      message: "--exec '4h' is longer than the 1h candles on which something decides.",
    });
  });

  it('that is asked for must cover the span', async () => {
    await storedWell();
    await expect(execOf({ exec: '1h' })).rejects.toThrow('There are no 1h candles of BTC/USD between');
    for (const symbol of symbols) await stored(symbol, '1h', 25, 72);
    await expect(execOf({ exec: '1h' })).rejects.toThrow(
      'The 1h candles of BTC/USD begin at 2024-01-02 01:00 UTC, after the span does at 2024-01-02 00:00.',
    );
    for (const symbol of symbols) await stored(symbol, '1h', 24, 25);
    expect(await execOf({ exec: '1h' })).toBe('1h');
  });
});
