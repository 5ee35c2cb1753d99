import { DatabaseSync } from 'node:sqlite';
import { AppError } from '../../core/errors.ts';
import { isBusy, isFull } from '../sqlite/sqlite-errors.ts';

/**
 * Does `work` while no other process or thread does so under the same lock file.
 * The lock is SQLite's on an empty database. The operating system drops it when its holder dies, however it dies:
 * a file with a process id in it would have to be judged stale and broken, which cannot be done without a race.
 *
 * @param file created when missing, always empty; it stays and means nothing while nobody holds it
 * @throws AppError `state-contended` when others hold it for longer than `waitMs`; `state-invalid` when it cannot be
 *   taken at all
 */
export function withWriteLock<T>(file: string, waitMs: number, work: () => T): T {
  const lock = taken(file, waitMs);
  try {
    return work();
  } finally {
    lock.close();
  }
}

function taken(file: string, waitMs: number): DatabaseSync {
  let lock: DatabaseSync | undefined;
  try {
    lock = new DatabaseSync(file, { timeout: waitMs });
    lock.exec('BEGIN IMMEDIATE');
    return lock;
  } catch (cause) {
    lock?.close();
    if (isBusy(cause))
      throw new AppError(
        'state-contended',
        `another program has held the lock "${file}" for more than ${waitMs / 1000} s`,
        'Stop the other program, or wait until it is done, and run again; nothing was written.',
        { cause },
      );
    const why = isFull(cause) ? 'the disk is full' : cause instanceof Error ? cause.message : String(cause);
    throw new AppError(
      'state-invalid',
      `the lock "${file}" cannot be taken: ${why}`,
      'Nothing was written. Check that you may write its folder and that the disk has space; a lock that is not empty can be deleted.',
      { cause },
    );
  }
}
