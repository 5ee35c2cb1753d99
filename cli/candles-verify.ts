import { type Command, Option } from 'commander';
import { type VerifiedSeries, type VerifyRequest, verifyCandles } from '../shared/app/verify-candles.ts';
import { LOOKBACK_ROWS } from '../shared/core/decision/lookback.ts';
import { AppError } from '../shared/core/errors.ts';
import { krakenFrom, openCandles } from './context.ts';
import { type DataOptions, parseSymbol, parseTimeframe, withDataOptions } from './options.ts';
import { green, progress, red, say, sayJson, table } from './screen.ts';
import { findingsOf, remarksOf } from './tell-candles.ts';

type StoredVenue = 'kraken' | 'synthetic';

interface VerifyOptions extends DataOptions {
  readonly source?: StoredVenue;
  readonly api?: boolean;
}

/** What was found, and where the series is stored. */
type Told = VerifiedSeries & { readonly venue: StoredVenue };

/** `hot-crypto candles verify`: is what is stored whole, and does it agree with itself and with Kraken? */
export function addVerify(candles: Command): void {
  withDataOptions(candles.command('verify'))
    .argument('[symbol]', 'such as BTC/USD; without it everything that is stored')
    .argument('[timeframe]', '1m 5m 15m 1h 4h 1d; without it all of the symbol')
    .addOption(new Option('--source <name>', 'only candles of this one').choices(['kraken', 'synthetic']))
    .option('--api', `compare with the newest ${LOOKBACK_ROWS} candles that Kraken gives now`)
    .description(
      'look for holes, impossible candles, outliers, and candles that do not agree with finer ones; ' +
        'changes nothing; exit 1 when something is wrong',
    )
    .action(verify);
}

async function verify(
  symbolText: string | undefined,
  timeframeText: string | undefined,
  options: VerifyOptions,
): Promise<void> {
  if (options.api && options.source === 'synthetic')
    throw new AppError('usage', 'Kraken has no SYNTHETIC candles.', 'Leave out --api or --source.');
  const symbol = symbolText === undefined ? undefined : parseSymbol(symbolText);
  const timeframe = timeframeText === undefined ? undefined : parseTimeframe(timeframeText);
  const venues: readonly StoredVenue[] =
    options.source === undefined ? ['kraken', 'synthetic'] : [options.source];
  const told: Told[] = [];
  for (const venue of venues) told.push(...(await verifyVenue(venue, { symbol, timeframe, options })));
  progress('');
  if (told.length === 0 && symbol !== undefined) throw missing([timeframe, 'candles of', symbol]);
  tellVerified(told, options);
}

/** Prints what was found. Where nothing was looked at nothing is known: a mistyped folder must not pass for sound candles. */
function tellVerified(told: readonly Told[], { data, json }: VerifyOptions): void {
  const findings = told.reduce((sum, one) => sum + one.findings, 0);
  const isClean = told.length > 0 && findings === 0;
  if (json) sayJson({ isClean, findings, series: told });
  if (told.length === 0) throw missing(['candles'], data);
  if (!json) showVerified(told, findings);
  if (!isClean) process.exitCode = 1;
}

interface Wanted extends Pick<VerifyRequest, 'symbol' | 'timeframe'> {
  readonly options: VerifyOptions;
}

async function verifyVenue(
  venue: StoredVenue,
  { symbol, timeframe, options: { data, api } }: Wanted,
): Promise<readonly Told[]> {
  const found = await verifyCandles(openCandles({ dataFolder: data }, venue), {
    symbol,
    timeframe,
    source: api && venue === 'kraken' ? krakenFrom(process.env) : undefined,
    rows: LOOKBACK_ROWS,
    nowMs: Date.now(),
    onSeries: (one) => progress(`looking at ${one.symbol} ${one.timeframe} …`),
  });
  return found.map((one) => ({ venue, ...one }));
}

function missing(words: readonly (string | undefined)[], folder?: string): AppError {
  const where = folder === undefined ? 'here' : `in '${folder}'`;
  return new AppError(
    'candles-missing',
    `There are no ${words.filter((word) => word !== undefined).join(' ')} ${where}.`,
    'Is --data right? See `hot-crypto candles list`; bring them with `hot-crypto candles import FILE`.',
  );
}

function showVerified(told: readonly Told[], findings: number): void {
  table(
    ['venue', 'symbol', 'timeframe', 'candles', 'untraded', 'holes', 'outliers', 'finer', 'Kraken now', ''],
    told.map((one) => [
      one.venue === 'synthetic' ? 'SYNTHETIC' : one.venue,
      one.symbol,
      one.timeframe,
      `${one.rows}`,
      `${one.untraded.bars}`,
      `${one.holes.length}`,
      `${one.outliers.length}`,
      comparedOf(one.finer),
      comparedOf(one.api === null ? [] : [one.api]),
      one.findings === 0 ? green('sound') : red(`${one.findings} WRONG`),
    ]),
  );
  for (const one of told) for (const line of findingsOf(one)) say(red(line));
  for (const one of told) for (const line of remarksOf(one)) say(line);
  const count = `${told.length} series`;
  if (findings === 0) say(green(`Nothing is wrong with ${count}.`));
  else say(red(`${findings} ${findings === 1 ? 'thing is' : 'things are'} wrong in ${count}.`));
}

/** How many candles had something to be compared with. */
function comparedOf(agreements: readonly { readonly compared: number }[]): string {
  return agreements.length === 0 ? '–' : `${agreements.reduce((sum, { compared }) => sum + compared, 0)}`;
}
