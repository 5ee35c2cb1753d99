import { AppError } from '../../core/errors.ts';
import type { ItemKey } from '../../ports/state-store.ts';

/** Primary result codes, https://www.sqlite.org/rescode.html */
const ERROR = 1;
const BUSY = 5;
const LOCKED = 6;
const READONLY = 8;
const IO_ERROR = 10;
const CORRUPT = 11;
const FULL = 13;
const CANNOT_OPEN = 14;
const PROTOCOL = 15;
const NOT_A_DATABASE = 26;

/** Extended result codes that say more than the I/O error that they belong to: cut in a page, no room for -shm. */
const extended: Readonly<Record<number, number>> = { 522: CORRUPT, 4874: FULL };

const damagedHint =
  'Nothing was repaired. Move it away together with its -wal and -shm files and put a copy of your state there.';

const faults: Record<number, readonly [what: string, hint: string]> = {
  [NOT_A_DATABASE]: [
    'is not a database',
    'Nothing was changed. Name another folder with --data, or move the file away and put a copy of your state there.',
  ],
  [CORRUPT]: ['is damaged', damagedHint],
  [CANNOT_OPEN]: [
    'cannot be opened',
    'Check that it is a file and that you may write it and its folder, or name another with --data.',
  ],
  [READONLY]: ['cannot be written', 'Give yourself the right to write the file and its folder.'],
  [FULL]: ['does not fit: the disk is full', 'Free some space and run again; what was confirmed is stored.'],
  [IO_ERROR]: [
    'cannot be read or written',
    'Check the disk and that it has space; what was confirmed before is stored.',
  ],
};

/** The primary result code of an error of node:sqlite; undefined for any other error. */
function resultCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number')
    return undefined;
  return extended[error.errcode] ?? error.errcode & 0xff;
}

/** Whether another connection holds the file at this moment, so that the same call may succeed soon. */
export function isBusy(error: unknown): boolean {
  const code = resultCode(error);
  return code === BUSY || code === LOCKED || code === PROTOCOL;
}

/** Whether SQLite could make nothing of a statement. Ours are fixed: then the file is not what they were made for. */
export function isNotUnderstood(error: unknown): error is Error {
  return resultCode(error) === ERROR;
}

/** Whether there was no room for a file. */
export function isFull(error: unknown): boolean {
  return resultCode(error) === FULL;
}

/** An error of SQLite as one that a person can act on; any other error as it is. */
function told(file: string, error: unknown): unknown {
  const fault = faults[resultCode(error) ?? 0];
  if (!(error instanceof Error) || !fault) return error;
  const [what, hint] = fault;
  return new AppError('state-invalid', `the state file "${file}" ${what} (${error.message})`, hint, {
    cause: error,
  });
}

/** The error of a state file whose content is not what was written. @param why one line */
export function damaged(file: string, why: string): AppError {
  return new AppError('state-invalid', `the state file "${file}" is damaged (${why})`, damagedHint);
}

/** The same of one item. Its key may be what is damaged: JSON spells whatever a terminal would not. */
export function damagedItem(file: string, { pk, sk }: ItemKey): AppError {
  return damaged(file, `in the item ${JSON.stringify(`${pk} / ${sk}`)}`);
}

const pauseMs = 5;
const pause = new Int32Array(new SharedArrayBuffer(4));

/**
 * Does `work`, and does it again while another process holds the file. SQLite's own time-out does most of the
 * waiting; it does not cover the switch to WAL, recovery, and the moment when the last connection closes.
 *
 * @param work leaves nothing behind when it throws
 * @throws AppError `state-contended` when the file is still held after `waitMs`; `state-invalid` when it cannot be used
 */
export function patiently<T>(file: string, waitMs: number, work: () => T): T {
  const giveUpMs = performance.now() + waitMs;
  for (;;) {
    try {
      return work();
    } catch (error) {
      if (!isBusy(error)) throw told(file, error);
      if (performance.now() >= giveUpMs) throw contended(file, waitMs, error);
      Atomics.wait(pause, 0, 0, pauseMs);
    }
  }
}

function contended(file: string, waitMs: number, cause: unknown): AppError {
  return new AppError(
    'state-contended',
    `another program has held the state file "${file}" for more than ${waitMs / 1000} s`,
    'Stop the other program, or wait until it is done, and run again; nothing was written.',
    { cause },
  );
}
