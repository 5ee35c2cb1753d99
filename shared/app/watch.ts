import type { EpochMs } from '../core/market/timeframes.ts';
import { inTurn, isBehind, mayGoOn, type Session, withSession } from './account.ts';
import type { Analyst } from './analysis.ts';
import { callBack, chase } from './chase.ts';
import { closeCandle } from './close-candle.ts';
import type { SendAt } from './place.ts';
import { carryingOn, protectAndSend } from './protect.ts';
import { reconcile } from './reconcile.ts';
import { carryOutRequests } from './requests.ts';
import type { Trader } from './trader.ts';

/** What a watch found open when it ended, or that somebody else is at work: under the lease, or further along. */
export type WatchOutcome =
  | 'held'
  | {
      readonly openOrders: number;
      readonly openPositions: number;
      /** Why something that was asked could not be carried out: it waits on, and holds up nothing but ticks. */
      readonly refused: readonly unknown[];
    };

/**
 * Carries on what is open: books fills, places and moves stops, takes targets, finishes exits.
 * It decides nothing new. Running it again changes nothing.
 *
 * @param isCandleClosed an exec candle ended at `atMs`: trails, targets and the equity mark are due
 */
export async function watch(
  trader: Trader,
  { analyst, atMs, isCandleClosed }: { analyst: Analyst; atMs: EpochMs; isCandleClosed: boolean },
): Promise<WatchOutcome> {
  return withSession(trader, async (session) => {
    const { account } = session;
    if (isBehind(account, atMs)) return 'held';
    const at: SendAt = { atMs, isMissed: false };
    // What cannot be carried out holds up no booking and no stop.
    const refused = await inTurn(session, [atMs], (one) => carryOutRequests(session, one));
    const isBusy = account.orders.size > 0 || account.positions.size > 0;
    if (isBusy) await carryingOn(session, at, () => seeing(session, atMs, () => reconcile(session)));
    if (isCandleClosed)
      await carryingOn(session, at, () =>
        seeing(session, atMs, () => closeCandle(session, { analyst, atMs })),
      );
    if (isBusy) await carryingOn(session, at, () => chase(session, atMs));
    if (isBusy) await protectAndSend(session, at);
    return { openOrders: account.orders.size, openPositions: account.positions.size, refused };
  });
}

/** Looks at exchange or market; where they cannot be seen, entries that may not go on are called back all the same. */
async function seeing(session: Session, atMs: EpochMs, look: () => Promise<void>): Promise<void> {
  try {
    await look();
  } catch (error) {
    if (mayGoOn(session, error)) await callBack(session, atMs);
    throw error;
  }
}
