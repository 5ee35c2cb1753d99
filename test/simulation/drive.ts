import { loadAccount } from '../../shared/app/account.ts';
import { unprotected } from '../../shared/app/health.ts';
import { type LiveHooks, type LiveLoop, liveStep } from '../../shared/app/live-loop.ts';
import type { StateStore } from '../../shared/ports/state-store.ts';
import { ACCOUNT, SOURCE } from './setup.ts';

/** One run that a schedule woke. */
export async function run(trader: LiveLoop['trader'], hooks: LiveHooks): Promise<void> {
  const unused = () => Promise.reject(new Error('a live step keeps no candles'));
  const feed = { ...trader.feed, execCandle: unused, since: unused };
  await liveStep({ trader, feed, source: SOURCE }, trader.wallMs(), hooks);
}

/**
 * Symbols that the gauge of an alarm names as unprotected, because nobody knows yet what became of a stop or a sale of
 * them.
 */
export async function unresolved(store: StateStore): Promise<readonly string[]> {
  const account = await loadAccount(store, ACCOUNT);
  const isUnknown = (symbol: string) =>
    [...account.orders.values()].some(
      ({ value }) => value.symbol === symbol && value.purpose !== 'entry' && value.state === 'SENDING',
    );
  return unprotected(account).filter(isUnknown);
}
