import { AppError } from '../core/errors.ts';
import type { Purpose } from '../core/execution/client-id.ts';
import type { Order } from '../core/execution/order.ts';
import { type EpochMs, MINUTE_MS } from '../core/market/timeframes.ts';
import type { Session } from './account.ts';
import { CLOCK_OFFSET_MS_MAX, clockOffset } from './clock-offset.ts';
import { commit } from './commit.ts';
import type { Trader } from './trader.ts';

/** How long a sending may take to arrive, and how long after that it may take to be shown. @see spec execution.md §7 */
const waits: Readonly<Record<Purpose, { readonly deadlineMs: number; readonly marginMs: number }>> = {
  entry: { deadlineMs: 10_000, marginMs: 5_000 },
  exit: { deadlineMs: 10_000, marginMs: 5_000 },
  stop: { deadlineMs: 5_000, marginMs: 3_000 },
};

/** Between two looks for a stop; for another order there is a watch between them. */
export const LOOK_GAP_MS = 3_000;

/** The last moment at which the exchange accepts an order that is sent now. */
export function deadlineMsOf(purpose: Purpose, sentAtMs: EpochMs): EpochMs {
  return sentAtMs + waits[purpose].deadlineMs;
}

/** From when on its absence means something. */
export function arrivalEndMs({ mark, purpose }: Order): EpochMs {
  return mark === null ? 0 : mark.deadlineMs + waits[purpose].marginMs;
}

/**
 * Whether the exchange certainly does not have the order: never sent, or sent and proven absent by two looks at open
 * and closed orders after the last moment of arrival. A first look is remembered for the second.
 * @throws whatever a look throws: it proves nothing
 */
export async function isUnsent(session: Session, order: Order): Promise<boolean> {
  const { trader, lease } = session;
  if (order.state === 'PENDING') return true;
  if (order.state !== 'SENDING') return false;
  const atMs = trader.wallMs();
  if (!trader.exchange.answersAtOnce && atMs < arrivalEndMs(order)) return false;
  if ((await trader.exchange.find(order.clientOrderId)) !== undefined) return false;
  if (trader.exchange.answersAtOnce) return true;
  if (isSecondLook(order, { atMs, fence: lease.fence })) {
    await expectRightClock(trader);
    return true;
  }
  if (order.absence === null || order.absence.atMs > atMs)
    await commit(session, { orders: [{ ...order, absence: { atMs, fence: lease.fence } }] });
  return false;
}

/** So long an order may be in neither list while it ends: lists lag by seconds. */
const LAG_MS_MAX = 10 * MINUTE_MS;

/**
 * Whether an order that was open has been shown by no look for ten minutes: it ended, and nobody says any more how. The
 * exchange is told to cancel it first, for what is believed to have ended must not rest.
 * @throws whatever a call throws: then nothing is known
 */
export async function isGone(session: Session, order: Order): Promise<boolean> {
  const { trader, lease } = session;
  const { absence } = order;
  if (order.state !== 'OPEN' || trader.exchange.answersAtOnce) return false;
  const atMs = trader.wallMs();
  if (absence === null || absence.atMs > atMs) {
    await commit(session, { orders: [{ ...order, absence: { atMs, fence: lease.fence } }] });
    return false;
  }
  if (atMs < absence.atMs + LAG_MS_MAX || absence.fence === lease.fence) return false;
  await trader.exchange.cancel(order);
  // Whether there is a rest is not known: none crosses.
  if (order.crossPrice !== null) await commit(session, { orders: [{ ...order, crossPrice: null }] });
  return true;
}

function isSecondLook(
  { absence, purpose }: Order,
  { atMs, fence }: { readonly atMs: EpochMs; readonly fence: number },
): boolean {
  if (absence === null || atMs < absence.atMs + LOOK_GAP_MS) return false;
  return purpose === 'stop' || fence !== absence.fence;
}

/**
 * By a clock that is off, the last moment of arrival need not have come; and no deadline means what it says.
 * @throws AppError `clock-behind` when it is more than two seconds off; `source-unavailable` when nobody says
 */
export async function expectRightClock({ live, wallMs }: Trader): Promise<void> {
  if (live === null) return;
  const { offsetMs } = await clockOffset(live.venue, wallMs);
  if (Math.abs(offsetMs) <= CLOCK_OFFSET_MS_MAX) return;
  throw new AppError(
    'clock-behind',
    `This machine's clock is ${offsetMs} ms off the exchange's: nothing is entered or sent again by it.`,
    'Set the clock right (NTP); what is open is watched meanwhile.',
  );
}
