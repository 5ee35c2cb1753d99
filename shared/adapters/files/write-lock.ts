import { DatabaseSync } from 'node:sqlite';
import { AppError } from '../../core/errors.ts';
import { isBusy } from '../sqlite/sqlite-errors.ts';

/**
 * Does `work` while no other process or thread does so under the same lock file.
 * The lock is SQLite's on an empty database. The operating system drops it when its holder dies, however it dies:
 * a file with a process id in it would have to be judged stale and broken, which cannot be done without a race.
 *
 * @param file created when missing, always empty; it stays and means nothing while nobody holds it
 * @throws AppError `state-contended` when others hold it for longer than `waitMs`
 */
export function withWriteLock<T>(file: string, waitMs: number, work: () => T): T {
  const lock = new DatabaseSync(file, { timeout: waitMs });
  try {
    take(lock, file, waitMs);
    return work();
  } finally {
    lock.close();
  }
}

function take(lock: DatabaseSync, file: string, waitMs: number): void {
  try {
    lock.exec('BEGIN IMMEDIATE');
  } catch (error) {
    if (!isBusy(error)) throw error;
    throw new AppError(
      'state-contended',
      `another program has held the lock "${file}" for more than ${waitMs / 1000} s`,
      'Stop the other program, or wait until it is done, and run again; nothing was written.',
      { cause: error },
    );
  }
}
