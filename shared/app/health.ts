import { type EpochMs, lastCloseMs, MINUTE_MS } from '../core/market/timeframes.ts';
import type { Account } from './account.ts';
import type { Head } from './items.ts';
import type { Trader } from './trader.ts';

/** A tick may take this long before its absence counts as one. */
const OVERDUE_MS = 15 * MINUTE_MS;

/**
 * The timeframes whose newest tick should be done and is not. None in the first minutes of an account.
 * @param nowMs the present on the market's clock
 */
export function ticksOverdue(
  { createdMs, lastTickMs }: Pick<Head, 'createdMs' | 'lastTickMs'>,
  { instances, nowMs }: Pick<Trader, 'instances'> & { readonly nowMs: EpochMs },
): number {
  const decidedOn = new Set(instances.map(({ timeframe }) => timeframe));
  const due = [...decidedOn].map((timeframe) => lastCloseMs(timeframe, nowMs - OVERDUE_MS));
  return due.filter((atMs) => atMs > createdMs && atMs > (lastTickMs ?? 0)).length;
}

/** The symbols of which more is held than stops and sales at the exchange cover. */
export function unprotected({ positions, orders }: Account): readonly string[] {
  const standing = [...orders.values()]
    .map(({ value }) => value)
    // One whose end was asked for may have ended.
    .filter(
      ({ purpose, state, isCancelRequested }) =>
        purpose !== 'entry' && state === 'OPEN' && !isCancelRequested,
    );
  const covered = (symbol: string) =>
    standing.reduce(
      (sum, order) => (order.symbol === symbol ? sum + order.quantity - order.filled : sum),
      0n,
    );
  return [...positions]
    .filter(([symbol, { value }]) => covered(symbol) < value.quantity)
    .map(([symbol]) => symbol);
}
