import { isoInstant } from '../shared/core/market/calendar.ts';
import { csvLine, harmless } from './csv.ts';
import { dim, drained, instant, legible, percent, say, usd } from './screen.ts';

/** One value of a row: decimal text, an instant in ms, a figure or text, as its column says. */
export type Cell = string | number | readonly string[] | null;

export type Row = Readonly<Record<string, Cell>>;

/** A column of a table; its key is that of `--json`. */
export interface Column {
  readonly key: string;
  readonly title: string;
  readonly kind: 'text' | 'decimal' | 'money' | 'ms' | 'figure' | 'fraction';
  /** On the screen, where rows come one after another and cannot wait for the widest; 0 leaves it out there. */
  readonly width: number;
}

/** Writes rows as they come. */
export interface Printer {
  readonly rows: (rows: readonly Row[]) => Promise<void>;
  /** Once all are there. */
  readonly end: () => void;
}

export type Format = 'screen' | 'csv' | 'json' | 'lines';

interface Printed {
  readonly account: string;
  readonly name: string;
  readonly columns: readonly Column[];
}

/** A printer of rows: aligned for a person, CSV, one JSON value, or (`lines`) one JSON value a line. */
export function printerOf(format: Format, printed: Printed): Printer {
  const { head, line, end } = writers[format](printed);
  let count = 0;
  if (format !== 'screen') head();
  return {
    async rows(rows) {
      for (const row of rows) {
        if (format === 'screen' && count === 0) head();
        line(row, count);
        count++;
      }
      await drained();
    },
    end: () => end(count),
  };
}

interface Writer {
  readonly head: () => void;
  readonly line: (row: Row, count: number) => void;
  readonly end: (count: number) => void;
}

const nothing = () => undefined;

const writers: Readonly<Record<Format, (printed: Printed) => Writer>> = {
  screen: ({ columns }) => {
    const shown = columns.filter(({ width }) => width > 0);
    const aligned = (cells: readonly string[]) =>
      cells
        .map((text, i) => alignedTo(shown[i], text))
        .join('  ')
        .trimEnd();
    return {
      head: () => say(dim(aligned(shown.map(({ title }) => title)))),
      line: (row) => say(aligned(shown.map((column) => screenText(column, row[column.key] ?? null)))),
      end: nothing,
    };
  },
  csv: ({ columns }) => ({
    head: () => say(`${csvLine(columns.map(csvTitle))}\r`),
    line: (row) => say(`${csvLine(columns.map((column) => csvText(column, row[column.key] ?? null)))}\r`),
    end: nothing,
  }),
  json: ({ account, name }) => ({
    head: () => say(`{\n  "account": ${JSON.stringify(account)},\n  "${name}": [`),
    // The comma belongs to the line before, which cannot know whether another comes.
    line: (row, count) => say(`${count === 0 ? '    ' : '    ,'}${JSON.stringify(row)}`),
    end: () => say('  ]\n}'),
  }),
  lines: () => ({ head: nothing, line: (row) => say(JSON.stringify(row)), end: nothing }),
};

function alignedTo(column: Column | undefined, text: string): string {
  const { width = 0, kind = 'text' } = column ?? {};
  return kind === 'text' || kind === 'ms' ? text.padEnd(width) : text.padStart(width);
}

/** Money to the cent. */
function screenText({ kind }: Column, cell: Cell): string {
  if (cell === null) return '–';
  if (typeof cell === 'number')
    return kind === 'ms' ? instant(cell) : kind === 'fraction' ? percent(cell) : cell.toFixed(2);
  if (typeof cell !== 'string') return cell.join(' ');
  if (kind === 'money') return usd(cell);
  return kind === 'decimal' ? legible(cell) : cell;
}

/** A column of instants holds ISO text there, not milliseconds. */
function csvTitle({ key }: Column): string {
  return key.replace(/Ms$/, 'Utc');
}

/** A cell of CSV: nothing for null, ISO instants, amounts to the last digit. */
export function csvText({ kind }: Pick<Column, 'kind'>, cell: Cell): string {
  if (cell === null) return '';
  if (kind === 'ms') return isoInstant(Number(cell));
  if (kind === 'text') return harmless(typeof cell === 'object' ? cell.join(' ') : String(cell));
  return String(cell);
}
