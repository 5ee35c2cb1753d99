import { assert } from '../assert.ts';
import { DAY_MS, type EpochMs } from './timeframes.ts';

// The one file of the core that reads dates: everything in it is UTC and nothing in it asks for the present.

/** `2025-01-31T20:00:00.000Z`, for records. */
export function isoInstant(ms: EpochMs): string {
  assert(Number.isInteger(ms), `instant ${ms}`);
  return new Date(ms).toISOString();
}

/** `2025-01-31 20:00`, in UTC, for screens. Seconds are dropped. */
export function isoMinute(ms: EpochMs): string {
  return isoInstant(ms).slice(0, 16).replace('T', ' ');
}

/** `2024-07-01`: the day in UTC. */
export function utcDateKey(ms: EpochMs): string {
  return isoInstant(ms).slice(0, 10);
}

/** `2024-07`: the month in UTC. */
export function utcMonthKey(ms: EpochMs): string {
  return isoInstant(ms).slice(0, 7);
}

/** The year in UTC. */
export function utcYear(ms: EpochMs): number {
  assert(Number.isInteger(ms), `instant ${ms}`);
  return new Date(ms).getUTCFullYear();
}

/** Where the month after that of this instant begins. */
export function nextUtcMonthMs(ms: EpochMs): EpochMs {
  assert(Number.isInteger(ms), `instant ${ms}`);
  const date = new Date(ms);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1);
}

/** Where the UTC day of this instant begins. */
export function utcDayMs(ms: EpochMs): EpochMs {
  return Math.floor(ms / DAY_MS) * DAY_MS;
}

/** Where the UTC week of this instant begins: Monday, 00:00. The first Monday of the count is 1970-01-05. */
export function utcWeekMs(ms: EpochMs): EpochMs {
  return Math.floor((ms - 4 * DAY_MS) / (7 * DAY_MS)) * (7 * DAY_MS) + 4 * DAY_MS;
}

/**
 * 1 on the first candle of each day or week and on the first of the column, which may begin in the middle of one.
 * @param openMs when each candle opens, ascending
 * @param beginMs where the day or week of an instant begins: `utcDayMs` or `utcWeekMs`
 */
export function sessionStarts(openMs: Float64Array, beginMs: (ms: EpochMs) => EpochMs): Uint8Array {
  const starts = new Uint8Array(openMs.length);
  let session = Number.NaN;
  for (let i = 0; i < openMs.length; i++) {
    const begin = beginMs(openMs[i]!);
    if (begin !== session) starts[i] = 1;
    session = begin;
  }
  return starts;
}

const SPELLING = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(?::(\d\d)(?:\.(\d{3}))?)?Z?)?$/;

// Fewer digits are more likely seconds, or a date without hyphens, than a time before 2001.
const EPOCH_MS = /^\d{13}$/;

/**
 * Reads an instant as a person types it: `2024-07-01`, `2024-07-01 04:00`, `2024-07-01T04:00Z` (seconds and
 * milliseconds may follow the minute), always UTC, or epoch milliseconds of 13 digits.
 * @returns undefined on anything else: another zone, a day or an hour that does not exist
 */
export function parseInstant(text: string): EpochMs | undefined {
  if (EPOCH_MS.test(text)) return Number(text);
  const match = SPELLING.exec(text);
  if (match === null) return undefined;
  const [, date, minute = '00:00', second = '00', millisecond = '000'] = match;
  const spelled = `${date}T${minute}:${second}.${millisecond}Z`;
  const ms = Date.parse(spelled);
  // Date.parse takes 2024-02-30 for the first of March, and 24:00 for the next day.
  return Number.isNaN(ms) || isoInstant(ms) !== spelled ? undefined : ms;
}
