import { type Command, Option } from 'commander';
import { type PushDifference, type PushReport, pushCandles } from '../shared/app/push-candles.ts';
import { placeLabel } from './accounts.ts';
import { openCandles } from './context.ts';
import { openCloud } from './context-cloud.ts';
import { type DataOptions, parseSymbol, parseTimeframe, withDataOptions } from './options.ts';
import { bold, instant, progress, red, say, sayJson, table } from './screen.ts';

interface PushOptions extends DataOptions {
  readonly env: string;
  readonly symbol?: string;
  readonly timeframe?: string;
}

/** `hot-crypto candles push`: the stored candles into a deployed environment. */
export function addPush(candles: Command): void {
  withDataOptions(candles.command('push'))
    .addOption(new Option('--env <name>', 'the deployed environment to push to').makeOptionMandatory())
    .option('--symbol <symbol>', 'only this one, such as BTC/USD')
    .option('--timeframe <timeframe>', 'only this one, such as 4h')
    .description(
      'bring Kraken’s stored candles into a deployed environment, and compare; exit 1 if they differ',
    )
    .action(push);
}

async function push(options: PushOptions): Promise<void> {
  const wanted = {
    symbol: options.symbol === undefined ? undefined : parseSymbol(options.symbol),
    timeframe: options.timeframe === undefined ? undefined : parseTimeframe(options.timeframe),
  };
  progress('asking AWS …');
  const { environment, openCandles: openThere } = await openCloud(options.env);
  const here = openCandles({ dataFolder: options.data }, 'kraken');
  const pushed = await pushCandles(here, await openThere(), {
    ...wanted,
    onSeries: ({ symbol, timeframe }) => progress(`pushing ${symbol} ${timeframe} …`),
  });
  progress('');
  if (options.json) sayJson({ environment, pushed });
  else showPushed(pushed, placeLabel(environment));
  if (pushed.some(({ difference }) => difference !== null)) process.exitCode = 1;
}

function showPushed(pushed: readonly PushReport[], place: string): void {
  say(bold(`candles pushed to ${place}`));
  table(
    ['symbol', 'timeframe', 'first UTC', 'last UTC', 'candles', 'new', 'content here', 'there', ''],
    pushed.map((one) => [
      one.symbol,
      one.timeframe,
      instant(one.firstMs),
      instant(one.lastMs),
      `${one.rows}`,
      `${one.added}`,
      one.contentHash.slice(0, 12),
      one.storedHash.slice(0, 12),
      one.difference === null ? 'same' : red('DIFFERENT'),
    ]),
  );
  for (const { symbol, timeframe, difference } of pushed)
    if (difference !== null) say(red(`${symbol} ${timeframe} of ${inWords(difference)}`));
}

function inWords({ openMs, column, here, there }: PushDifference): string {
  const theirs = there === null ? 'is missing there' : `is ${there} there`;
  return `${instant(openMs)} UTC: ${column} ${here} here ${theirs}. What is there stays.`;
}
