import { ABANDONED } from '../core/decision/tally.ts';
import { chaseStep, crossDecidedMs, isHeldUp } from '../core/execution/chase.ts';
import { clientOrderId } from '../core/execution/client-id.ts';
import { isFinal, newOrder, type Order } from '../core/execution/order.ts';
import type { Position } from '../core/execution/position.ts';
import { type EpochMs, MINUTE_MS } from '../core/market/timeframes.ts';
import type { Account, Reading } from './account.ts';
import type { Changes } from './commit.ts';
import { closedBreakers } from './guard.ts';
import { rulesOf } from './trader.ts';

/**
 * What becomes of an order that has moved on: itself, and of a limit entry that was ended for it the order that buys
 * its rest. Both are written in one transaction: whoever ends the one cannot lose the other.
 * @param position what is held then
 */
export function withCrossing(
  reading: Reading,
  moved: Order,
  position: Position | undefined,
): Required<Pick<Changes, 'orders' | 'breakers' | 'items'>> {
  const alone = { orders: [moved], breakers: [], items: [] };
  if (moved.purpose !== 'entry' || !isFinal(moved.state)) return alone;
  if (hasRunAway(moved)) return { ...alone, orders: [{ ...moved, refusal: ABANDONED }] };
  if (moved.kind !== 'limit' || moved.state === 'FILLED' || !moved.isCancelRequested) return alone;
  const step = stepOf(reading, moved, position);
  if (step === 'abandon') return { ...alone, orders: [{ ...moved, refusal: ABANDONED }] };
  if (step !== 'cross') return alone;
  const { symbol, tickMs: atMs } = moved;
  const { breakers, checks } = closedBreakers(reading.account, { symbols: [symbol], atMs });
  return { orders: [moved, crossingOf(reading, moved)], breakers, items: checks };
}

/** Sent to buy the rest at the open, it bought nothing: that was too dear, or nobody sold. */
function hasRunAway({ kind, state, filled, isCancelRequested }: Order): boolean {
  const hasEnded = state === 'EXPIRED' || state === 'CANCELLED';
  return kind === 'capped' && hasEnded && filled === 0n && !isCancelRequested;
}

function stepOf({ trader, account }: Reading, order: Order, position: Position | undefined) {
  const { symbol, tickMs, filled, quantity, crossPrice } = order;
  if (crossPrice === null) return 'leave';
  const { config, execMs } = trader;
  // As of its tick: what was tripped since then holds, whatever the time is when its end is confirmed.
  const at = {
    atMs: tickMs,
    execMs,
    lateMs: config.maxLateMinutes * MINUTE_MS,
    position,
    isHeldUp: isAnyTripped(account, { symbol, atMs: tickMs }),
    isBare: true,
    instrument: rulesOf(trader, symbol).instrument,
  };
  return chaseStep({ tickMs, isFilled: filled > 0n, rest: quantity - filled, crossPrice }, at);
}

/** Whether a breaker of the account forbids entries of a symbol. */
export function isAnyTripped(
  { breakers }: Account,
  at: { readonly symbol: string; readonly atMs: EpochMs },
): boolean {
  return isHeldUp(new Map([...breakers].map(([scope, { value }]) => [scope, value])), at);
}

/** The rest of a limit entry as an order that takes it at once, up to its price. */
export function crossingOf({ trader, account }: Reading, limit: Order): Order {
  const { symbol, purpose, tickMs, plan, budget } = limit;
  const number = limit.number + 1;
  const intent = { symbol, tickMs, purpose, number };
  return newOrder(
    {
      ...intent,
      clientOrderId: clientOrderId({ ...intent, account: account.id }),
      decidedMs: crossDecidedMs(tickMs, trader.execMs),
      quantity: limit.quantity - limit.filled,
    },
    { kind: 'capped', limitPrice: limit.crossPrice, budget, plan },
  );
}
