import { openAccount } from '../shared/app/account.ts';
import { analystOf } from '../shared/app/analysis.ts';
import { keys } from '../shared/app/items.ts';
import { previewTick } from '../shared/app/tick.ts';
import { tickLengthMs } from '../shared/app/trader.ts';
import { unitsOfNumber } from '../shared/core/decimal.ts';
import type { StateStore } from '../shared/ports/state-store.ts';
import { accountsIn, forgetfulState, openState, paperTrader, type Workspace } from './context.ts';
import type { Market } from './markets.ts';
import { bold, say, sayJson } from './screen.ts';
import { sayDecision } from './tell-trades.ts';

/** Decides the newest due tick with the account as it is, says why, and keeps nothing. */
export async function previewMarket(workspace: Workspace, market: Market, isJson: boolean): Promise<void> {
  const store = await knownState(workspace, market.account);
  try {
    const nowMs = await market.firstMs(store);
    const feed = market.bareFeed();
    const { trader } = paperTrader(workspace, { account: market.account, store, feed, execMs: 60_000 });
    const tickMs = tickLengthMs(trader);
    const atMs = Math.floor(nowMs / tickMs) * tickMs;
    if ((await store.get(keys.head(market.account))) === undefined) {
      const capital = unitsOfNumber(workspace.config.capital);
      await openAccount(store, { account: market.account, source: 'dry-run', capital, createdMs: atMs });
    }
    const decisions = await previewTick(trader, { analyst: analystOf(trader), atMs, isMissed: false });
    if (isJson) {
      sayJson({ decisions });
      return;
    }
    say(bold(`DRY RUN on ${market.label}: nothing is stored, nothing is placed`));
    say();
    for (const record of decisions) sayDecision(record, { isLong: true });
  } finally {
    store.close();
  }
}

/** The state of the account, or a forgetful one when the account does not exist: nothing is to be written. */
async function knownState(workspace: Workspace, account: string): Promise<StateStore> {
  if (!accountsIn(workspace).includes(account)) return forgetfulState();
  const store = openState(workspace, account);
  if ((await store.get(keys.head(account))) !== undefined) return store;
  store.close();
  return forgetfulState();
}
