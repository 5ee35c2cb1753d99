import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

const folder = resolve(process.env['REFERENCE_DIR'] ?? join(import.meta.dirname, '../../../shared'));

/** The reference folder beside the project: vectors, cases and real candles that are not ours to commit. */
export function referencePath(...parts: readonly string[]): string {
  return join(folder, ...parts);
}

/** Whether that folder is here; tests that need it say so when they are skipped. */
export function hasReference(...parts: readonly string[]): boolean {
  return existsSync(join(folder, 'spec/execution.md')) && existsSync(referencePath(...parts));
}
