import { createHash } from 'node:crypto';
import { AppError } from '../../core/errors.ts';
import { isoMinute } from '../../core/market/calendar.ts';
import { type Candles, candleColumns, emptyCandles, sliceCandles } from '../../core/market/candles.ts';
import { FILL_BARS_MAX } from '../../core/market/holes.ts';
import { type Timeframe, timeframeMs, timeframes } from '../../core/market/timeframes.ts';
import { likelyTimeframe, rowFault } from '../../core/market/verify.ts';
import type { CandleFile, CandleFileContent } from '../../ports/candle-file.ts';
import { type Layout, layoutOf, seriesOf, timeUnitOf } from './csv-layout.ts';
import { textOfFile } from './csv-text.ts';

const ROWS_BETWEEN_REPORTS = 50_000;
const NUMBER = /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** From one bar's close to the next one's open prices do not move so far (8 is the most that was seen): one is in another unit. */
const PRICE_JUMP_MAX = 20;
/** So many of the steps between rows that are all of another timeframe show that the file is of that one. */
const STEP_SHARE = 0.9;

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
    readRow(reading, line, number);
    if (number % ROWS_BETWEEN_REPORTS === 0) onProgress?.(reading.at);
  }
  if (reading.at === 0)
    throw new AppError('candles-invalid', `'${about.name}' holds no candles.`, 'Give a file that has rows.');
  onProgress?.(reading.at);
  return reading;
}

function readRow(reading: Reading, line: string, lineNumber: number): void {
  const { candles, layout, lines, at } = reading;
  const fields = line.split(',');
  lines[at] = lineNumber;
  if (fields.length !== layout.columns.length)
    refuse(reading, at, `: ${fields.length} column(s), expected ${layout.columns.length}`);
  candles.openMs[at] = timeOf(reading, fields[0] ?? '');
  for (let column = 1; column < fields.length; column++) {
    const value = numberOf(reading, column, fields[column] ?? '');
    const name = candleColumns[column];
    if (name) candles[name][at] = value;
  }
  const fault = rowFault(candles, at);
  if (fault) refuse(reading, at, `, column '${fault.column}': '${fault.value}' ${fault.problem}`);
  if (isRepeated(reading)) reading.duplicates++;
  else {
    checkJump(reading);
    reading.at++;
  }
}

function timeOf(reading: Reading, text: string): number {
  const { unit } = reading.layout;
  const value = Number(text);
  if (!/^-?\d+$/.test(text)) refuseField(reading, 0, `${quote(text)} is not a whole number of ${unit}`);
  const looks = timeUnitOf(value);
  if (looks === undefined) refuseField(reading, 0, `${quote(text)} is not a time in ${unit}`);
  if (looks !== unit)
    refuseField(
      reading,
      0,
      `${quote(text)} looks like ${looks}, ${reading.at === 0 ? 'expected' : 'among'} ${unit}`,
    );
  return unit === 'seconds' ? value * 1000 : value;
}

function numberOf(reading: Reading, column: number, text: string): number {
  if (!NUMBER.test(text)) refuseField(reading, column, `${quote(text)} is not a number`);
  // The one column that is not kept: the number of trades.
  if (column >= candleColumns.length && !/^\d+$/.test(text))
    refuseField(reading, column, `${quote(text)} is not a whole number`);
  return Number(text) + 0;
}

/** True for a row that says the same as the one above; other rows must come after the one above. */
function isRepeated(reading: Reading): boolean {
  const { candles, lines, at } = reading;
  const before = candles.openMs[at - 1] ?? 0;
  const openMs = candles.openMs[at] ?? 0;
  if (openMs > before) return false;
  if (openMs < before)
    refuseField(reading, 0, `${isoMinute(openMs)} comes after ${isoMinute(before)}, rows must ascend`);
  const other = candleColumns.findIndex((each) => candles[each][at] !== candles[each][at - 1]);
  const name = candleColumns[other];
  if (name === undefined) return true;
  const [here, above] = [candles[name][at], candles[name][at - 1]];
  refuseField(
    reading,
    other,
    `'${here}', but line ${lines[at - 1]} says '${above}' for the same candle (${isoMinute(openMs)})`,
  );
}

/** Across a long hole a price may go anywhere. */
function checkJump(reading: Reading): void {
  const { candles, timeframe, at } = reading;
  if (at === 0) return;
  const bars = ((candles.openMs[at] ?? 0) - (candles.openMs[at - 1] ?? 0)) / timeframeMs[timeframe];
  const open = candles.open[at] ?? 0;
  const close = candles.close[at - 1] ?? 0;
  if (bars <= FILL_BARS_MAX + 1 && Math.max(open / close, close / open) >= PRICE_JUMP_MAX)
    refuseField(reading, 1, `'${open}' after a close of '${close}' looks like another unit of price`);
}

/** All times lie on the grid of the timeframe, and not all of them on that of a longer one. */
function checkTimeframe(reading: Reading): void {
  const { candles, timeframe, layout, at } = reading;
  const openMs = candles.openMs.subarray(0, at);
  const likely = likelyTimeframe(openMs);
  const stray = openMs.findIndex((ms) => ms % timeframeMs[timeframe] !== 0);
  const looks = likely ? `; the file looks like ${likely}` : '';
  const column = `, column '${layout.columns[0]}': `;
  if (stray >= 0)
    refuse(
      reading,
      stray,
      `${column}${isoMinute(openMs[stray] ?? 0)} is not on the grid of ${timeframe}${looks}`,
    );
  // Two candles that lie far apart prove nothing.
  if (at > 2 && likely && timeframeMs[likely] > timeframeMs[timeframe])
    refuse(reading, 1, `${column}no two candles are ${timeframe} apart${looks}`);
  const usual = usualStep(openMs);
  if (at > 2 && usual && usual !== timeframe)
    refuse(reading, 1, `${column}nearly all candles are ${usual} apart, not ${timeframe}`);
}

/** The timeframe that nearly every step from a row to the next has, if there is one. */
function usualStep(openMs: Float64Array): Timeframe | undefined {
  const steps = openMs.subarray(1).map((ms, i) => ms - (openMs[i] ?? 0));
  return timeframes.find((timeframe) => {
    const equal = steps.filter((step) => step === timeframeMs[timeframe]).length;
    return equal >= STEP_SHARE * steps.length;
  });
}

function quote(text: string): string {
  return JSON.stringify(text.slice(0, 40));
}

/** Refuses the file for a field of the row that is being read. */
function refuseField(reading: Reading, column: number, problem: string): never {
  refuse(reading, reading.at, `, column '${reading.layout.columns[column]}': ${problem}`);
}

function refuse({ name, lines }: Reading, row: number, problem: string): never {
  throw new AppError(
    'candles-invalid',
    `'${name}', line ${lines[row]}${problem}.`,
    'Correct the file, or --symbol and --timeframe, and import it again; nothing of it was imported.',
  );
}
