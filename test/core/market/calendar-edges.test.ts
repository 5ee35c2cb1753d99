import { describe, expect, it } from 'vitest';
import { aggregateCandles } from '../../../shared/core/market/aggregate.ts';
import {
  isoInstant,
  isoMinute,
  parseInstant,
  utcDateKey,
  utcDayMs,
  utcMonthKey,
  utcYear,
} from '../../../shared/core/market/calendar.ts';
import { candleAt, candlesOf } from '../../../shared/core/market/candles.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../shared/core/market/timeframes.ts';

const monthLengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const isLeap = (year: number) => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
const two = (number: number) => String(number).padStart(2, '0');

/** Every day from 1970 to 2103, counted by hand: without dates of the language. */
function countedDays(): readonly { readonly date: string; readonly month: string; readonly year: number }[] {
  const days = [];
  for (let year = 1970; year <= 2103; year++)
    for (const [index, usual] of monthLengths.entries()) {
      const length = usual + (index === 1 && isLeap(year) ? 1 : 0);
      const month = `${year}-${two(index + 1)}`;
      for (let day = 1; day <= length; day++) days.push({ date: `${month}-${two(day)}`, month, year });
    }
  return days;
}

describe('the calendar', () => {
  it('names every day, month and year from 1970 to 2103 as a count of days does, to the last millisecond', () => {
    const days = countedDays();
    // 134 years; every fourth from 1972 to 2096 has a leap day, 2100 has none.
    expect(days).toHaveLength(134 * 365 + 32);
    const wrong = days.filter(({ date, month, year }, index) =>
      [index * DAY_MS, index * DAY_MS + DAY_MS - 1].some(
        (ms) =>
          utcDateKey(ms) !== date ||
          utcMonthKey(ms) !== month ||
          utcYear(ms) !== year ||
          utcDayMs(ms) !== index * DAY_MS ||
          parseInstant(isoInstant(ms)) !== ms,
      ),
    );
    expect(wrong).toEqual([]);
    expect(days.filter(({ date }, index) => parseInstant(date) !== index * DAY_MS)).toEqual([]);
  });

  it('has a 29th of February in leap years only', () => {
    const given = [1972, 1999, 2000, 2023, 2024, 2025, 2028, 2096, 2100].filter(
      (year) => parseInstant(`${year}-02-29`) !== undefined,
    );
    expect(given).toEqual([1972, 2000, 2024, 2028, 2096]);
  });
});

describe('candles of 15m joined over an edge of the calendar', () => {
  /** Two days of quarters; their prices count up from 100, so that every level of a day follows from its place. */
  const quartersFrom = (date: string) => {
    const startMs = parseInstant(date) ?? Number.NaN;
    const rows = Array.from({ length: 2 * 96 }, (_, i) => ({
      openMs: startMs + i * 15 * MINUTE_MS,
      open: 100 + i,
      high: 101.5 + i,
      low: 99.5 + i,
      close: 101 + i,
      volume: 2,
    }));
    return candlesOf(rows);
  };

  it.each([
    ['2024-02-28', ['2024-02-28', '2024-02-29']],
    ['2024-02-29', ['2024-02-29', '2024-03-01']],
    ['2023-02-28', ['2023-02-28', '2023-03-01']],
    ['2024-12-31', ['2024-12-31', '2025-01-01']],
  ])('from %s on are two days and twelve 4h candles, each with its own quarters', (date, expected) => {
    const quarters = quartersFrom(date);
    const days = aggregateCandles(quarters, { from: '15m', to: '1d' });
    expect([...days.openMs].map(utcDateKey)).toEqual(expected);
    for (const row of [0, 1])
      expect(candleAt(days, row)).toEqual({
        openMs: (quarters.openMs[0] ?? 0) + row * DAY_MS,
        open: 100 + 96 * row,
        high: 101.5 + 96 * row + 95,
        low: 99.5 + 96 * row,
        close: 101 + 96 * row + 95,
        volume: 192,
      });
    const hours = aggregateCandles(quarters, { from: '15m', to: '4h' });
    expect([...hours.openMs].map(isoMinute)).toEqual(
      expected.flatMap((day) => [0, 4, 8, 12, 16, 20].map((hour) => `${day} ${two(hour)}:00`)),
    );
    // The candle that closes at midnight ends with the last quarter of the day, and so does the day.
    expect([hours.close[5], hours.openMs[5]]).toEqual([days.close[0], (days.openMs[1] ?? 0) - 4 * HOUR_MS]);
    expect(aggregateCandles(hours, { from: '4h', to: '1d' })).toEqual(days);
  });
});
