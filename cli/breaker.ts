import { type Command, InvalidArgumentError } from 'commander';
import { LIVE_ACCOUNT } from '../shared/app/account.ts';
import {
  type BreakerView,
  listBreakers,
  resetBreaker,
  scopeNamed,
  tripBreaker,
} from '../shared/app/breakers.ts';
import { AppError } from '../shared/core/errors.ts';
import type { BreakerScope } from '../shared/core/risk/breakers.ts';
import {
  type AccountOptions,
  accountLabel,
  type Opened,
  placeLabel,
  withAccountOptions,
} from './accounts.ts';
import { type AskOptions, askAndSay, askOf, whenDone, withAskOptions, withTradingAccount } from './ask.ts';
import type { CommonOptions } from './options.ts';
import { requestsOf, sayRequests } from './requests.ts';
import { bold, instant, red, say, sayJson, table } from './screen.ts';

/** `hot-crypto breaker`: what forbids entries. Exits always pass. */
export function addBreaker(program: Command): void {
  const breaker = program
    .command('breaker')
    .description('what forbids entries: list, trip, reset, halt, adopt, ignore; exits and stops always pass');
  withAccountOptions(breaker.command('list'))
    .description('the breakers of an account with their versions, and what was asked and is not done yet')
    .action(list);
  withAskOptions(breaker.command('trip'))
    .argument('[scope]', 'manual, portfolio, losses, drawdown, asset:BTC-USD, flash:BTC-USD …', 'manual')
    .description('forbid entries from now on, until somebody resets it')
    .action(trip);
  withAskOptions(breaker.command('reset'))
    .argument('<scope>', 'as `breaker list` shows it')
    .requiredOption(
      '--version <n>',
      'the version that `breaker list` shows: what you have seen',
      parseVersion,
    )
    .description('allow entries again; what the breaker measures from begins anew')
    .action(reset);
  withAskOptions(breaker.command('halt'))
    .option('--flatten', 'and sell everything at the next open')
    .description('trip the manual breaker and withdraw entries; positions stay, with their stops')
    .action(halt);
  for (const kind of ['adopt', 'ignore'] as const)
    withAskOptions(breaker.command(kind))
      .argument('<order>', 'its name at Kraken, or the client id, as `status` shows it', parseOrder)
      .description(judgements[kind])
      .action((order: string, options: AskOptions) => judge(kind, order, options));
}

/** What a person says of an order that Kraken has under an id of ours and that the books do not know. */
const judgements = {
  adopt: 'take an orphan into the books: it is ours, and its fills are booked',
  ignore: 'say that an orphan is none of ours: it stays at Kraken and out of the books',
};

function parseOrder(text: string): string {
  if (/^[\w-]{6,64}$/.test(text)) return text;
  throw new InvalidArgumentError('Give the name that `status` shows, such as OABCDE-12345-ABCDEF.');
}

async function judge(kind: 'adopt' | 'ignore', order: string, options: AskOptions): Promise<void> {
  const wish = ({ account }: Opened) => {
    if (account === LIVE_ACCOUNT) return { kind, order };
    const message = `The account '${account}' trades on paper: no order of it can be an orphan.`;
    throw new AppError('usage', message, 'Orphans are found at Kraken: --account live.');
  };
  await askAndSay(options, { wish, what: `${kind} the order ${order}` });
}

async function list(options: AccountOptions): Promise<void> {
  await withTradingAccount(options, async (opened) => {
    const { store, account } = opened;
    const breakers = await listBreakers(store, account);
    const requests = await requestsOf(store, account);
    if (options.json) sayJson({ account, breakers, requests });
    else showBreakers(opened, breakers);
    if (!options.json) sayRequests(requests);
  });
}

function showBreakers({ account, environment }: Opened, breakers: readonly BreakerView[]): void {
  if (environment !== null) say(bold(`${account}   ${placeLabel(environment)}`));
  else if (account === LIVE_ACCOUNT) say(bold(accountLabel({ account, environment })));
  if (breakers.length === 0) {
    say(`No breaker of ${account} was ever tripped.`);
    return;
  }
  table(
    ['breaker', 'state', 'until UTC', 'version', 'since UTC', 'by', 'why'],
    breakers.map((one) => [
      one.scope,
      one.isTripped ? red('TRIPPED') : 'closed',
      one.isTripped ? (one.untilMs === null ? 'reset' : instant(one.untilMs)) : '–',
      `${one.version}`,
      instant(one.atMs),
      one.by,
      one.why,
    ]),
  );
}

async function trip(scope: string, options: AskOptions): Promise<void> {
  await withTradingAccount(options, async (opened) => {
    const { store, account } = opened;
    const named = scopeNamed(scope, opened.workspace.config.symbols);
    await tripBreaker(store, { account, scope: named, ask: askOf(options) });
    await told(
      opened,
      named,
      options,
      `Tripped: ${named} of ${accountLabel(opened)} forbids entries until somebody resets it.`,
    );
  });
}

async function halt(options: AskOptions & { readonly flatten?: boolean }): Promise<void> {
  await withTradingAccount(options, async (opened) => {
    const { store, account } = opened;
    const isFlatten = options.flatten === true;
    await tripBreaker(store, { account, scope: 'manual', ask: askOf(options), halt: { isFlatten } });
    const rest = isFlatten ? 'Everything is to be sold.' : 'Positions stay, with their stops.';
    await told(
      opened,
      'manual',
      options,
      `Halted: ${accountLabel(opened)} enters nothing until somebody resets manual. ${rest} ${whenDone(opened)}`,
    );
  });
}

async function reset(scope: string, options: AskOptions & { readonly version: number }): Promise<void> {
  await withTradingAccount(options, async (opened) => {
    const { store, account } = opened;
    const named = scopeNamed(scope, opened.workspace.config.symbols);
    await resetBreaker(store, { account, scope: named, ask: askOf(options), version: options.version });
    await told(opened, named, options, `Reset: ${named} of ${accountLabel(opened)} allows entries again.`);
  });
}

async function told(
  { store, account }: Opened,
  scope: BreakerScope,
  { json }: CommonOptions,
  line: string,
): Promise<void> {
  if (!json) {
    say(line);
    return;
  }
  const breaker = (await listBreakers(store, account)).find((one) => one.scope === scope);
  sayJson({ account, breaker: breaker ?? null });
}

function parseVersion(text: string): number {
  if (/^(0|[1-9]\d{0,8})$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Give the number that `breaker list` shows.');
}
