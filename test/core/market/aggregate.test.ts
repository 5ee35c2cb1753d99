import { describe, expect, it } from 'vitest';
import { aggregateCandles } from '../../../shared/core/market/aggregate.ts';
import { candleAt, candlesOf } from '../../../shared/core/market/candles.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../shared/core/market/timeframes.ts';

const quarter = (index: number, [open, high, low, close, volume]: readonly number[]) => ({
  openMs: index * 15 * MINUTE_MS,
  open: open ?? 1,
  high: high ?? 1,
  low: low ?? 1,
  close: close ?? 1,
  volume: volume ?? 1,
});
const flat = (index: number) => quarter(index, []);
const opensOf = (indexes: readonly number[]) =>
  Array.from(aggregateCandles(candlesOf(indexes.map(flat)), { from: '15m', to: '1h' }).openMs);

describe('aggregateCandles', () => {
  it('joins four quarters into an hour as worked by hand', () => {
    const rows = [
      quarter(4, [100, 104, 99, 103, 1]),
      quarter(5, [103, 110, 102, 105, 2]),
      quarter(6, [105, 106, 95, 96, 0.5]),
      quarter(7, [97, 101, 96, 100, 4]),
    ];
    const hours = aggregateCandles(candlesOf(rows), { from: '15m', to: '1h' });
    expect(hours.openMs).toHaveLength(1);
    expect(candleAt(hours, 0)).toEqual({
      openMs: HOUR_MS,
      open: 100,
      high: 110,
      low: 95,
      close: 100,
      volume: 7.5,
    });
  });

  it('leaves out the half-told hours at both ends', () => {
    // Hours are 0–3, 4–7, 8–11, 12–15.
    expect(opensOf([2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13])).toEqual([HOUR_MS, 2 * HOUR_MS]);
    expect(opensOf([1, 2, 3])).toEqual([]);
    expect(opensOf([])).toEqual([]);
  });

  it('leaves out an hour with a hole, wherever in the hour it is', () => {
    const hours = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11];
    for (const hole of [4, 5, 6, 7])
      expect(opensOf(hours.filter((i) => i !== hole))).toEqual([0, 2 * HOUR_MS]);
  });

  it('cuts days at midnight UTC', () => {
    const rows = Array.from({ length: 60 }, (_, i) => ({ ...flat(0), openMs: DAY_MS + (i - 10) * HOUR_MS }));
    const days = aggregateCandles(candlesOf(rows), { from: '1h', to: '1d' });
    expect(Array.from(days.openMs)).toEqual([DAY_MS, 2 * DAY_MS]);
  });

  it('gives the same days through hours as at once', () => {
    const rows = Array.from({ length: 200 }, (_, i) =>
      quarter(i, [i + 1, i + 3 + (i % 7), 1 / (i + 1), i + 2, i % 5]),
    );
    const quarters = candlesOf(rows);
    const hours = aggregateCandles(quarters, { from: '15m', to: '1h' });
    const throughHours = aggregateCandles(hours, { from: '1h', to: '1d' });
    expect(throughHours.openMs).toHaveLength(2);
    expect(throughHours).toEqual(aggregateCandles(quarters, { from: '15m', to: '1d' }));
  });

  it('gives candles of the same timeframe as they are', () => {
    const quarters = candlesOf([flat(3), flat(5)]);
    expect(aggregateCandles(quarters, { from: '15m', to: '15m' })).toEqual(quarters);
  });

  it('is a bug to go from coarse to fine, or from rows off their grid', () => {
    expect(() => aggregateCandles(candlesOf([]), { from: '4h', to: '1h' })).toThrow(
      'Bug: candles of 1h from candles of 4h',
    );
    const off = candlesOf([{ ...flat(0), openMs: MINUTE_MS }]);
    expect(() => aggregateCandles(off, { from: '15m', to: '1h' })).toThrow('opens at 60000');
  });
});
