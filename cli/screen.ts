import { isoMinute } from '../shared/core/market/calendar.ts';
import type { EpochMs } from '../shared/core/market/timeframes.ts';

// A reader such as `head` may leave: that ends the program, and is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

/** Writes one line of output. */
export function say(line = ''): void {
  process.stdout.write(`${line}\n`);
}

/** Writes a value as JSON, for programs: keys in a fixed order, amounts as decimal text. */
export function sayJson(value: unknown): void {
  say(JSON.stringify(value, null, 2));
}

/** Writes a passing remark where it does not mix with results. */
export function note(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Shows how far long work is: one line that moves, on a terminal only. */
export function progress(line: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${line}`);
}

/** Rows in aligned columns; figures to the right. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): void {
  const widths = header.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]?.length ?? 0)));
  const isFigure = (text: string) => /^[-+]?[\d.,]+ ?%?$/.test(text);
  const line = (cells: readonly string[], isHeader: boolean) =>
    cells
      .map((cell, i) => {
        const right = isHeader
          ? rows.every((row) => isFigure(row[i] ?? '') || row[i] === '–')
          : isFigure(cell);
        return right && rows.length > 0 ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0);
      })
      .join('  ')
      .trimEnd();
  say(dim(line(header, true)));
  for (const row of rows) say(line(row, false));
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

/** A fraction as a percentage with its sign. */
export function percent(fraction: number): string {
  const text = (100 * fraction).toFixed(2);
  return `${fraction > 0 ? '+' : ''}${text} %`;
}

/** An instant for reading, in UTC. */
export function instant(ms: EpochMs | null): string {
  return ms === null ? 'never' : isoMinute(ms);
}
