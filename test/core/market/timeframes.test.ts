import { describe, expect, it } from 'vitest';
import {
  DAY_MS,
  HOUR_MS,
  isTimeframe,
  lastCloseMs,
  timeframeMs,
  timeframes,
} from '../../../shared/core/market/timeframes.ts';

const MIDNIGHT_MS = 1_704_067_200_000; // 2024-01-01T00:00Z

describe('the timeframes', () => {
  it('are all that have a length, shortest first, each dividing the next', () => {
    expect([...timeframes]).toEqual(Object.keys(timeframeMs));
    const lengths = timeframes.map((timeframe) => timeframeMs[timeframe] / 60_000);
    expect(lengths).toEqual([1, 5, 15, 60, 240, 1440]);
    expect(lengths.slice(1).map((length, i) => length % (lengths[i] ?? 0))).toEqual([0, 0, 0, 0, 0]);
  });

  it.each([
    ['4h', true],
    ['1d', true],
    ['2h', false],
    ['4H', false],
    ['', false],
    ['toString', false],
  ])("'%s' is one: %s", (text, expected) => {
    expect(isTimeframe(text)).toBe(expected);
  });
});

describe('the last close', () => {
  it.each([
    ['1d', MIDNIGHT_MS, MIDNIGHT_MS], // a candle that closes now has closed
    ['1d', MIDNIGHT_MS + DAY_MS - 1, MIDNIGHT_MS],
    ['4h', MIDNIGHT_MS + 9 * HOUR_MS, MIDNIGHT_MS + 8 * HOUR_MS],
    ['4h', MIDNIGHT_MS - 1, MIDNIGHT_MS - 4 * HOUR_MS],
    ['15m', MIDNIGHT_MS + HOUR_MS, MIDNIGHT_MS + HOUR_MS],
  ] as const)('of %s at %d was at %d', (timeframe, atMs, closedMs) => {
    expect(lastCloseMs(timeframe, atMs)).toBe(closedMs);
  });
});
