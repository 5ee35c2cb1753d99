import { randomUUID } from 'node:crypto';
import { hostname, userInfo } from 'node:os';
import { type Command, InvalidArgumentError } from 'commander';
import { loadHead } from '../shared/app/account.ts';
import { type Ask, askFor, parseWhy, WHY_RULE, type Wish } from '../shared/app/ask.ts';
import { AppError } from '../shared/core/errors.ts';
import {
  type AccountOptions,
  accountLabel,
  type Opened,
  withAccount,
  withAccountOptions,
} from './accounts.ts';
import { say, sayJson } from './screen.ts';

/** Options of a verb by which a person asks something of an account. */
export interface AskOptions extends AccountOptions {
  readonly why: string;
}

/** Adds what every such verb has: the account, and the reason, which is kept. */
export function withAskOptions(command: Command): Command {
  return withAccountOptions(command).requiredOption(
    '--why <text>',
    'the reason, kept with your name',
    heedWhy,
  );
}

function heedWhy(text: string): string {
  const why = parseWhy(text);
  if (why === undefined) throw new InvalidArgumentError(WHY_RULE);
  return why;
}

/** Who asks, from the system's own records. */
export function askOf({ why }: Pick<AskOptions, 'why'>): Ask {
  return { id: randomUUID(), by: `${userName()}@${hostname()}`, why, askedMs: Date.now() };
}

/** A container may run as a number without a name: that must hold up no halt. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.()}`;
  }
}

/**
 * Opens the account that a verb of an operator is about, and closes it after the work.
 * @throws AppError `usage` on a replay: nobody watches it, and what it did is to be found again
 */
export async function withTradingAccount(
  options: AccountOptions,
  work: (opened: Opened) => Promise<void>,
): Promise<void> {
  await withAccount(options, async (opened) => {
    const { source } = await loadHead(opened.store, opened.account);
    if (source === 'stored') throw isReplay(opened.account);
    await work(opened);
  });
}

function isReplay(account: string): AppError {
  return new AppError(
    'usage',
    `The account '${account}' is a replay: it takes no wishes.`,
    'Name an account that trades with --account.',
  );
}

/** Leaves a request for the next watch, and says so. */
export async function askAndSay(
  options: AskOptions,
  { wish, what }: { readonly wish: (opened: Opened) => Wish; readonly what: string },
): Promise<void> {
  await withTradingAccount(options, async (opened) => {
    const { store, account } = opened;
    const ask = askOf(options);
    await askFor(store, account, { ask, wish: wish(opened) }).catch((error: unknown) => {
      throw perhapsAsked(error, ask);
    });
    if (options.json) sayJson({ account, id: ask.id, by: ask.by, why: ask.why, askedMs: ask.askedMs });
    else say(`Asked of ${accountLabel(opened)}: ${what}. ${whenDone(opened)}`);
  });
}

/** Asked twice, capital would be added twice. */
function perhapsAsked(error: unknown, { id }: Ask): unknown {
  const isUncertain =
    error instanceof AppError && (error.code === 'state-unavailable' || error.code === 'state-contended');
  if (!isUncertain) return error;
  const hint = `It may have been asked all the same (as ${id}): look at \`status\`, which shows what waits and what was done, before you ask again.`;
  return new AppError(error.code, error.message, hint, { cause: error });
}

/** When a request is carried out. */
export function whenDone({ environment }: Pick<Opened, 'environment'>): string {
  return environment === null
    ? 'The next watch carries it out: within a minute while `start` runs, else with the next start.'
    : 'The next watch carries it out: there is one each minute.';
}
