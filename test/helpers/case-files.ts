import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** One file of cases: where it was found, and what it says. */
interface CaseFile<Content> {
  readonly where: string;
  readonly content: Content;
}

/** The case files of this name: ours, and the one in the folder VECTORS_DIR where that is set and holds one. */
export function caseFiles<Content>(name: string): readonly CaseFile<Content>[] {
  const more = process.env['VECTORS_DIR'];
  const folders = [
    ['ours', join(import.meta.dirname, '../vectors')],
    ...(more ? [[more, resolve(more)]] : []),
  ];
  return folders
    .map(([where = '', folder = '']) => ({ where, path: join(folder, name) }))
    .filter(({ path }) => existsSync(path))
    .map(({ where, path }) => ({ where, content: JSON.parse(readFileSync(path, 'utf8')) as Content }));
}
