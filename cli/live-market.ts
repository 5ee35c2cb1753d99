import { randomUUID } from 'node:crypto';
import { LIVE_ACCOUNT } from '../shared/app/account.ts';
import { tripBreaker } from '../shared/app/breakers.ts';
import { type LiveFeed, liveFeed } from '../shared/app/live-feed.ts';
import { beginLive, type LiveHooks, liveStep } from '../shared/app/live-loop.ts';
import { AppError } from '../shared/core/errors.ts';
import { ENGINE } from '../shared/core/risk/breakers.ts';
import type { StateStore } from '../shared/ports/state-store.ts';
import { krakenAt, openCandles, type Workspace } from './context.ts';
import { candleVenueOf, isKrakenItself, type KrakenAccount, liveLoopOver } from './context-live.ts';
import { byTheWall, type Market, noteDifference } from './markets.ts';
import { note, red } from './screen.ts';

/** What the candles of a live account come from and are kept in. */
export function liveFeedOf(workspace: Workspace, { isStored }: { readonly isStored: boolean }): LiveFeed {
  const { baseUrl } = workspace.config.kraken;
  const store = openCandles(workspace, candleVenueOf(workspace.config));
  return liveFeed({
    source: krakenAt({ baseUrl }),
    store: isStored ? store : undefined,
    execTimeframe: '1m',
    nowMs: () => Date.now(),
    onDifference: noteDifference,
  });
}

/**
 * Kraken with real money.
 * @param kraken the account there; without one it can only be looked at
 */
export function liveMarketOf(workspace: Workspace, kraken?: KrakenAccount): Market {
  const { baseUrl } = workspace.config.kraken;
  return {
    label: isKrakenItself(baseUrl) ? 'Kraken' : `a simulated Kraken at ${baseUrl}`,
    account: LIVE_ACCOUNT,
    isSynthetic: false,
    isLive: true,
    carriesOn: 'Stops rest at Kraken; nobody watches them until the next start.',
    remarks: [],
    bareFeed: () => liveFeedOf(workspace, { isStored: false }),
    stepsOver(store) {
      if (kraken === undefined) throw new Error('Bug: live trading without an account at Kraken');
      const feed = liveFeedOf(workspace, { isStored: true });
      const loop = liveLoopOver(workspace, { store, feed, kraken });
      const alarms = alarmTeller();
      return {
        begin: (nowMs) => beginLive(loop, nowMs),
        step: (nowMs, hooks) => haltingOnRefusal(store, () => liveStep(loop, nowMs, { ...hooks, ...alarms })),
      };
    },
    ...byTheWall,
  };
}

/** A key that Kraken refuses mends itself no more: entries are forbidden from then on, whoever starts it again. */
async function haltingOnRefusal(store: StateStore, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (error instanceof AppError && error.code === 'exchange-misconfigured') {
      const ask = { id: randomUUID(), by: ENGINE, why: error.message.slice(0, 200), askedMs: Date.now() };
      await tripBreaker(store, { account: LIVE_ACCOUNT, scope: 'manual', ask });
    }
    throw error;
  }
}

/** Says what a person must deal with: once, and again when it is something else. */
function alarmTeller(): Pick<LiveHooks, 'onOrphans' | 'onShortfalls' | 'onUnprotected'> {
  let told = '';
  const tell = (line: string) => {
    if (line !== told) note(red(line), 'error');
    told = line;
  };
  return {
    onOrphans: (orphans) => {
      const names = orphans.map(({ exchangeId, symbol }) => `${exchangeId} (${symbol ?? 'unknown pair'})`);
      tell(
        `ORPHAN: Kraken has ${names.join(', ')} under ids of ours, and the books do not: \`breaker adopt\` or \`breaker ignore\` says what it is.`,
      );
    },
    // Each minute: nothing is more urgent.
    onUnprotected: (symbols) =>
      note(
        red(
          `UNPROTECTED ${symbols.join(', ')}: more is held than stops and sales at Kraken cover; \`show orders\` says what was refused. While this goes on, sell by hand at Kraken.`,
        ),
        'error',
      ),
    onShortfalls: (short) => {
      const lacks = short.map(
        ({ currency, held, booked }) => `${held} ${currency} where the books have ${booked}`,
      );
      tell(`BALANCE_SHORT: Kraken holds ${lacks.join(', ')}. Nothing is entered meanwhile; stops stay.`);
    },
  };
}
