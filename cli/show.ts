import { setTimeout as sleep } from 'node:timers/promises';
import { type Command, Option } from 'commander';
import { loadHead } from '../shared/app/account.ts';
import { newestMs } from '../shared/app/history.ts';
import { keys } from '../shared/app/items.ts';
import { AppError } from '../shared/core/errors.ts';
import { accountTitle, type Opened, withAccount, withAccountOptions } from './accounts.ts';
import { parseOpenSpan } from './options.ts';
import type { Format } from './print-rows.ts';
import { dim, note, say } from './screen.ts';
import { equity } from './show-equity.ts';
import { fills } from './show-fills.ts';
import { orders } from './show-orders.ts';
import { performance } from './show-performance.ts';
import { positions } from './show-positions.ts';
import { type Show, type Shown, type ShowOptions, showTable } from './show-rows.ts';
import type { Table } from './show-table.ts';

const tables: Readonly<Record<string, Table>> = { positions, orders, fills, equity };

/** `hot-crypto show positions|orders|fills|equity|performance`. */
export function addShow(program: Command): void {
  const show = program
    .command('show')
    .description('what an account has done: positions, orders, fills, equity, performance');
  for (const [name, table] of Object.entries(tables)) {
    withShowOptions(show.command(name))
      .description(table.about)
      .action((options: ShowOptions) => showAccount(options, (shown) => showTable(name, table, shown)));
  }
  withShowOptions(show.command('performance'))
    .description(performance.about)
    .action((options: ShowOptions) => showAccount(options, performance.open));
}

function withShowOptions(command: Command): Command {
  return withAccountOptions(command)
    .option('--from <day>', 'first day, UTC: 2024-07-01 (default: where the account begins)')
    .option('--to <day>', 'last day, UTC, included (default: as far as it is)')
    .option('--follow', 'go on and print what comes, until Ctrl-C')
    .addOption(new Option('--csv', 'print CSV with a header (RFC 4180)').conflicts('json'));
}

const POLL_MS = 2_000;

async function showAccount(options: ShowOptions, begin: (shown: Shown) => Show): Promise<void> {
  const span = parseOpenSpan(options);
  await withAccount(options, async (opened) => {
    const { store, account } = opened;
    const { source, createdMs } = await loadHead(store, account);
    const format = formatOf(options);
    if (format === 'screen') say(accountTitle(opened, source));
    const show = begin({ opened, options, format });
    const showNow = async (isFirst: boolean) => {
      const lastMs = newestMs(await loadHead(store, account));
      const toMs = Math.min(lastMs, span.toMs ?? Number.POSITIVE_INFINITY);
      await show({ fromMs: Math.max(createdMs, span.fromMs ?? createdMs), toMs }, isFirst);
    };
    if (options.follow) await follow(opened, showNow);
    else await showNow(true);
  });
}

function formatOf({ csv, json, follow: isFollowing }: ShowOptions): Format {
  if (csv) return 'csv';
  if (json) return isFollowing ? 'lines' : 'json';
  return 'screen';
}

/** Failures of a moment, which the next look may not meet. */
const PASSING: readonly string[] = ['state-contended', 'state-unavailable'];

/** Shows what there is, and again whenever the account was written, until Ctrl-C. */
async function follow(opened: Opened, show: (isFirst: boolean) => Promise<void>): Promise<void> {
  const stop = new AbortController();
  const onSignal = () => stop.abort();
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
  let seen = await versionOf(opened);
  await show(true);
  while (!stop.signal.aborted) {
    await sleep(POLL_MS, undefined, { signal: stop.signal }).catch(() => undefined);
    if (!stop.signal.aborted) seen = await lookAgain(opened, seen, () => show(false));
  }
  process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
}

/** Every transaction on an account writes its head. */
async function versionOf({ store, account }: Opened): Promise<number | undefined> {
  return (await store.get(keys.head(account)))?.version;
}

/** @returns the version that was shown */
async function lookAgain(
  opened: Opened,
  seen: number | undefined,
  show: () => Promise<void>,
): Promise<number | undefined> {
  try {
    const version = await versionOf(opened);
    if (version !== seen) await show();
    return version;
  } catch (error) {
    if (!(error instanceof AppError) || !PASSING.includes(error.code)) throw error;
    note(dim(`${error.code}: ${error.message}`));
    return seen;
  }
}
