import { once } from 'node:events';
import { type LogLevel, logLevels } from '../config/environment.ts';
import { isoMinute } from '../shared/core/market/calendar.ts';
import type { EpochMs } from '../shared/core/market/timeframes.ts';

// A reader such as `head` may leave: that ends the program, and is no failure. A full disk is one.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  note(`unexpected: the output cannot be written (${error.code}).\n  → Check where it goes to.`, 'error');
  process.exit(1);
});
process.stderr.on('error', () => process.exit(1));

/** Writes one line of output. */
export function say(line = ''): void {
  process.stdout.write(`${line}\n`);
}

/** Waits until the reader has taken what was written, so that what is not read yet does not pile up here. */
export async function drained(): Promise<void> {
  if (process.stdout.writableNeedDrain) await once(process.stdout, 'drain');
}

/** Writes a value as JSON, for programs: keys in a fixed order, amounts as decimal text. */
export function sayJson(value: unknown): void {
  say(JSON.stringify(value, null, 2));
}

let loudest: LogLevel = 'info';

/** Remarks beyond this level are left out from now on: LOG_LEVEL. */
export function setLogLevel(level: LogLevel): void {
  loudest = level;
}

function isHeard(level: LogLevel): boolean {
  return logLevels.indexOf(level) <= logLevels.indexOf(loudest);
}

/** Writes a remark where it does not mix with results. Most are what a person should know: a warning. */
export function note(line: string, level: LogLevel = 'warn'): void {
  if (isHeard(level)) process.stderr.write(`${line}\n`);
}

/** Shows how far long work is: one line that moves, on a terminal only. */
export function progress(line: string): void {
  if (process.stderr.isTTY && isHeard('info')) process.stderr.write(`\r\u001b[K${line}`);
}

const LINE = 110;

/** A label and a text after it, in lines that fit a screen; the text begins at one column in all of them. */
export function sayWrapped(label: string, text: string): void {
  const lines = [''];
  for (const word of text.split(' ')) {
    const longer = `${lines.at(-1)} ${word}`.trimStart();
    if (label.length + longer.length > LINE) lines.push(word);
    else lines[lines.length - 1] = longer;
  }
  for (const [i, line] of lines.entries()) say((i === 0 ? label : ' '.repeat(label.length)) + line);
}

/** Rows in aligned columns; columns of figures to the right, their points below each other. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): void {
  const columns = header.map((title, i) =>
    columnOf(
      title,
      rows.map((row) => row[i] ?? ''),
    ),
  );
  const line = (at: number) =>
    columns
      .map((cells) => cells[at] ?? '')
      .join('  ')
      .trimEnd();
  say(dim(line(0)));
  for (let at = 1; at <= rows.length; at++) say(line(at));
}

/** The title and the cells of a column, all of one width. */
function columnOf(title: string, cells: readonly string[]): readonly string[] {
  const isFigure = (text: string) => /^[-+]?[\d.,]+( %)?$/.test(text);
  const isRight = cells.some(isFigure) && cells.every((text) => isFigure(text) || text === '–');
  const places = (text: string) => /\.\d+/.exec(text)?.[0].length ?? 0;
  const most = isRight ? Math.max(...cells.map(places)) : 0;
  const level = cells.map((text) =>
    isFigure(text) && isRight ? text + ' '.repeat(most - places(text)) : text,
  );
  const all = [title, ...level];
  const width = Math.max(...all.map((text) => text.length));
  return all.map((text) => (isRight ? text.padStart(width) : text.padEnd(width)));
}

const isColoured =
  process.stdout.isTTY === true && process.env['NO_COLOR'] === undefined && process.env['TERM'] !== 'dumb';

function coloured(code: number, text: string): string {
  return isColoured ? `\u001b[${code}m${text}\u001b[0m` : text;
}

/** Colours, on a terminal only. */
export const dim = (text: string): string => coloured(2, text);
export const bold = (text: string): string => coloured(1, text);
export const green = (text: string): string => coloured(32, text);
export const red = (text: string): string => coloured(31, text);
export const yellow = (text: string): string => coloured(33, text);

/** An amount of USD for reading: two decimals and thousands apart. */
export function usd(text: string): string {
  const [whole = '0', fraction = ''] = Number(text).toFixed(2).split('.');
  return `${whole.replace(/\B(?=(\d{3})+$)/g, ',')}.${fraction}`;
}

/** Decimal text with no more places than prices and quantities have: an average has eighteen. */
export function legible(text: string): string {
  return text.replace(/(\.\d{8})\d+$/, '$1');
}

/** A fraction as a percentage with its sign. */
export function percent(fraction: number): string {
  const text = (100 * fraction).toFixed(2);
  return `${fraction > 0 ? '+' : ''}${text} %`;
}

/** An instant for reading, in UTC. */
export function instant(ms: EpochMs | null): string {
  return ms === null ? 'never' : isoMinute(ms);
}
