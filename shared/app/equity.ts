import type { Units } from '../core/decimal.ts';
import { cashAfter, worthOf } from '../core/execution/ledger.ts';
import type { EpochMs } from '../core/market/timeframes.ts';
import type { Account, Reading } from './account.ts';
import { readItem, sortableMs } from './items.ts';
import type { Trader } from './trader.ts';

/** Cash and holdings, each at the close of its newest exec candle. */
export async function equityAt(trader: Trader, account: Account, atMs: EpochMs): Promise<Units> {
  let equity = account.cash.value;
  for (const [symbol, { value }] of account.positions) {
    equity += worthOf(value.quantity, await trader.feed.lastClose(symbol, atMs));
  }
  return equity;
}

/**
 * Equity as it was at an instant, before any fill of it: the books with every later fill taken back, at the closes of
 * the exec candles that had ended by then. Whoever asks later, after a night without power, finds the same.
 */
export async function equityBefore({ trader, account }: Reading, atMs: EpochMs): Promise<Units> {
  const items = await trader.store.query(`FILL#${account.id}`, { from: sortableMs(atMs) });
  const later = items
    .map((item) => readItem('fill', item))
    .filter((fill) => fill.atMs > atMs || (fill.atMs === atMs && fill.step === 'OPEN'));
  const quantities = new Map(
    [...account.positions].map(([symbol, { value }]): [string, Units] => [symbol, value.quantity]),
  );
  let equity = account.cash.value;
  for (const { symbol, side, cost, fee, quantity } of later) {
    equity += equity - cashAfter(equity, side, { cost, fee });
    const held = quantities.get(symbol) ?? 0n;
    quantities.set(symbol, side === 'buy' ? held - quantity : held + quantity);
  }
  for (const [symbol, quantity] of quantities) {
    if (quantity > 0n) equity += worthOf(quantity, await trader.feed.lastClose(symbol, atMs));
  }
  return equity;
}
