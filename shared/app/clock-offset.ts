import type { EpochMs } from '../core/market/timeframes.ts';
import type { Venue } from '../ports/venue.ts';

/** How far our clock is off, above which nothing may rely on a deadline. @see spec execution.md §7 */
export const CLOCK_OFFSET_MS_MAX = 2_000;

/** How our clock differs from a venue's. */
export interface ClockOffset {
  /** Milliseconds that our clock is ahead. */
  readonly offsetMs: number;
  /** The real offset lies at most this far away from it. */
  readonly toleranceMs: number;
}

const SECOND_MS = 1_000;

/**
 * Asks a venue for its time and compares. Asked twice, for the first answer may have waited for the connection; the
 * quicker one counts.
 * @throws AppError `source-unavailable`
 */
export async function clockOffset(
  venue: Pick<Venue, 'serverTimeMs'>,
  nowMs: () => EpochMs,
): Promise<ClockOffset> {
  const [first, second] = [await comparison(venue, nowMs), await comparison(venue, nowMs)];
  return second.toleranceMs < first.toleranceMs ? second : first;
}

async function comparison(venue: Pick<Venue, 'serverTimeMs'>, nowMs: () => EpochMs): Promise<ClockOffset> {
  const askedMs = nowMs();
  const serverMs = await venue.serverTimeMs();
  const answeredMs = nowMs();
  // It told a whole second, at some instant between question and answer: the middle of both is nearest.
  const offsetMs = Math.round((askedMs + answeredMs) / 2 - (serverMs + SECOND_MS / 2));
  return { offsetMs, toleranceMs: Math.ceil((answeredMs - askedMs + SECOND_MS) / 2) };
}
