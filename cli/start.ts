import { type Command, InvalidArgumentError, Option } from 'commander';
import { openState, openWorkspace, type Workspace } from './context.ts';
import { liveMarketOf } from './live-market.ts';
import { type Market, openMarket } from './markets.ts';
import { type CommonOptions, withCommonOptions } from './options.ts';
import { previewMarket } from './preview.ts';
import { bold, dim, note, say, usd, yellow } from './screen.ts';
import { expectOptIn, LIVE_FLAG, startLive } from './start-live.ts';
import { trade } from './trade.ts';

interface StartOptions extends CommonOptions {
  readonly source?: 'kraken' | 'synthetic';
  readonly once?: boolean;
  readonly dryRun?: boolean;
  readonly speed: number;
  readonly iUnderstandThatRealMoneyIsTraded?: boolean;
}

/** `hot-crypto start`: trading in the present, on paper unless config and command line both say that real money is meant. */
export function addStart(program: Command): void {
  withCommonOptions(program.command('start'))
    .description(
      'trade on paper, or live: catch up, decide at each candle close, watch every minute, until Ctrl-C',
    )
    .addOption(
      new Option('--source <name>', 'market (default: kraken, without a network the synthetic one)').choices([
        'kraken',
        'synthetic',
      ]),
    )
    .option('--once', 'do what is due now, then end')
    .option('--dry-run', 'decide and say why; store nothing, place nothing')
    .option('--speed <candles>', 'synthetic 4h candles a second', parseSpeed, 1)
    .option(LIVE_FLAG, 'with mode live in the config, and only then: trade real money')
    .action(start);
}

function parseSpeed(text: string): number {
  const speed = Number(text);
  if (speed > 0 && speed <= 1000) return speed;
  throw new InvalidArgumentError('Give a number of candles a second above 0, at most 1000.');
}

async function start(options: StartOptions): Promise<void> {
  const workspace = openWorkspace(options);
  const isOptedIn = options.iUnderstandThatRealMoneyIsTraded === true;
  const isDryRun = options.dryRun === true;
  expectOptIn(workspace, { isOptedIn, isDryRun, isSynthetic: options.source === 'synthetic' });
  if (workspace.config.mode === 'live' && !isDryRun) {
    await startLive(workspace, options);
    return;
  }
  const market =
    workspace.config.mode === 'live' ? liveMarketOf(workspace) : await openMarket(workspace, options);
  for (const remark of market.remarks) note(yellow(remark));
  if (isDryRun) {
    await previewMarket(workspace, market, options.json === true);
    return;
  }
  const store = openState(workspace, market.account);
  try {
    if (!options.json) sayHeader(workspace, market);
    await trade(market, { ...options, store });
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
