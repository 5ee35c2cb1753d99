/** Reads CSV as RFC 4180 has it: every record ends with CR LF. */
export function parseCsv(text: string): readonly (readonly string[])[] {
  const records: string[][] = [];
  let cells: string[] = [];
  let at = 0;
  while (at < text.length) {
    const [whole, quoted, plain = ''] = /^(?:"((?:[^"]|"")*)"|([^",\r\n]*))/.exec(text.slice(at)) ?? [''];
    cells.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    at += whole.length;
    if (text[at] === ',') {
      at++;
      // A comma before the end of a record leaves an empty cell, which the next turn finds.
      continue;
    }
    if (text.slice(at, at + 2) !== '\r\n') throw new Error(`no CSV at ${at}: ${text.slice(at, at + 20)}`);
    at += 2;
    records.push(cells);
    cells = [];
  }
  return records;
}

/** The rows of a CSV with a header, by its names. */
export function rowsOfCsv(text: string): readonly Readonly<Record<string, string>>[] {
  const [header = [], ...rows] = parseCsv(text);
  return rows.map((row) => {
    if (row.length !== header.length) throw new Error(`${row.length} cells under ${header.length} names`);
    return Object.fromEntries(header.map((name, i) => [name, row[i] ?? '']));
  });
}
