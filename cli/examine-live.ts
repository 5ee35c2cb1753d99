import { setTimeout as sleep } from 'node:timers/promises';
import { readExchangeKey } from '../config/environment.ts';
import { LIVE_ACCOUNT } from '../shared/app/account.ts';
import { examineLive, rememberInstruments } from '../shared/app/live-checks.ts';
import { AppError } from '../shared/core/errors.ts';
import { type Finding, fail, warn } from '../shared/core/finding.ts';
import { accountsIn, forgetfulState, openState, type Workspace } from './context.ts';
import { connectKraken } from './context-live.ts';
import { liveFeedOf } from './live-market.ts';
import { promotionFinding } from './promotion.ts';
import { knownLiveAccount } from './start-live.ts';

/** What `start` with real money would find; only orders are not rehearsed, and nothing new is stored. */
export async function examineLiveMode(workspace: Workspace): Promise<readonly Finding[]> {
  return [...(await examineKraken(workspace)), await promotionFinding(workspace)];
}

async function examineKraken(workspace: Workspace): Promise<readonly Finding[]> {
  try {
    readExchangeKey(process.cwd(), process.env);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return [fail('key', error), warn('others', 'not looked at')];
  }
  const isKnown = accountsIn(workspace).includes(LIVE_ACCOUNT);
  const store = isKnown ? openState(workspace, LIVE_ACCOUNT) : forgetfulState();
  try {
    const kraken = connectKraken(workspace, store);
    return await examineLive({
      store,
      exchange: kraken,
      venue: rememberInstruments(kraken),
      config: workspace.config,
      account: await knownLiveAccount(store),
      feed: liveFeedOf(workspace, { isStored: false }),
      nowMs: () => Date.now(),
      waitMs: (ms) => sleep(ms),
    });
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return [fail(LIVE_ACCOUNT, error)];
  } finally {
    store.close();
  }
}
