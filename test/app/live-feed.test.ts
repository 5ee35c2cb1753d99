import { beforeEach, describe, expect, it } from 'vitest';
import { parquetCandleStore } from '../../shared/adapters/parquet/candle-store.ts';
import type { CandleDifference } from '../../shared/app/fetch-candles.ts';
import { type LiveFeed, liveFeed } from '../../shared/app/live-feed.ts';
import { emptyCandles, rowsBefore, sliceCandles } from '../../shared/core/market/candles.ts';
import { HOUR_MS, MINUTE_MS, type Timeframe, timeframeMs } from '../../shared/core/market/timeframes.ts';
import type { CandleRequest, CandleSource } from '../../shared/ports/candle-source.ts';
import { BARS_START_MS, barsIn, barsOf } from '../helpers/bars.ts';
import { memoryObjectStore } from '../helpers/memory-object-store.ts';

const symbol = 'BTC/USD';
let nowMs = 0;
let has: Partial<Record<Timeframe, string>> = {};
let calls: CandleRequest[] = [];
let feed: LiveFeed;
let differences: CandleDifference[] = [];

const source: CandleSource = {
  name: 'fake',
  async closedCandles(request) {
    calls.push(request);
    const { timeframe, fromMs } = request;
    const candles = has[timeframe] === undefined ? emptyCandles(0) : barsOf(timeframe, has[timeframe]);
    const end = rowsBefore(candles, request.nowMs - timeframeMs[timeframe] + 1);
    return sliceCandles(candles, Math.min(end, rowsBefore(candles, fromMs)), end);
  },
};

beforeEach(() => {
  calls = [];
  differences = [];
  const store = parquetCandleStore(memoryObjectStore(), 'kraken');
  feed = liveFeed({
    source,
    store,
    execTimeframe: '1m',
    nowMs: () => nowMs,
    onDifference: (difference) => differences.push(difference),
  });
});

const hour = (n: number) => BARS_START_MS + n * HOUR_MS;
const minute = (n: number) => BARS_START_MS + n * MINUTE_MS;
const windowAt = (n: number, rows: number) => feed.window({ symbol, timeframe: '1h', atMs: hour(n), rows });

describe('a window of a live feed', () => {
  it('is what closed by its instant, as many rows as there are', async () => {
    has = { '1h': '0:10 1:11 2:12 3:13' };
    nowMs = hour(4);
    expect(barsIn('1h', await windowAt(3, 2))).toBe('1:11 2:12');
    expect(barsIn('1h', await windowAt(4, 9))).toBe('0:10 1:11 2:12 3:13');
  });

  it('asks the source again for a candle that has closed since, from the newest known one on', async () => {
    has = { '1h': '0:10 1:11 2:12' };
    nowMs = hour(2);
    await windowAt(2, 2);
    nowMs = hour(3);
    expect(barsIn('1h', await windowAt(3, 3))).toBe('0:10 1:11 2:12');
    expect(calls.map(({ fromMs }) => fromMs)).toEqual([hour(0), hour(1)]);
  });

  it('keeps a stored candle that the source has corrected, says so once, and goes on', async () => {
    has = { '1h': '0:10 1:11' };
    nowMs = hour(2);
    await windowAt(2, 2);
    has = { '1h': '0:10 1:15 2:12' };
    nowMs = hour(3);
    expect(barsIn('1h', await windowAt(3, 3))).toBe('0:10 1:11 2:12');
    // The whole of it is asked for again: a window that begins before the stored ones.
    expect(barsIn('1h', await windowAt(3, 9))).toBe('0:10 1:11 2:12');
    expect(calls).toHaveLength(3);
    expect(differences).toMatchObject([{ symbol, timeframe: '1h', openMs: hour(1), stored: 11, given: 15 }]);
  });

  it('asks once for older candles than the source has', async () => {
    has = { '1h': '5:10 6:11 7:12' };
    nowMs = hour(8);
    for (let i = 0; i < 3; i++) await windowAt(8, 8);
    await windowAt(8, 7);
    expect(calls).toHaveLength(1);
  });

  it('is not ready while its newest candle is missing, for ten minutes', async () => {
    has = { '1h': '0:10 1:11' };
    nowMs = hour(3) + 10 * MINUTE_MS - 1;
    await expect(windowAt(3, 3)).rejects.toMatchObject({
      code: 'not-ready',
      message: 'The 1h candle of BTC/USD that closed at 2024-01-01 03:00 UTC has not appeared yet.',
    });
    nowMs++;
    expect(barsIn('1h', await windowAt(3, 3))).toBe('0:10 1:11');
  });
});

describe('an exec candle of a live feed', () => {
  it('is found again after newer ones, and is undefined in a hole', async () => {
    // A hole of 19 minutes is too long to be filled.
    has = { '1m': '0:10 20:11 740:12 741:13' };
    nowMs = minute(742);
    expect(await feed.execCandle(symbol, minute(741))).toMatchObject({ close: 13 });
    expect(await feed.execCandle(symbol, minute(0))).toMatchObject({ close: 10 });
    expect(await feed.execCandle(symbol, minute(5))).toBeUndefined();
  });

  it('is not ready for ten minutes after its close, then it is a hole', async () => {
    has = { '1m': '0:10' };
    nowMs = minute(12) - 1;
    await expect(feed.execCandle(symbol, minute(1))).rejects.toMatchObject({ code: 'not-ready' });
    nowMs++;
    expect(await feed.execCandle(symbol, minute(1))).toBeUndefined();
  });
});

describe('what holdings are marked at', () => {
  it('is the close of the newest exec candle', async () => {
    has = { '1m': '238:10 239:11 240:12' };
    nowMs = minute(241);
    expect(await feed.lastClose(symbol, minute(240))).toBe(11);
  });

  it('is the close of a 4h candle where the source has exec candles no more', async () => {
    has = { '1m': '500:12 501:13', '4h': '0:10 1:11' };
    nowMs = minute(502);
    expect(await feed.lastClose(symbol, hour(8))).toBe(11);
    expect(await feed.lastClose(symbol, hour(4))).toBe(10);
  });
});
