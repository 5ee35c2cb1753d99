import type { EpochMs } from '../../core/market/timeframes.ts';

/** What Kraken's page calls the level of verification of an account. */
export type Tier = 'starter' | 'intermediate' | 'pro';

/** A counter of Kraken's: calls raise it, time lowers it, and above `max` a call is refused. */
interface CallLimit {
  readonly max: number;
  readonly decayPerSecond: number;
}

/**
 * Private calls by key, and what the matching engine counts by pair.
 * @see https://docs.kraken.com/api/docs/guides/spot-rest-ratelimits
 * @see https://docs.kraken.com/api/docs/guides/spot-ratelimits
 */
export const callLimits: Readonly<Record<Tier, { readonly calls: CallLimit; readonly pair: CallLimit }>> = {
  starter: { calls: { max: 15, decayPerSecond: 0.33 }, pair: { max: 60, decayPerSecond: 1 } },
  intermediate: { calls: { max: 20, decayPerSecond: 0.5 }, pair: { max: 125, decayPerSecond: 2.34 } },
  pro: { calls: { max: 20, decayPerSecond: 1 }, pair: { max: 180, decayPerSecond: 3.75 } },
};

/** What a change of an order costs by the order's age: below so many seconds so much, on top of nothing or of one. */
const changeCosts = {
  amend: {
    fixed: 1,
    byAge: [
      [5, 3],
      [10, 2],
      [15, 1],
    ],
  },
  cancel: {
    fixed: 0,
    byAge: [
      [5, 8],
      [10, 6],
      [15, 5],
      [45, 4],
      [90, 2],
      [300, 1],
    ],
  },
} as const;

/** Calls that are booked apart may arrive together: what lapses meanwhile cannot be used. */
const ARRIVAL_SECONDS_MAX = 8;
/** Clocks of two machines differ by less; a counter further ahead was written by a clock that has been set back since. */
const AHEAD_MS_MAX = 60_000;

/** A counter as we keep it. */
export interface CallCounter {
  readonly used: number;
  readonly atMs: EpochMs;
}

/** What a call wants of a counter: `share` is the part of it that this call may fill. */
interface Wanted {
  readonly cost: number;
  readonly share: number;
  readonly nowMs: EpochMs;
}

/** The counter after a call, or in how many ms there will be room for it. */
export function raise(
  counter: CallCounter | undefined,
  { max, decayPerSecond }: CallLimit,
  { cost, share, nowMs }: Wanted,
): { readonly counter: CallCounter; readonly waitMs: number } {
  const { used: before, atMs } = counter ?? { used: 0, atMs: nowMs };
  const used = Math.max(0, before - (Math.max(0, nowMs - atMs) / 1000) * decayPerSecond) + cost;
  const over = used - (max - decayPerSecond * ARRIVAL_SECONDS_MAX) * share;
  return {
    counter: { used, atMs: atMs - nowMs > AHEAD_MS_MAX ? nowMs : Math.max(atMs, nowMs) },
    waitMs: over > 0 ? Math.ceil((over / decayPerSecond) * 1000) : 0,
  };
}

/**
 * What an amend or a cancel costs a pair.
 * @param ageMs the least that has passed since the order was placed or last amended
 */
export function changeCost(change: 'amend' | 'cancel', ageMs: number): number {
  const { fixed, byAge } = changeCosts[change];
  const age = ageMs / 1000 - ARRIVAL_SECONDS_MAX;
  return fixed + (byAge.find(([below]) => age < below)?.[1] ?? 0);
}
