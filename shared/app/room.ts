import type { Units } from '../core/decimal.ts';
import type { Room } from '../core/execution/ledger.ts';
import type { Account } from './account.ts';

/** What the account may still take, before anything is decided. */
export function roomOf(account: Account, equity: Units): Room {
  const reserved = reservedBefore(account);
  const entering = [...account.orders.values()]
    .map(({ value }) => value)
    .filter(({ purpose }) => purpose === 'entry')
    .map(({ symbol }) => symbol);
  // What an entry has bought so far is held already.
  const open = new Set([...account.positions.keys(), ...entering]);
  return {
    free: account.cash.value - reserved,
    exposure: equity - account.cash.value + reserved,
    open: open.size,
  };
}

/** Entries of an earlier tick that have not ended keep back all that they may spend. */
export function reservedBefore({ orders }: Account): Units {
  let reserved = 0n;
  for (const { value } of orders.values()) {
    if (value.purpose === 'entry') reserved += value.budget ?? 0n;
  }
  return reserved;
}
