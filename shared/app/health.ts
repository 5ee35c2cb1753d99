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

/** The symbols that are held with neither a stop nor a sale at the exchange. */
export function unprotected({ positions, orders }: Account): readonly string[] {
  const standing = [...orders.values()]
    .map(({ value }) => value)
    .filter(({ purpose, state }) => purpose !== 'entry' && state === 'OPEN')
    .map(({ symbol }) => symbol);
  return [...positions.keys()].filter((symbol) => !standing.includes(symbol));
}
