import { setTimeout as sleep } from 'node:timers/promises';
import { readExchangeKey } from '../config/environment.ts';
import { LIVE_SOURCE } from '../config/service.ts';
import { krakenAccount } from '../shared/adapters/kraken/account.ts';
import { LIVE_ACCOUNT } from '../shared/app/account.ts';
import type { LiveFeed } from '../shared/app/live-feed.ts';
import type { LiveLoop } from '../shared/app/live-loop.ts';
import { type Config, KRAKEN_URL } from '../shared/core/config.ts';
import { timeframeMs } from '../shared/core/market/timeframes.ts';
import type { AccountExchange } from '../shared/ports/exchange.ts';
import type { StateStore } from '../shared/ports/state-store.ts';
import type { AccountVenue } from '../shared/ports/venue.ts';
import { traderOf, type Workspace } from './context.ts';

/** A whole account at Kraken: where orders go, and what is said to the owner of the key. */
export type KrakenAccount = AccountExchange & AccountVenue;

/**
 * Kraken with the key of the environment, which is read when it is first used.
 * @param store where the nonce and what Kraken allows to be called are shared with every process of the account
 */
export function connectKraken({ config }: Pick<Workspace, 'config'>, store: StateStore): KrakenAccount {
  const { tier, baseUrl } = config.kraken;
  return krakenAccount({
    baseUrl,
    tier,
    store,
    account: LIVE_ACCOUNT,
    key: async () => readExchangeKey(process.cwd(), process.env),
    nowMs: () => Date.now(),
    pauseMs: (ms) => sleep(ms),
  });
}

/** The name of the source of live trading: a state that was made at a simulated Kraken must not meet the real one. */
export function liveSource({ kraken: { baseUrl } }: Config): string {
  return isKrakenItself(baseUrl) ? LIVE_SOURCE : `${LIVE_SOURCE} at ${baseUrl}`;
}

/** Whether an address is that of Kraken itself. */
export function isKrakenItself(baseUrl: string): boolean {
  return URL.parse(baseUrl)?.origin === KRAKEN_URL;
}

/** Whose candles a config trades on: a simulated Kraken's never mix with the real ones. */
export function candleVenueOf({ mode, kraken }: Pick<Config, 'mode' | 'kraken'>): 'kraken' | 'simulated' {
  return mode === 'live' && !isKrakenItself(kraken.baseUrl) ? 'simulated' : 'kraken';
}

/** Trading real money on an account of Kraken's. */
export function liveLoopOver(
  workspace: Workspace,
  {
    store,
    feed,
    kraken,
  }: { readonly store: StateStore; readonly feed: LiveFeed; readonly kraken: KrakenAccount },
): LiveLoop {
  const live = { exchange: kraken, venue: kraken, waitMs: (ms: number) => sleep(Math.max(0, ms)) };
  const parts = { account: LIVE_ACCOUNT, store, feed, execMs: timeframeMs['1m'], exchange: kraken, live };
  return { trader: { ...traderOf(workspace, parts), live }, feed, source: liveSource(workspace.config) };
}
