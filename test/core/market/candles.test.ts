import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Candle,
  candleAt,
  candleColumns,
  candlesOf,
  emptyCandles,
  rowsBefore,
  sliceCandles,
} from '../../../shared/core/market/candles.ts';

const rowOf = (openMs: number): Candle => ({ openMs, open: 1, high: 4, low: 0.5, close: 2, volume: 9 });
const openings = (...times: number[]) => candlesOf(times.map(rowOf));

describe('candles', () => {
  it('have the columns of a row, and no other', () => {
    expect([...candleColumns]).toEqual(Object.keys(rowOf(0)));
    expect(Object.keys(emptyCandles(0))).toEqual([...candleColumns]);
  });

  it('give back the rows that they were made of', () => {
    const rows = [rowOf(10), { openMs: 20, open: 2, high: 8, low: 1, close: 4, volume: 0 }];
    expect(rows.map((_, i) => candleAt(candlesOf(rows), i))).toEqual(rows);
  });

  it('begin as zeros', () => {
    expect(candleAt(emptyCandles(3), 2)).toEqual({
      openMs: 0,
      open: 0,
      high: 0,
      low: 0,
      close: 0,
      volume: 0,
    });
  });

  it.each([-1, 2])('have no row %d of two', (i) => {
    expect(() => candleAt(openings(10, 20), i)).toThrow(`Bug: candle ${i} of 2`);
  });

  it('are sliced without a copy', () => {
    const all = openings(10, 20, 30, 40);
    const middle = sliceCandles(all, 1, 3);
    expect([...middle.openMs]).toEqual([20, 30]);
    for (const column of candleColumns) expect(middle[column].buffer).toBe(all[column].buffer);
  });
});

describe('the rows before a time', () => {
  it.each([
    [9, 0],
    [10, 0],
    [11, 1],
    [30, 2],
    [31, 3],
    [99, 3],
  ])('%d are %d of those that open at 10, 20 and 30', (beforeMs, rows) => {
    expect(rowsBefore(openings(10, 20, 30), beforeMs)).toBe(rows);
  });

  it('are none of nothing', () => {
    expect(rowsBefore(emptyCandles(0), 5)).toBe(0);
  });

  it('are those that a search from the first finds', () => {
    const times = fc.uniqueArray(fc.nat(50)).map((some) => some.sort((a, b) => a - b));
    fc.assert(
      fc.property(times, fc.nat(55), (all, beforeMs) => {
        expect(rowsBefore(openings(...all), beforeMs)).toBe(all.filter((one) => one < beforeMs).length);
      }),
    );
  });
});
