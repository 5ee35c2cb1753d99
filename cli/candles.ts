import { readFileSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import type { Command } from 'commander';
import { fetchCandles } from '../shared/app/fetch-candles.ts';
import { importCandles } from '../shared/app/import-candles.ts';
import { LOOKBACK_ROWS } from '../shared/core/decision/lookback.ts';
import { AppError } from '../shared/core/errors.ts';
import { parseInstant } from '../shared/core/market/calendar.ts';
import { timeframeMs } from '../shared/core/market/timeframes.ts';
import type { CandleStore } from '../shared/ports/candle-store.ts';
import { placeLabel } from './accounts.ts';
import { addPush } from './candles-push.ts';
import { addVerify } from './candles-verify.ts';
import { krakenFrom, openCandles, openWorkspace, readCandleFile } from './context.ts';
import { openCloud } from './context-cloud.ts';
import {
  type CommonOptions,
  environmentOption,
  parseSymbol,
  parseTimeframe,
  withCommonOptions,
} from './options.ts';
import { bold, instant, progress, say, sayJson, table } from './screen.ts';

interface ImportOptions extends CommonOptions {
  readonly symbol?: string;
  readonly timeframe?: string;
}

interface FetchOptions extends CommonOptions {
  readonly from?: string;
}

interface ListOptions extends CommonOptions {
  readonly env?: string;
}

/** `hot-crypto candles import|fetch|list|verify|push`. */
export function addCandles(program: Command): void {
  const candles = program
    .command('candles')
    .description('the stored candles: import, fetch, list, verify, push to an environment');
  withCommonOptions(candles.command('import'))
    .argument('<file...>', 'CSV, plain or .gz: ours (timestamp_ms,…) or of Kraken’s archive (XBTUSD_240.csv)')
    .option('--symbol <symbol>', 'such as BTC/USD, when the name of the file does not tell')
    .option('--timeframe <timeframe>', 'such as 4h, when the name of the file does not tell')
    .description('put files of candles into the store, each whole or not at all')
    .action(importFiles);
  withCommonOptions(candles.command('fetch'))
    .argument('<symbol>', 'such as BTC/USD')
    .argument('<timeframe>', '1m 5m 15m 1h 4h 1d')
    .option('--from <instant>', 'first candle, UTC (Kraken keeps the newest 720)')
    .description('fetch closed candles from Kraken into the store')
    .action(fetchSeries);
  withCommonOptions(candles.command('list'))
    .addOption(environmentOption())
    .description('what is stored, with its holes')
    .action(listSeries);
  addVerify(candles);
  addPush(candles);
}

async function importFiles(files: readonly string[], options: ImportOptions): Promise<void> {
  const series = {
    symbol: options.symbol === undefined ? undefined : parseSymbol(options.symbol),
    timeframe: options.timeframe === undefined ? undefined : parseTimeframe(options.timeframe),
  };
  const store = openCandles(openWorkspace(options), 'kraken');
  const reports = [];
  for (const file of files) {
    const report = await importCandles(store, readCandleFile, {
      name: basename(file),
      bytes: readBytes(file),
      ...series,
      nowMs: Date.now(),
      onProgress: (at) =>
        progress(
          `${basename(file)}  ${at.step === 'read' ? `${at.rows} rows` : `file ${at.done} of ${at.total}`}`,
        ),
    });
    progress('');
    reports.push({ file: basename(file), ...report });
    if (!options.json) {
      const { symbol, timeframe, rows, added, kept, filled } = report;
      say(
        `${basename(file)}: ${symbol} ${timeframe}, ${rows} candles from ${instant(report.firstMs)} to ` +
          `${instant(report.lastMs)} UTC; ${added} new, ${kept} known, ${filled} filled without trades`,
      );
    }
  }
  if (options.json) sayJson({ imported: reports });
}

function readBytes(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (cause) {
    const why = statSync(file, { throwIfNoEntry: false })?.isDirectory() ? 'it is a folder' : codeOf(cause);
    throw new AppError(
      'candles-invalid',
      `The file '${file}' cannot be read: ${why}.`,
      'Name a file that exists and that you may read.',
      { cause },
    );
  }
}

function codeOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  return code === 'ENOENT' ? 'there is none' : code;
}

async function fetchSeries(symbolText: string, timeframeText: string, options: FetchOptions): Promise<void> {
  const symbol = parseSymbol(symbolText);
  const timeframe = parseTimeframe(timeframeText);
  const nowMs = Date.now();
  const fromMs =
    options.from === undefined ? nowMs - LOOKBACK_ROWS * timeframeMs[timeframe] : parseFrom(options.from);
  const store = openCandles(openWorkspace(options), 'kraken');
  const report = await fetchCandles(store, krakenFrom(process.env), { symbol, timeframe, fromMs, nowMs });
  if (options.json) {
    const { firstMs = null, lastMs = null } = report;
    sayJson({ ...report, firstMs, lastMs });
    return;
  }
  if (report.rows === 0) {
    say(`${symbol} ${timeframe}: Kraken has no closed candle from ${instant(fromMs)} UTC on; nothing is new`);
    return;
  }
  say(
    `${symbol} ${timeframe}: ${report.rows} candles from ${instant(report.firstMs ?? null)} to ` +
      `${instant(report.lastMs ?? null)} UTC; ${report.added} new, ${report.kept} known`,
  );
  if (report.barsMissed > 0) {
    say(
      `${report.barsMissed} older candles are not to be had from the API; import them from Kraken’s archive.`,
    );
  }
}

function parseFrom(text: string): number {
  const ms = parseInstant(text);
  if (ms !== undefined) return ms;
  throw new AppError(
    'usage',
    `--from '${text}' is not an instant.`,
    'Write it as 2024-07-01 or 2024-07-01T04:00Z.',
  );
}

async function listSeries(options: ListOptions): Promise<void> {
  const { series, place } = await (options.env === undefined
    ? seriesHere(options)
    : seriesThere(options.env));
  if (options.json) {
    sayJson({ series });
    return;
  }
  if (place !== null) say(bold(`candles of ${place}`));
  if (series.length === 0) {
    say('No candles are stored yet.');
    return;
  }
  table(
    ['venue', 'symbol', 'timeframe', 'first UTC', 'last UTC', 'candles', 'untraded', 'holes', 'content'],
    series.map((one) => [
      one.venue === 'synthetic' ? 'SYNTHETIC' : one.venue,
      one.symbol,
      one.timeframe,
      instant(one.firstMs),
      instant(one.lastMs),
      `${one.rows}`,
      `${one.untraded}`,
      `${one.holes.length}`,
      one.contentHash.slice(0, 12),
    ]),
  );
}

async function seriesHere(options: CommonOptions) {
  const workspace = openWorkspace(options);
  const kraken = await seriesIn(openCandles(workspace, 'kraken'));
  const synthetic = await seriesIn(openCandles(workspace, 'synthetic'));
  return { series: [...kraken, ...synthetic], place: null };
}

async function seriesThere(name: string) {
  progress('asking AWS …');
  const { environment, openCandles: openThere } = await openCloud(name);
  const series = await seriesIn(await openThere());
  progress('');
  return { series, place: placeLabel(environment) };
}

async function seriesIn(store: CandleStore) {
  return (await store.list()).map((one) => ({ venue: store.venue, ...one }));
}
