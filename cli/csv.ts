/**
 * A line of CSV without its end, which is CR LF.
 * @see RFC 4180
 */
export function csvLine(cells: readonly string[]): string {
  return cells.map((cell) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(',');
}

/**
 * Text that no spreadsheet takes for a formula: what begins as one gets an apostrophe before it.
 * @see OWASP, CSV Injection
 */
export function harmless(text: string): string {
  return /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
}
