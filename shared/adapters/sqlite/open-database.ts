import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { AppError } from '../../core/errors.ts';
import { patiently } from './sqlite-errors.ts';

export interface SqliteOptions {
  /** A path, or `:memory:`. The folder is made when it is missing. */
  readonly file: string;
  /** `full`: a confirmed write survives a power cut. `relaxed`: it survives the end of the process only. */
  readonly durability: 'full' | 'relaxed';
  /** How long to wait for other processes. */
  readonly waitMs?: number;
}

/** The n-th statement brings a file of schema number n to n + 1; a new file has 0. Entries are never changed. */
const migrations: readonly string[] = [
  `CREATE TABLE items (
    pk TEXT NOT NULL,
    sk TEXT NOT NULL,
    version INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (pk, sk)
  ) STRICT, WITHOUT ROWID`,
];

/** "HOTC" in the file's header: tells our files from those of other programs. */
const applicationId = 0x484f5443;

const waitDefaultMs = 30_000;

/**
 * Opens a state file, creating or migrating it as needed; safe when several processes do so at once.
 * @throws AppError `state-invalid` when the file is damaged, foreign or newer than this program (it is then left
 *   as it was); `state-contended` when others hold it for longer than `waitMs`
 */
export function openDatabase({ file, durability, waitMs = waitDefaultMs }: SqliteOptions): DatabaseSync {
  if (file !== ':memory:') createFile(file);
  return patiently(file, waitMs, () => {
    const database = new DatabaseSync(file, { timeout: waitMs });
    try {
      const found = recognise(database, file);
      configure(database, file, durability);
      if (found < migrations.length) migrate(database, file);
      return database;
    } catch (error) {
      database.close();
      throw error;
    }
  });
}

/** Carries `work` out whole or not at all. `work` may return false to have nothing written. */
export function transaction(database: DatabaseSync, work: () => boolean): boolean {
  database.exec('BEGIN IMMEDIATE');
  try {
    const isWanted = work();
    database.exec(isWanted ? 'COMMIT' : 'ROLLBACK');
    return isWanted;
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

/**
 * Makes an empty file that only its owner may read; SQLite gives its companions the same mode.
 * A file that exists is never opened here: closing it would drop the locks of this process's other connections.
 */
function createFile(file: string): void {
  try {
    mkdirSync(dirname(file), { recursive: true });
    closeSync(openSync(file, 'wx', 0o600));
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EEXIST') return;
    throw new AppError(
      'state-invalid',
      `the state file "${file}" cannot be created (${code})`,
      'Check that you may write the folder and that no file is in the place of a folder, or name another with --data.',
      { cause: error },
    );
  }
}

/** The schema number of the file. Writes nothing; one transaction, because another process may be creating it. */
function recognise(database: DatabaseSync, file: string): number {
  database.exec('BEGIN');
  try {
    const number = pragma(database, 'user_version');
    const owner = pragma(database, 'application_id');
    const isEmpty = !database.prepare('SELECT 1 FROM sqlite_schema').get();
    if (owner !== applicationId && !(owner === 0 && number === 0 && isEmpty)) throw foreign(file);
    if (number > migrations.length) throw newer(file, number);
    return number;
  } finally {
    database.exec('ROLLBACK');
  }
}

function foreign(file: string): AppError {
  return new AppError(
    'state-invalid',
    `the state file "${file}" is a database of another program`,
    'Nothing was changed. Name another folder with --data.',
  );
}

function newer(file: string, number: number): AppError {
  return new AppError(
    'state-invalid',
    `the state file "${file}" has schema number ${number}; this program knows numbers up to ${migrations.length}`,
    'Nothing was changed. Use the newer hot-crypto that wrote it, or name another folder with --data.',
  );
}

function configure(database: DatabaseSync, file: string, durability: 'full' | 'relaxed'): void {
  const mode = database.prepare('PRAGMA journal_mode = WAL').get()?.['journal_mode'];
  if (mode !== 'wal' && file !== ':memory:')
    throw new AppError(
      'state-invalid',
      `the state file "${file}" is where SQLite cannot share it between processes (journal mode "${mode}")`,
      'Name a folder on a local disk with --data.',
    );
  database.exec(`PRAGMA synchronous = ${durability === 'full' ? 'FULL' : 'OFF'}`);
  // On macOS a plain fsync leaves the data in the drive's cache; elsewhere this changes nothing.
  database.exec(`PRAGMA fullfsync = ${durability === 'full' ? 'ON' : 'OFF'}`);
}

function migrate(database: DatabaseSync, file: string): void {
  transaction(database, () => {
    const number = pragma(database, 'user_version');
    if (number > migrations.length) throw newer(file, number);
    for (const statement of migrations.slice(number)) database.exec(statement);
    database.exec(`PRAGMA user_version = ${migrations.length}`);
    database.exec(`PRAGMA application_id = ${applicationId}`);
    return true;
  });
}

function pragma(database: DatabaseSync, name: 'user_version' | 'application_id'): number {
  return Number(database.prepare(`PRAGMA ${name}`).get()?.[name]);
}
