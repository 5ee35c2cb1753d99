import type { Span } from '../shared/app/results.ts';
import type { AccountOptions, Opened } from './accounts.ts';
import { type Format, type Printer, printerOf, type Row } from './print-rows.ts';
import { say } from './screen.ts';
import type { Table } from './show-table.ts';

/** Options of `show`. */
export interface ShowOptions extends AccountOptions {
  readonly follow?: boolean;
  readonly csv?: boolean;
  readonly from?: string;
  readonly to?: string;
}

/** An account to show, in a format. */
export interface Shown {
  readonly opened: Opened;
  readonly options: ShowOptions;
  readonly format: Format;
}

/**
 * Prints what there is, or with `--follow` what has come since the last time.
 * @param span from 00:00 of the first day to 00:00 after the last
 * @param isFirst the first time
 */
export type Show = (span: Span, isFirst: boolean) => Promise<void>;

/** Shows a table, and with `--follow` what changed in it. */
export function showTable(name: string, table: Table, { opened, options, format }: Shown): Show {
  const { account } = opened;
  const read = table.open(opened);
  const isWhole = table.isWhole === true && format === 'screen';
  const newPrinter = () => printerOf(format, { account, name, columns: table.columns });
  const printer = isWhole ? undefined : newPrinter();
  const changed = changesOf(table);
  let told = 0;
  return async ({ fromMs, toMs }, isFirst) => {
    // What happens at 00:00 belongs to the day that begins; what is marked then is how the day before ended.
    const span = { fromMs, toMs: table.isOfEnds === true ? toMs : toMs - 1 };
    if (printer === undefined) told += await reprint(read(span), changed, newPrinter());
    else told += await print(read(span), options.follow ? changed : (rows) => rows, printer);
    if (!isFirst) return;
    if (told === 0 && format === 'screen') sayEmpty(table, options);
    if (!options.follow) printer?.end();
  };
}

function sayEmpty({ empty }: Table, { from, to }: ShowOptions): void {
  say(`${empty}${from === undefined && to === undefined ? '' : ' in these days'}.`);
}

type Pages = AsyncGenerator<readonly Row[]>;
type Changes = (rows: readonly Row[]) => readonly Row[];

async function print(pages: Pages, changed: Changes, printer: Printer): Promise<number> {
  let count = 0;
  for await (const page of pages) {
    const rows = changed(page);
    await printer.rows(rows);
    count += rows.length;
  }
  return count;
}

/** The whole of it again, if anything is not as it was. */
async function reprint(pages: Pages, changed: Changes, printer: Printer): Promise<number> {
  const all: Row[] = [];
  for await (const page of pages) all.push(...page);
  if (changed(all).length > 0) await printer.rows(all);
  return all.length;
}

/** Those rows that are new, or not as they were. */
function changesOf({ nameOf }: Table): Changes {
  const known = new Map<string, string>();
  if (nameOf === undefined) return (rows) => rows;
  return (rows) =>
    rows.filter((row) => {
      const [name, text] = [nameOf(row), JSON.stringify(row)];
      const isSame = known.get(name) === text;
      known.set(name, text);
      return !isSame;
    });
}
