import { type Command, InvalidArgumentError, Option } from 'commander';
import { AppError } from '../shared/core/errors.ts';
import { parseInstant } from '../shared/core/market/calendar.ts';
import {
  DAY_MS,
  type EpochMs,
  isTimeframe,
  type Timeframe,
  timeframes,
} from '../shared/core/market/timeframes.ts';

/** Options of a verb that needs no config. */
export interface DataOptions {
  readonly data: string;
  readonly json?: boolean;
}

/** Options of nearly every verb. */
export interface CommonOptions extends DataOptions {
  readonly config?: string;
}

/** Options of a verb that reads the config and nothing else. */
export type ConfigOptions = Omit<CommonOptions, 'data'>;

/** Adds the options that nearly every verb has. */
export function withCommonOptions(command: Command): Command {
  return withDataOptions(withConfigOption(command));
}

/** The same without a data folder. */
export function withConfigOptions(command: Command): Command {
  return withJsonOption(withConfigOption(command));
}

const withConfigOption = (command: Command): Command =>
  command.option('--config <file>', 'YAML file laid over config/*.yaml');

const withJsonOption = (command: Command): Command =>
  command.option('--json', 'print JSON (keys: docs/json.md)');

/** The same without a config. */
export function withDataOptions(command: Command): Command {
  return withJsonOption(
    command.addOption(
      new Option('--data <dir>', 'folder of candles and accounts')
        .default('.hot-crypto', 'HOT_CRYPTO_DATA, else .hot-crypto')
        .argParser(parseFolder),
    ),
  );
}

function parseFolder(text: string): string {
  if (text !== '') return text;
  throw new InvalidArgumentError('Name a folder.');
}

/** The option that names a deployed environment: its config is its own, and its data is there. */
export const environmentOption = (): Option =>
  new Option('--env <name>', 'a deployed environment, asked with your AWS credentials').conflicts([
    'config',
    'data',
  ]);

/** Options of a verb that runs over stored candles. */
export interface SpanOptions extends CommonOptions {
  readonly from: string;
  readonly to: string;
  readonly exec?: string;
}

/** Adds the options of a run over stored candles. */
export function withSpanOptions(command: Command): Command {
  return withCommonOptions(command)
    .requiredOption('--from <day>', 'first day, UTC: 2024-07-01')
    .requiredOption('--to <day>', 'last day, UTC, included: 2025-12-31')
    .addOption(
      new Option(
        '--exec <timeframe>',
        'candles that orders meet (default: the finest that covers the span)',
      ).choices(timeframes.filter((timeframe) => timeframe !== '1d')),
    );
}

/** The instants of a span: from 00:00 of its first day to 00:00 after its last. */
export function parseSpan({ from, to }: Pick<SpanOptions, 'from' | 'to'>): {
  readonly fromMs: EpochMs;
  readonly toMs: EpochMs;
} {
  const fromMs = parseDay('--from', from);
  const toMs = parseDay('--to', to) + DAY_MS;
  if (fromMs >= toMs) {
    throw new AppError('usage', `--from '${from}' is after --to '${to}'.`, 'Give the earlier day first.');
  }
  return { fromMs, toMs };
}

/** The same where either day may be left out: undefined there. */
export function parseOpenSpan({ from, to }: Partial<Pick<SpanOptions, 'from' | 'to'>>): {
  readonly fromMs: EpochMs | undefined;
  readonly toMs: EpochMs | undefined;
} {
  if (from !== undefined && to !== undefined) return parseSpan({ from, to });
  return {
    fromMs: from === undefined ? undefined : parseDay('--from', from),
    toMs: to === undefined ? undefined : parseDay('--to', to) + DAY_MS,
  };
}

function parseDay(option: string, text: string): EpochMs {
  const ms = /^\d{4}-\d{2}-\d{2}$/.test(text) ? parseInstant(text) : undefined;
  if (ms !== undefined) return ms;
  throw new AppError('usage', `${option} '${text}' is not a day.`, 'Write it as 2024-07-01.');
}

/** A timeframe from the command line. @throws AppError `usage` */
export function parseTimeframe(text: string): Timeframe {
  if (isTimeframe(text)) return text;
  throw new AppError('usage', `'${text}' is not a timeframe.`, `Use one of ${timeframes.join(' ')}.`);
}

/** A symbol from the command line, in any common spelling: BTC/USD, btc-usd, XBTUSD, btc. @throws AppError `usage` */
export function parseSymbol(text: string): string {
  const match = /^([A-Z0-9]{2,10}?)(?:[/-]?USD)?$/.exec(text.toUpperCase());
  if (match === null) {
    throw new AppError('usage', `'${text}' is not a symbol.`, 'Write a pair quoted in USD, such as BTC/USD.');
  }
  return `${match[1] === 'XBT' ? 'BTC' : match[1]}/USD`;
}
