import { loadAccount } from '../../shared/app/account.ts';
import { unprotected } from '../../shared/app/health.ts';
import { type LiveHooks, type LiveLoop, liveStep } from '../../shared/app/live-loop.ts';
import { SOURCE } from './setup.ts';

/** What a run found, once it has ended. */
export interface RunReport {
  /**
   * Symbols that it leaves unprotected and says so, the gauge of an alarm, because nobody knows yet what became of a stop
   * or a sale.
   */
  readonly unresolved: readonly string[];
}

/** One run that a schedule woke. */
export async function run(trader: LiveLoop['trader'], hooks: LiveHooks): Promise<RunReport> {
  const unused = () => Promise.reject(new Error('a live step keeps no candles'));
  const feed = { ...trader.feed, execCandle: unused, since: unused };
  await liveStep({ trader, feed, source: SOURCE }, trader.wallMs(), hooks);
  const account = await loadAccount(trader.store, trader.account);
  const isUnknown = (symbol: string) =>
    [...account.orders.values()].some(({ value }) => value.symbol === symbol && value.state === 'SENDING');
  return { unresolved: unprotected(account).filter(isUnknown) };
}
