import { type Command, InvalidArgumentError, Option } from 'commander';
import { beginAccount, catchUp } from '../shared/app/paper-loop.ts';
import { AppError } from '../shared/core/errors.ts';
import { openState, openWorkspace, type Workspace } from './context.ts';
import { type Market, openMarket } from './markets.ts';
import { type CommonOptions, withCommonOptions } from './options.ts';
import { previewMarket } from './preview.ts';
import { bold, dim, note, say, sayJson, usd, yellow } from './screen.ts';
import { tradeTeller } from './tell-trades.ts';

interface StartOptions extends CommonOptions {
  readonly source?: 'kraken' | 'synthetic';
  readonly once?: boolean;
  readonly dryRun?: boolean;
  readonly speed: number;
}

/** Errors that the loop says once and outlives: most pass by themselves, and stops are watched meanwhile. */
const PASSING: readonly string[] = [
  'not-ready',
  'source-unavailable',
  'account-busy',
  'state-contended',
  'candles-conflict',
  'clock-behind',
];

/** `hot-crypto start`: paper trading in the present. */
export function addStart(program: Command): void {
  withCommonOptions(program.command('start'))
    .description('trade on paper: catch up, decide at each candle close, watch every minute, until Ctrl-C')
    .addOption(
      new Option('--source <name>', 'market (default: kraken, without a network the synthetic one)').choices([
        'kraken',
        'synthetic',
      ]),
    )
    .option('--once', 'do what is due now, then end')
    .option('--dry-run', 'decide and say why; store nothing, place nothing')
    .option('--speed <candles>', 'synthetic 4h candles a second', parseSpeed, 1)
    .action(start);
}

function parseSpeed(text: string): number {
  const speed = Number(text);
  if (speed > 0 && speed <= 1000) return speed;
  throw new InvalidArgumentError('Give a number of candles a second above 0, at most 1000.');
}

async function start(options: StartOptions): Promise<void> {
  const workspace = openWorkspace(options);
  const market = await openMarket(workspace, options);
  for (const remark of market.remarks) note(yellow(remark));
  if (options.dryRun) {
    await previewMarket(workspace, market, options.json === true);
    return;
  }
  const store = openState(workspace, market.account);
  try {
    if (!options.json) sayHeader(workspace, market);
    await trade(market, { store, options });
  } finally {
    store.close();
  }
}

function sayHeader(
  { config, instances, dataFolder, codeVersion }: Workspace,
  { label, account }: Market,
): void {
  say(bold(`HOT-Crypto ${codeVersion}   PAPER on ${label}`));
  say(`account ${account}, ${usd(String(config.capital))} USD at its start; ${config.symbols.join(' ')}`);
  const voting = new Set(instances.map(({ strategy }) => strategy.id));
  const { threshold } = config.ensemble;
  say(`strategies ${voting.size}, instances ${instances.length}; an entry needs a score of ${threshold}`);
  say(dim(`state in ${dataFolder}; Ctrl-C ends, the next start carries on. UTC everywhere.`));
  say();
  say(dim('at (UTC)          market   close USD  does       score  why'));
}

interface Trading {
  readonly store: ReturnType<typeof openState>;
  readonly options: StartOptions;
}

async function trade(market: Market, { store, options }: Trading): Promise<void> {
  const stop = new AbortController();
  const onSignal = () => stop.abort();
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
  const loop = market.loopOver(store);
  const teller = tradeTeller({ store, market, isJson: options.json === true });
  const first = await market.firstMs(store);
  await beginAccount(loop, first);
  await teller.tell(first);
  const patiently = patience(options.once === true);
  for (let nowMs = first; !stop.signal.aborted; nowMs = await market.nextMs(store, stop.signal)) {
    await patiently(async () => {
      await catchUp(loop, nowMs, { ...teller.hooks, onPassing: ({ message }) => note(dim(message)) });
      await teller.tell(nowMs);
    });
    if (options.once) break;
  }
  process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
  const summary = await teller.summary();
  if (options.json) sayJson(summary);
  else
    say(
      `\nStopped${market.isSynthetic ? ' (SYNTHETIC market)' : ''}. Equity ${usd(summary.equity)} USD, ${summary.openPositions} open. \`npm start\` carries on.`,
    );
}

/** Lets a passing failure pass, and says it once: the next minute tries again. Done once, it is a failure. */
function patience(isOnce: boolean): (work: () => Promise<void>) => Promise<void> {
  let told = '';
  return async (work) => {
    try {
      await work();
      told = '';
    } catch (error) {
      if (isOnce || !(error instanceof AppError) || !PASSING.includes(error.code)) throw error;
      const line = `${error.code}: ${error.message} ${error.hint}`;
      // A clock that is behind says another time every minute; what to do stays the same.
      const what = error.code === 'clock-behind' ? error.hint : line;
      if (what !== told) note(dim(line));
      told = what;
    }
  };
}
