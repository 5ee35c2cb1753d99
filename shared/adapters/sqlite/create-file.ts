import { randomUUID } from 'node:crypto';
import { closeSync, fsyncSync, linkSync, mkdirSync, openSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { AppError } from '../../core/errors.ts';

/**
 * Makes a file that only its owner may read, with its folders, whole or not at all, unless it exists.
 * It is filled under another name and then named: so an empty file is never one that another process is about to
 * fill, and can be refused. SQLite would take it for a new database and remove the log beside it.
 * A file that exists is never opened here: closing it would drop the locks of this process's other connections.
 *
 * @param fill puts the content into the file of the given name, and need not wait for the disk
 * @throws AppError `state-invalid` when the file is empty or cannot be made
 */
export function createFile(file: string, fill: (temporary: string) => void): void {
  try {
    if (isThere(file)) return;
    mkdirSync(dirname(file), { recursive: true });
    const temporary = `${file}.${randomUUID()}.new`;
    try {
      closeSync(openSync(temporary, 'wx', 0o600));
      fill(temporary);
      sync(temporary);
      linkSync(temporary, file);
    } finally {
      for (const end of ['', '-wal', '-shm']) rmSync(temporary + end, { force: true });
    }
  } catch (error) {
    const code = error instanceof Error && 'syscall' in error && 'code' in error ? error.code : undefined;
    if (code === 'EEXIST') return;
    if (code === undefined) throw error;
    throw new AppError(
      'state-invalid',
      `the state file "${file}" cannot be created (${code})`,
      'Check that you may write the folder, that the disk has space and that no file is in the place of a folder, or name another with --data.',
      { cause: error },
    );
  }
}

/** The content must be on the disk before the name is. */
function sync(file: string): void {
  const opened = openSync(file, 'r+');
  try {
    fsyncSync(opened);
  } finally {
    closeSync(opened);
  }
}

/** SQLite takes a file of one byte for an empty one too: it writes that byte itself on some file systems. */
const EMPTY_BYTES_MAX = 1;

function isThere(file: string): boolean {
  const found = statSync(file, { throwIfNoEntry: false });
  if (!found?.isFile() || found.size > EMPTY_BYTES_MAX) return found !== undefined;
  throw new AppError(
    'state-invalid',
    `the state file "${file}" is empty: its content is lost`,
    'Nothing was changed. Move it away together with its -wal and -shm files, and put a copy of your state there or begin anew.',
  );
}
