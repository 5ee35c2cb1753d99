import { createHash } from 'node:crypto';
import { AppError } from '../../core/errors.ts';
import { isoMinute } from '../../core/market/calendar.ts';
import { type Candles, candleColumns, emptyCandles, sliceCandles } from '../../core/market/candles.ts';
import { FILL_BARS_MAX } from '../../core/market/holes.ts';
import { type Timeframe, timeframeMs } from '../../core/market/timeframes.ts';
import { likelyTimeframe, rowFault } from '../../core/market/verify.ts';
import type { CandleFile, CandleFileContent } from '../../ports/candle-file.ts';
import { type Layout, layoutOf, seriesOf, timeUnitOf } from './csv-layout.ts';
import { textOfFile } from './csv-text.ts';

const ROWS_BETWEEN_REPORTS = 50_000;
const NUMBER = /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** From one bar's close to the next one's open prices do not move a hundredfold: one of the two is in another unit. */
const PRICE_JUMP_MAX = 100;

/** The file while it is read: `at` rows are in `candles`, row i comes from line `lines[i]`. */
interface Reading {
  readonly name: string;
  readonly layout: Layout;
  readonly timeframe: Timeframe;
  readonly candles: Candles;
  readonly lines: Uint32Array;
  at: number;
  duplicates: number;
}

/**
 * Reads our CSV (`timestamp_ms,open,high,low,close,volume` with header) or a file of Kraken's archive (seconds, seven
 * columns, no header), plain or gzip, or refuses it whole at its first fault.
 *
 * @throws AppError `candles-invalid` naming file, line, column and value; `usage` when symbol or timeframe is unknown
 */
export function parseCandleCsv(file: CandleFile): CandleFileContent {
  const text = textOfFile(file.name, file.bytes);
  const layout = layoutOf(file.name, lineAt(text, 0).line);
  const { symbol, timeframe } = seriesOf(file, layout);
  const reading = readRows(text, { name: file.name, layout, timeframe }, file.onProgress);
  checkTimeframe(reading);
  return {
    source: layout.source,
    symbol,
    timeframe,
    candles: sliceCandles(reading.candles, 0, reading.at),
    duplicates: reading.duplicates,
    sha256: createHash('sha256').update(file.bytes).digest('hex'),
  };
}

function lineAt(text: string, start: number): { readonly line: string; readonly next: number } {
  const end = text.indexOf('\n', start);
  const stop = end < 0 ? text.length : end;
  const line = text.slice(start, text[stop - 1] === '\r' && stop > start ? stop - 1 : stop);
  return { line, next: stop + 1 };
}

function readRows(
  text: string,
  about: Pick<Reading, 'name' | 'layout' | 'timeframe'>,
  onProgress: CandleFile['onProgress'],
): Reading {
  // Blank lines at the end are harmless; anywhere else they are a row without columns.
  const length = text.trimEnd().length;
  let rowsMax = 1;
  for (let at = text.indexOf('\n'); at >= 0 && at < length; at = text.indexOf('\n', at + 1)) rowsMax++;
  const reading: Reading = {
    ...about,
    candles: emptyCandles(rowsMax),
    lines: new Uint32Array(rowsMax),
    at: 0,
    duplicates: 0,
  };

  let start = 0;
  for (let number = 1; start < length; number++) {
    const { line, next } = lineAt(text, start);
    start = next;
    if (number === 1 && about.layout.hasHeader) continue;
    readRow(reading, number, line);
    if (number % ROWS_BETWEEN_REPORTS === 0) onProgress?.(reading.at);
  }
  if (reading.at === 0)
    throw new AppError('candles-invalid', `'${about.name}' holds no candles.`, 'Give a file that has rows.');
  onProgress?.(reading.at);
  return reading;
}

function readRow(reading: Reading, lineNumber: number, line: string): void {
  const { candles, layout, lines, at } = reading;
  const fields = line.split(',');
  if (fields.length !== layout.columns.length)
    refuse(reading, lineNumber, `${fields.length} columns, expected ${layout.columns.length}`);
  lines[at] = lineNumber;
  candles.openMs[at] = timeOf(reading, lineNumber, fields[0] ?? '');
  for (let column = 1; column < fields.length; column++) {
    const value = numberOf(reading, lineNumber, { column, text: fields[column] ?? '' });
    const name = candleColumns[column];
    if (name) candles[name][at] = value;
  }
  const fault = rowFault(candles, at);
  if (fault) refuse(reading, lineNumber, `column '${fault.column}': '${fault.value}' ${fault.problem}`);
  if (isRepeated(reading, lineNumber)) reading.duplicates++;
  else {
    checkPrices(reading, lineNumber);
    reading.at++;
  }
}

function timeOf(reading: Reading, lineNumber: number, text: string): number {
  const { unit, columns } = reading.layout;
  const value = Number(text);
  const spelled = `column '${columns[0]}': ${JSON.stringify(text.slice(0, 40))}`;
  if (!/^-?\d+$/.test(text)) refuse(reading, lineNumber, `${spelled} is not a whole number of ${unit}`);
  const looks = timeUnitOf(value);
  if (looks === undefined) refuse(reading, lineNumber, `${spelled} is not a time in ${unit}`);
  if (looks !== unit)
    refuse(
      reading,
      lineNumber,
      `${spelled} looks like ${looks}, ${reading.at === 0 ? 'expected' : 'among'} ${unit}`,
    );
  return unit === 'seconds' ? value * 1000 : value;
}

function numberOf(reading: Reading, lineNumber: number, field: { column: number; text: string }): number {
  const { column, text } = field;
  const spelled = `column '${reading.layout.columns[column]}': ${JSON.stringify(text.slice(0, 40))}`;
  if (!NUMBER.test(text)) refuse(reading, lineNumber, `${spelled} is not a number`);
  // The one column that is not kept: the number of trades.
  if (column >= candleColumns.length && !/^\d+$/.test(text))
    refuse(reading, lineNumber, `${spelled} is not a whole number`);
  return Number(text) + 0;
}

/** True for a row that says the same as the one above; other rows must come after the one above. */
function isRepeated(reading: Reading, lineNumber: number): boolean {
  const { candles, at } = reading;
  const before = candles.openMs[at - 1] ?? 0;
  const openMs = candles.openMs[at] ?? 0;
  const column = reading.layout.columns[0];
  if (openMs > before) return false;
  if (openMs < before)
    refuse(
      reading,
      lineNumber,
      `column '${column}': ${isoMinute(openMs)} comes after ${isoMinute(before)}, rows must ascend`,
    );
  const other = candleColumns.find((each) => candles[each][at] !== candles[each][at - 1]);
  if (other)
    refuse(
      reading,
      lineNumber,
      `column '${other}': '${candles[other][at]}', but line ${reading.lines[at - 1]} says ` +
        `'${candles[other][at - 1]}' for the same candle (${isoMinute(openMs)})`,
    );
  return true;
}

function checkPrices({ candles, at, ...reading }: Reading, lineNumber: number): void {
  if (at === 0) return;
  const bars = ((candles.openMs[at] ?? 0) - (candles.openMs[at - 1] ?? 0)) / timeframeMs[reading.timeframe];
  const open = candles.open[at] ?? 0;
  const close = candles.close[at - 1] ?? 0;
  const jump = Math.max(open / close, close / open);
  if (bars <= FILL_BARS_MAX + 1 && jump >= PRICE_JUMP_MAX)
    refuse(
      reading,
      lineNumber,
      `column 'open': '${open}' after a close of '${close}' looks like another unit of price`,
    );
}

/** All times lie on the grid of the timeframe, and not all of them on that of a longer one. */
function checkTimeframe({ candles, lines, at, ...reading }: Reading): void {
  const { timeframe } = reading;
  const length = timeframeMs[timeframe];
  const openMs = candles.openMs.subarray(0, at);
  const likely = likelyTimeframe(openMs);
  const stray = openMs.findIndex((ms) => ms % length !== 0);
  const column = `column '${reading.layout.columns[0]}'`;
  if (stray >= 0)
    refuse(
      reading,
      lines[stray] ?? 0,
      `${column}: ${isoMinute(openMs[stray] ?? 0)} is not on the grid of ${timeframe}` +
        `${likely ? `; the file looks like ${likely}` : ''}`,
    );
  if (at > 2 && likely && timeframeMs[likely] > length)
    refuse(
      reading,
      lines[1] ?? 0,
      `${column}: no two candles are ${timeframe} apart; the file looks like ${likely}`,
    );
}

function refuse({ name }: Pick<Reading, 'name'>, lineNumber: number, what: string): never {
  throw new AppError(
    'candles-invalid',
    `'${name}', line ${lineNumber}${what.startsWith('column ') ? ', ' : ': '}${what}.`,
    'Correct the file, or --symbol and --timeframe, and import it again; nothing was imported.',
  );
}
