import { loadAccount } from '../../shared/app/account.ts';
import { analystOf } from '../../shared/app/analysis.ts';
import { unprotected } from '../../shared/app/health.ts';
import { keys } from '../../shared/app/items.ts';
import { tick } from '../../shared/app/tick.ts';
import type { Trader } from '../../shared/app/trader.ts';
import { watch } from '../../shared/app/watch.ts';
import { MINUTE_MS } from '../../shared/core/market/timeframes.ts';
import { TICK_MS } from './setup.ts';

/** What a run found, once it has ended. */
export interface RunReport {
  /** Symbols that it leaves unprotected, and says so: the gauge of an alarm. */
  readonly unprotected: readonly string[];
}

/** One run that a schedule woke. */
export async function run(trader: Trader): Promise<RunReport | 'held'> {
  const nowMs = trader.wallMs();
  const atMs = Math.floor(nowMs / MINUTE_MS) * MINUTE_MS;
  const analyst = analystOf(trader);
  const watched = await watch(trader, { analyst, atMs, isCandleClosed: true });
  if (watched === 'held') return 'held';
  const tickMs = Math.floor(nowMs / TICK_MS) * TICK_MS;
  const claim = await trader.store.get(keys.tick(trader.account, tickMs));
  if (claim?.body['state'] !== 'done') {
    const ticked = await tick(trader, { analyst, atMs: tickMs, isMissed: nowMs - tickMs > 15 * MINUTE_MS });
    if (ticked === 'held') return 'held';
  }
  return { unprotected: unprotected(await loadAccount(trader.store, trader.account)) };
}
