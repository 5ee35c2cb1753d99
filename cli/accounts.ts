import { type Command, Option } from 'commander';
import { KRAKEN_ACCOUNT, LIVE_SOURCE } from '../config/service.ts';
import { LIVE_ACCOUNT } from '../shared/app/account.ts';
import { keys } from '../shared/app/items.ts';
import type { CandleReader } from '../shared/app/recompute.ts';
import { hasOurSchema } from '../shared/app/schema.ts';
import type { Config } from '../shared/core/config.ts';
import { AppError } from '../shared/core/errors.ts';
import type { StateStore } from '../shared/ports/state-store.ts';
import { accountsIn, openCandles, openExistingState, openWorkspace, type Workspace } from './context.ts';
import { type EnvironmentPlace, openCloud } from './context-cloud.ts';
import { madeUpCandles } from './markets.ts';
import { type CommonOptions, environmentOption, withCommonOptions } from './options.ts';
import { bold, progress, red } from './screen.ts';

/** Options of a verb about one account. */
export interface AccountOptions extends CommonOptions {
  readonly account?: string;
  readonly env?: string;
}

/** Adds what every such verb has: the account, and the environment that it is in. */
export function withAccountOptions(command: Command): Command {
  return withCommonOptions(command)
    .addOption(
      new Option('--account <id>', 'account (default: live, else paper-kraken, else paper-synthetic)'),
    )
    .addOption(environmentOption());
}

/** The account that a person means, opened. */
export interface Opened {
  readonly workspace: Pick<Workspace, 'config' | 'instances'>;
  readonly account: string;
  readonly store: StateStore;
  /** The candles that it decides on, by where its head says that they come from and the config that decided. */
  readonly candlesOf: (source: string, config: Config) => Promise<CandleReader>;
  /** Where it is, or null for this machine. */
  readonly environment: EnvironmentPlace | null;
}

/**
 * Opens the account that a person means, here or in a deployed environment, and closes it after the work.
 * @throws AppError `not-found` naming those that exist, or what is missing in the cloud; `aws-refused`
 */
export async function withAccount(
  options: AccountOptions,
  work: (opened: Opened) => Promise<void>,
): Promise<void> {
  const opened = options.env === undefined ? openHere(options) : await openThere(options.env, options);
  try {
    await work(opened);
  } finally {
    opened.store.close();
  }
}

function openHere(options: AccountOptions): Opened {
  const workspace = openWorkspace(options);
  const account = chooseAccount(workspace, options.account);
  return {
    workspace,
    account,
    store: openExistingState(workspace, account),
    candlesOf: async (source, config) =>
      source === 'synthetic'
        ? madeUpCandles(config)
        : openCandles(workspace, isSimulated(source) ? 'simulated' : 'kraken'),
    environment: null,
  };
}

async function openThere(name: string, { account = KRAKEN_ACCOUNT }: AccountOptions): Promise<Opened> {
  progress('asking AWS …');
  try {
    const cloud = await openCloud(name);
    const store = await cloud.openState();
    await expectAccount(store, account, name);
    return {
      workspace: cloud,
      account,
      store,
      candlesOf: cloud.openCandles,
      environment: cloud.environment,
    };
  } finally {
    progress('');
  }
}

async function expectAccount(store: StateStore, account: string, environment: string): Promise<void> {
  try {
    await hasOurSchema(store);
    if ((await store.get(keys.head(account))) === undefined) throw notThereYet(environment, account);
  } catch (error) {
    store.close();
    throw error;
  }
}

function notThereYet(environment: string, account: string): AppError {
  return new AppError(
    'not-found',
    `There is no account '${account}' in the environment ${environment} yet.`,
    account === KRAKEN_ACCOUNT
      ? 'Its first watch makes it, a minute or two after the deployment; if it does not, see docs/operations.md, watch-failing.'
      : `The account of an environment is ${KRAKEN_ACCOUNT}: leave --account out.`,
  );
}

function chooseAccount(workspace: Workspace, wanted: string | undefined): string {
  const known = accountsIn(workspace);
  const chosen =
    wanted ??
    [LIVE_ACCOUNT, KRAKEN_ACCOUNT, 'paper-synthetic', ...known].find((account) => known.includes(account));
  if (chosen !== undefined && known.includes(chosen)) return chosen;
  const list = known.length === 0 ? 'none' : known.join(', ');
  throw new AppError(
    'not-found',
    wanted === undefined
      ? `There is no account in '${workspace.dataFolder}' yet.`
      : `There is no account '${wanted}' in '${workspace.dataFolder}' (known: ${list}).`,
    'Run `hot-crypto start` first, or name the folder with --data.',
  );
}

/** What a screen calls an environment. */
export function placeLabel({ name, region, accountId }: EnvironmentPlace): string {
  return `env ${name} (${accountId} ${region})`;
}

/** What a screen calls an account: one of an environment must not pass for one of this machine, nor real money for paper. */
export function accountLabel({ account, environment }: Pick<Opened, 'account' | 'environment'>): string {
  const name = account === LIVE_ACCOUNT ? red(`${account} (LIVE: REAL MONEY)`) : account;
  return environment === null ? name : `${name}, ${placeLabel(environment)}`;
}

/** How a screen names an account at the head of what it says of it. */
export function accountTitle(
  { account, environment }: Pick<Opened, 'account' | 'environment'>,
  source: string,
): string {
  const mode = account === LIVE_ACCOUNT ? `${red('LIVE')} on ` : '';
  const place = environment === null ? '' : `   ${placeLabel(environment)}`;
  return bold(`${account}   ${mode}${marketLabel(source)}${place}`);
}

/** What a screen calls the market of an account: one that is made up must not pass for Kraken. */
export function marketLabel(source: string): string {
  if (source === 'synthetic') return 'SYNTHETIC market';
  if (source === LIVE_SOURCE) return 'Kraken';
  if (isSimulated(source)) return `a simulated Kraken (${source})`;
  return source === 'stored' ? 'stored candles' : source;
}

/** Whether an account trades in the present of a market that is not made up: what it pays can be told from the model. */
export function isOfPresent(source: string): boolean {
  return source !== 'synthetic' && source !== 'stored';
}

/** Whether a live account trades at another address than Kraken's own. */
function isSimulated(source: string): boolean {
  return source.startsWith(`${LIVE_SOURCE} at `);
}
