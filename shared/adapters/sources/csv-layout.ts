import { AppError } from '../../core/errors.ts';
import { isTimeframe, type Timeframe, timeframeMs, timeframes } from '../../core/market/timeframes.ts';
import type { CandleFile } from '../../ports/candle-file.ts';

/** How the rows of a file are written. */
export interface Layout {
  readonly source: 'csv' | 'kraken-archive';
  readonly columns: readonly string[];
  readonly hasHeader: boolean;
  readonly unit: 'seconds' | 'milliseconds';
}

const ours: Layout = {
  source: 'csv',
  columns: ['timestamp_ms', 'open', 'high', 'low', 'close', 'volume'],
  hasHeader: true,
  unit: 'milliseconds',
};

/** Kraken's published archive of candles. */
const archive: Layout = {
  source: 'kraken-archive',
  columns: ['time', 'open', 'high', 'low', 'close', 'volume', 'trades'],
  hasHeader: false,
  unit: 'seconds',
};

const REMEDY = `Give a file with the header ${ours.columns.join(',')} or one of Kraken's archive (7 columns, no header).`;

/** Tells the layout by the first line. @throws AppError `candles-invalid` when it is neither of the two */
export function layoutOf(name: string, firstLine: string): Layout {
  const fields = firstLine.split(',');
  if (firstLine.trim() === '') throw new AppError('candles-invalid', `'${name}' is empty.`, REMEDY);
  if (/^-?\d/.test(firstLine)) {
    if (fields.length === archive.columns.length) return archive;
    throw new AppError(
      'candles-invalid',
      `'${name}', line 1: ${fields.length} columns and no header, expected ${archive.columns.length}.`,
      REMEDY,
    );
  }
  const stray = Math.max(
    ours.columns.findIndex((column, i) => fields[i] !== column),
    fields.length > ours.columns.length ? ours.columns.length : -1,
  );
  if (stray < 0) return ours;
  throw new AppError(
    'candles-invalid',
    `'${name}', line 1, column ${stray + 1}: the header says ${JSON.stringify((fields[stray] ?? '').slice(0, 40))}, ` +
      `expected ${ours.columns[stray] ? `'${ours.columns[stray]}'` : 'no further column'}.`,
    REMEDY,
  );
}

const units = { seconds: 1e8, milliseconds: 1e11, microseconds: 1e14, nanoseconds: 1e17 } as const;

/** The unit in which a number is a time between 1973 and 5138; undefined for small numbers. */
export function timeUnitOf(value: number): keyof typeof units | undefined {
  const names = ['nanoseconds', 'microseconds', 'milliseconds', 'seconds'] as const;
  return names.find((unit) => value >= units[unit]);
}

/** The currencies in which Kraken quotes; longer ones first, for USDT ends with no other one's name. */
const ARCHIVE_NAME =
  /(?:^|[/\\])([A-Z0-9]+?)(USDT|USDC|USD|EUR|GBP|CAD|JPY|CHF|AUD|XBT|ETH|DAI)_(\d+)\.csv(?:\.gz)?$/;
const ourNames: Readonly<Record<string, string>> = { XBT: 'BTC', XDG: 'DOGE' };

interface Told {
  readonly symbol?: string | undefined;
  readonly timeframe?: Timeframe | undefined;
}

/**
 * Symbol and timeframe of a file: as the person says, or as its name tells: `XBTUSD_240.csv` of Kraken's archive,
 * `kraken_BTCUSD_4h_2024.csv.gz` of ours.
 * A timeframe that the name tells wrongly needs no word here: the times in the file do not fit it.
 * @throws AppError `usage` when neither tells, or both tell a symbol and differ
 */
export function seriesOf(
  { name, symbol, timeframe }: CandleFile,
  layout: Layout,
): { readonly symbol: string; readonly timeframe: Timeframe } {
  const told = layout.source === 'kraken-archive' ? toldByArchive(name) : toldByWords(name);
  if (told.symbol !== undefined && symbol !== undefined && told.symbol !== symbol)
    throw new AppError(
      'usage',
      `'${name}' is called ${told.symbol}, not '${symbol}'.`,
      'Rename it or the symbol.',
    );
  const series = { symbol: symbol ?? told.symbol, timeframe: timeframe ?? told.timeframe };
  if (series.symbol === undefined || series.timeframe === undefined) throw untold(name, series);
  return { symbol: series.symbol, timeframe: series.timeframe };
}

function untold(name: string, { symbol, timeframe }: Told): AppError {
  const missing = [
    ...(symbol === undefined ? [['symbol', '--symbol BTC/USD']] : []),
    ...(timeframe === undefined ? [['timeframe', '--timeframe 4h']] : []),
  ];
  return new AppError(
    'usage',
    `The name '${name}' does not tell ${missing.map(([what]) => what).join(' and ')}.`,
    `Say which, for example ${missing.map(([, option]) => option).join(' ')} (timeframes: ${timeframes.join(' ')}).`,
  );
}

function toldByArchive(name: string): Told {
  const [, base, quote, minutes] = ARCHIVE_NAME.exec(name) ?? [];
  if (base === undefined || quote === undefined) return {};
  const timeframe = timeframes.find((each) => timeframeMs[each] === Number(minutes) * timeframeMs['1m']);
  return { symbol: `${ourNames[base] ?? base}/${ourNames[quote] ?? quote}`, timeframe };
}

/** A word of the name that is a pair in USD, and one that is a timeframe: each is believed when it is the only one. */
function toldByWords(name: string): Told {
  const words = (name.split(/[/\\]/).at(-1) ?? '').split(/[_. ]/);
  const bases = words.flatMap((word) => /^([A-Z0-9]{2,10}?)-?USD$/i.exec(word)?.[1]?.toUpperCase() ?? []);
  const symbols = new Set(bases.map((base) => `${ourNames[base] ?? base}/USD`));
  const spans = new Set(words.filter(isTimeframe));
  return {
    symbol: symbols.size === 1 ? [...symbols][0] : undefined,
    timeframe: spans.size === 1 ? [...spans][0] : undefined,
  };
}
