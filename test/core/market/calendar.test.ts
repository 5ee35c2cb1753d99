import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  isoInstant,
  isoMinute,
  parseInstant,
  sessionStarts,
  utcDateKey,
  utcDayMs,
  utcMonthKey,
  utcWeekMs,
  utcYear,
} from '../../../shared/core/market/calendar.ts';
import { DAY_MS, HOUR_MS } from '../../../shared/core/market/timeframes.ts';

// 19,905 days after 1970-01-01: 54 years of 365 days, 13 leap days (1972 to 2020), 181 days + 1 of 2024.
const JULY_2024_MS = (54 * 365 + 13 + 182) * DAY_MS;

describe('calendar', () => {
  it('spells an instant in UTC', () => {
    const ms = JULY_2024_MS + 20 * HOUR_MS + 61_007;
    expect(isoInstant(ms)).toBe('2024-07-01T20:01:01.007Z');
    expect(isoMinute(ms)).toBe('2024-07-01 20:01');
    expect(utcDateKey(ms)).toBe('2024-07-01');
    expect(utcMonthKey(ms)).toBe('2024-07');
    expect(utcYear(ms)).toBe(2024);
    expect(utcDayMs(ms)).toBe(JULY_2024_MS);
  });

  it('keeps the last millisecond of a year in that year, and midnight in the day that it begins', () => {
    const newYear = JULY_2024_MS + 184 * DAY_MS;
    expect(utcDateKey(newYear)).toBe('2025-01-01');
    expect(utcDayMs(newYear)).toBe(newYear);
    expect(utcDateKey(newYear - 1)).toBe('2024-12-31');
    expect(utcYear(newYear - 1)).toBe(2024);
    expect(utcDayMs(newYear - 1)).toBe(newYear - DAY_MS);
  });

  // 2024-07-01 was a Monday.
  it('begins a week on Monday at midnight', () => {
    expect(utcWeekMs(JULY_2024_MS)).toBe(JULY_2024_MS);
    expect(utcWeekMs(JULY_2024_MS + 7 * DAY_MS - 1)).toBe(JULY_2024_MS);
    expect(utcWeekMs(JULY_2024_MS - 1)).toBe(JULY_2024_MS - 7 * DAY_MS);
    expect(utcWeekMs(0)).toBe(-3 * DAY_MS);
  });

  it('marks the first candle of each day, of each week, and of the column', () => {
    const hours = [-50, -49, -24, -23, 0, 1, 100, 168];
    const openMs = Float64Array.from(hours, (hour) => JULY_2024_MS + hour * HOUR_MS);
    expect([...sessionStarts(openMs, utcDayMs)]).toEqual([1, 0, 1, 0, 1, 0, 1, 1]);
    expect([...sessionStarts(openMs, utcWeekMs)]).toEqual([1, 0, 0, 0, 1, 0, 0, 1]);
    expect([...sessionStarts(new Float64Array(), utcDayMs)]).toEqual([]);
  });

  it.each([
    ['2024-07-01', JULY_2024_MS],
    ['2024-07-01T00:00Z', JULY_2024_MS],
    ['2024-07-01T04:00Z', JULY_2024_MS + 4 * HOUR_MS],
    ['2024-07-01 04:00', JULY_2024_MS + 4 * HOUR_MS],
    ['2024-07-01T04:00', JULY_2024_MS + 4 * HOUR_MS],
    ['2024-07-01T04:00:05Z', JULY_2024_MS + 4 * HOUR_MS + 5_000],
    ['2024-07-01T04:00:05.250Z', JULY_2024_MS + 4 * HOUR_MS + 5_250],
    ['1719792000000', 1_719_792_000_000],
    ['2024-02-29', JULY_2024_MS - 123 * DAY_MS], // March, April, May, June have 122 days
    ['1970-01-01', 0],
    ['2000-02-29 23:59', 951_868_740_000],
  ])('reads %s', (text, ms) => {
    expect(parseInstant(text)).toBe(ms);
  });

  it.each([
    '2024-02-30',
    '2023-02-29',
    '2100-02-29',
    '2024-13-01',
    '2024-00-10',
    '2024-01-00',
    '2024-07-01 24:00',
    '2024-07-01 12:60',
    '2024-07-01 12:00:60',
    '2024-07-01T04:00+02:00',
    '2024-07-01T4:00Z',
    '2024-07-01Z',
    '2024-7-1',
    '2024-07',
    '2024',
    '20240701',
    '1719792000',
    '-1719792000000',
    ' 2024-07-01',
    '2024-07-01\n',
    'yesterday',
    '',
  ])('refuses %j', (text) => {
    expect(parseInstant(text)).toBeUndefined();
  });

  it('reads back every instant that it spells', () => {
    const instants = fc.integer({ min: 0, max: 4_102_444_800_000 }); // to 2100-01-01
    fc.assert(
      fc.property(instants, (ms) => {
        expect(parseInstant(isoInstant(ms))).toBe(ms);
        expect(parseInstant(isoMinute(ms))).toBe(Math.floor(ms / 60_000) * 60_000);
        expect(parseInstant(utcDateKey(ms))).toBe(utcDayMs(ms));
      }),
    );
  });

  it('is a bug to spell what is no instant', () => {
    expect(() => isoInstant(Number.NaN)).toThrow('Bug: instant NaN');
    expect(() => utcYear(0.5)).toThrow('Bug: instant 0.5');
  });
});
