import { setTimeout as sleep } from 'node:timers/promises';
import { readExchangeKey } from '../config/environment.ts';
import {
  type Account,
  LIVE_ACCOUNT,
  loadAccount,
  openAccount,
  refuseOtherSource,
} from '../shared/app/account.ts';
import { askAgain } from '../shared/app/ask-again.ts';
import { keys } from '../shared/app/items.ts';
import { examineLive, rememberInstruments } from '../shared/app/live-checks.ts';
import { ORPHAN } from '../shared/app/live-findings.ts';
import { lastTickMs } from '../shared/app/paper-loop.ts';
import { rehearseOrders } from '../shared/app/rehearse.ts';
import { AppError } from '../shared/core/errors.ts';
import type { Finding } from '../shared/core/finding.ts';
import type { Instrument } from '../shared/core/market/instruments.ts';
import type { StateStore } from '../shared/ports/state-store.ts';
import type { AccountVenue } from '../shared/ports/venue.ts';
import { openState, type Workspace, withInstruments } from './context.ts';
import { connectKraken, isKrakenItself, type KrakenAccount, liveSource } from './context-live.ts';
import { liveFeedOf, liveMarketOf } from './live-market.ts';
import { rulesThatDiffer } from './markets.ts';
import { promotionFinding } from './promotion.ts';
import { sayFindings } from './say-findings.ts';
import { bold, dim, note, progress, red, say, yellow } from './screen.ts';
import { type Trading, trade } from './trade.ts';

/** The flag by which a person says at each start that real money is meant. */
export const LIVE_FLAG = '--i-understand-that-real-money-is-traded';

/** @throws AppError `usage` unless config and command line both say live, or neither does */
export function expectOptIn(
  { config }: Workspace,
  {
    isOptedIn,
    isDryRun,
    isSynthetic,
  }: { readonly isOptedIn: boolean; readonly isDryRun: boolean; readonly isSynthetic: boolean },
): void {
  const isLive = config.mode === 'live';
  if (isOptedIn && !isLive)
    throw new AppError(
      'usage',
      `${LIVE_FLAG} is given, but the mode of the config is paper: nothing was started.`,
      'For real money name a config with mode: live, such as --config config/live.yaml; for paper leave the flag out.',
    );
  if (isLive && isSynthetic)
    throw new AppError(
      'usage',
      'The mode of the config is live, and the SYNTHETIC market takes no real money.',
      'Leave out --source synthetic, or the config.',
    );
  if (isLive && !isOptedIn && !isDryRun)
    throw new AppError(
      'usage',
      `The mode of the config is live: this would place orders for ${config.symbols.join(', ')} with real money at ${config.kraken.baseUrl}. Nothing was started.`,
      `Add ${LIVE_FLAG}, spelled out, when you mean it; --dry-run only shows what it would decide.`,
    );
}

/**
 * Trades real money: only after everything was looked at and found in order, and an order of each kind was rehearsed.
 * @throws AppError `exchange-misconfigured` when something is not as it must be; nothing was placed then
 */
export async function startLive(workspace: Workspace, options: Omit<Trading, 'store'>): Promise<void> {
  // Without a key nothing is looked at, and no account is made.
  readExchangeKey(process.cwd(), process.env);
  const store = openState(workspace, LIVE_ACCOUNT);
  try {
    if (!options.json) sayLiveHeader(workspace);
    const kraken = connectKraken(workspace, store);
    const instruments = await readyFor(workspace, { store, kraken, isQuiet: options.json === true });
    const own = withInstruments(workspace, instruments);
    for (const instrument of instruments)
      for (const remark of rulesThatDiffer(workspace, instrument)) note(yellow(remark));
    if (!options.json) say(`\n${dim('at (UTC)          market   close USD  does       score  why')}`);
    await trade(liveMarketOf(own, kraken), { ...options, store });
  } finally {
    store.close();
  }
}

function sayLiveHeader({ config, codeVersion, dataFolder }: Workspace): void {
  const { baseUrl, tier } = config.kraken;
  const where = isKrakenItself(baseUrl) ? 'Kraken' : `a simulated Kraken at ${baseUrl}`;
  say(bold(red(`HOT-Crypto ${codeVersion}   LIVE: REAL MONEY on ${where}`)));
  say(`account ${LIVE_ACCOUNT}, tier ${tier}; ${config.symbols.join(' ')}`);
  say(dim(`state in ${dataFolder}; Ctrl-C ends, stops stay at Kraken. UTC everywhere.`));
  say();
}

/** Looks at everything, and has an order of each kind rehearsed. @returns the rules of what is traded */
async function readyFor(
  workspace: Workspace,
  {
    store,
    kraken,
    isQuiet,
  }: { readonly store: StateStore; readonly kraken: KrakenAccount; readonly isQuiet: boolean },
): Promise<readonly Instrument[]> {
  const { config } = workspace;
  const venue = rememberInstruments(kraken);
  const account = await knownLiveAccount(store);
  if (account !== undefined) refuseOtherSource(account.head.value, liveSource(config));
  progress('asking Kraken …');
  const found = await examineLive({
    store,
    exchange: kraken,
    venue,
    config,
    account,
    feed: liveFeedOf(workspace, { isStored: true }),
    nowMs: () => Date.now(),
    waitMs: (ms) => sleep(ms),
  });
  progress('');
  tellFindings(found, isQuiet);
  // What is asked about an orphan waits in the account, which must be there for it.
  if (found.some(({ subject, level }) => subject === ORPHAN && level === 'fail'))
    await makeAccount(store, workspace);
  expectNoFailure(found);
  // Orders of these kinds were taken before, and what is open is to be watched soon.
  const isBusy = account !== undefined && account.orders.size + account.positions.size > 0;
  if (!isBusy) await rehearse(venue, workspace, isQuiet);
  tellFindings([await promotionFinding(workspace)], isQuiet);
  return instrumentsOf(venue, { symbols: config.symbols, isBusy });
}

/** Kraken's rules. Where it does not tell them now, what is open is watched by those of the config all the same. */
async function instrumentsOf(
  venue: AccountVenue,
  { symbols, isBusy }: { readonly symbols: readonly string[]; readonly isBusy: boolean },
): Promise<readonly Instrument[]> {
  const instruments: Instrument[] = [];
  for (const symbol of symbols) {
    try {
      instruments.push(
        await askAgain(
          () => venue.instrument(symbol),
          (ms) => sleep(ms),
        ),
      );
    } catch (error) {
      if (!isBusy || !(error instanceof AppError)) throw error;
      note(yellow(`${error.message} The rules of the config are used for ${symbol}.`));
    }
  }
  return instruments;
}

/** As its first step would make it: without capital and halted. */
async function makeAccount(store: StateStore, { config, instances }: Workspace): Promise<void> {
  const createdMs = lastTickMs({ instances }, Date.now());
  await openAccount(store, { account: LIVE_ACCOUNT, source: liveSource(config), capital: 0n, createdMs });
}

async function rehearse(venue: AccountVenue, { config }: Workspace, isQuiet: boolean): Promise<void> {
  progress('rehearsing …');
  const { symbols } = config;
  const waitMs = (ms: number) => sleep(ms);
  const rehearsed = await rehearseOrders(venue, { symbols, nowMs: Date.now(), waitMs });
  progress('');
  tellFindings(rehearsed, isQuiet);
  expectNoFailure(rehearsed);
}

/** The account of real money as it is stored; undefined before its first start. */
export async function knownLiveAccount(store: StateStore): Promise<Account | undefined> {
  const head = await store.get(keys.head(LIVE_ACCOUNT));
  return head === undefined ? undefined : loadAccount(store, LIVE_ACCOUNT);
}

function tellFindings(findings: readonly Finding[], isQuiet: boolean): void {
  if (!isQuiet) sayFindings(findings);
  else
    for (const { level, subject, text } of findings)
      if (level !== 'ok') note(yellow(`${level} ${subject}: ${text}`));
}

function expectNoFailure(findings: readonly Finding[]): void {
  const failed = findings.filter(({ level }) => level === 'fail');
  if (failed.length === 0) return;
  const subjects = [...new Set(failed.map(({ subject }) => subject))];
  throw new AppError(
    'exchange-misconfigured',
    `Real money is not traded like this: ${subjects.join(', ')} ${subjects.length === 1 ? 'is' : 'are'} not as must be. No order was placed.`,
    'Mend what FAIL says above; `doctor` with the same --config looks again.',
  );
}
