import { describe, expect, it } from 'vitest';
import { silentSeries } from '../../shared/app/silent-series.ts';
import { HOUR_MS } from '../../shared/core/market/timeframes.ts';
import { barsOf } from '../helpers/bars.ts';

const FOUR_HOURS_MS = 4 * HOUR_MS;

/** Six 4h candles from hour 0: with three rows wanted, the third closes at hour 12. */
const candles = barsOf('4h', '0:1 1:1 2:1 3:1 4:1 5:1', 0);
const data = {
  execTimeframe: '4h' as const,
  symbols: new Map([['BTC/USD', { exec: candles, series: new Map([['4h' as const, candles]]) }]]),
};
const from = (bars: number, to = 6) =>
  silentSeries(data, { fromMs: bars * FOUR_HOURS_MS, toMs: to * FOUR_HOURS_MS, rows: 3 });

describe('a series with too few candles before a run', () => {
  it('is none when the run begins with enough of them', () => {
    expect(from(3)).toEqual([]);
  });

  it('is named with what it has and when it has enough', () => {
    expect(from(2)).toEqual([{ symbol: 'BTC/USD', timeframe: '4h', candles: 2, untilMs: 3 * FOUR_HOURS_MS }]);
  });

  it('may be silent for the whole run', () => {
    expect(from(1, 2)).toEqual([{ symbol: 'BTC/USD', timeframe: '4h', candles: 1, untilMs: null }]);
  });
});
