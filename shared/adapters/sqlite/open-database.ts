import { DatabaseSync } from 'node:sqlite';
import { AppError } from '../../core/errors.ts';
import { createFile } from './create-file.ts';
import { itemSum } from './item-sum.ts';
import { damaged, damagedItem, isNotUnderstood, patiently } from './sqlite-errors.ts';

export interface SqliteOptions {
  /** A path, or `:memory:`. The folder is made when it is missing. */
  readonly file: string;
  /**
   * `full`: a confirmed write survives a power cut. `relaxed`: it survives the end of the process; a power cut may
   * take the newest transactions, each of them whole.
   */
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
  `ALTER TABLE items ADD COLUMN sum INTEGER;
  UPDATE items SET sum = item_sum(pk, sk, version, body)`,
  // An account of the first slice has no standing (its day begins at the next tick, its peak at its capital), and
  // its fills are not in the order of time.
  `UPDATE items SET body = json_set(body, '$.standing', json_object(
    'peak', body ->> '$.capital', 'dayMs', 0, 'dayStart', body ->> '$.capital',
    'portfolioFrom', body ->> '$.capital', 'losses', 0, 'lockedUntilMs', NULL, 'lastLossMs', NULL,
    'netRs', json('[]')))
  WHERE sk = 'HEAD' AND pk LIKE 'ACCOUNT#%' AND body ->> '$.standing' IS NULL;
  UPDATE items SET sk = substr('00000000000000' || (body ->> '$.atMs'), -14) || '#' || sk
  WHERE pk LIKE 'FILL#%' AND sk NOT LIKE '%#%#%';
  UPDATE items SET sum = item_sum(pk, sk, version, body) WHERE sk = 'HEAD' OR pk LIKE 'FILL#%'`,
];

/** The columns of the items, by schema number. */
const columns = ['', 'pk,sk,version,body', 'pk,sk,version,body,sum', 'pk,sk,version,body,sum'];

/** The schema number from which on items have a sum. */
const SUMMED_NUMBER = 2;

/** A larger file would take longer than half a second to check: its items are checked as they are read. */
const WHOLE_CHECK_BYTES_MAX = 256 * 2 ** 20;

/** "HOTC" in the file's header: tells our files from those of other programs. */
const applicationId = 0x484f5443;

const waitDefaultMs = 30_000;

/**
 * Opens a state file, creating or migrating it as needed; safe when several processes do so at once.
 * @throws AppError `state-invalid` when the file is empty, damaged, foreign or newer than this program (it is then
 *   left as it was); `state-contended` when others hold it for longer than `waitMs`
 */
export function openDatabase({ file, durability, waitMs = waitDefaultMs }: SqliteOptions): DatabaseSync {
  return patiently(file, waitMs, () => {
    if (file !== ':memory:')
      createFile(file, (path) => connect(path, { file, waitMs, synchronous: 'OFF' }).close());
    return connect(file, { file, waitMs, synchronous: synchronous[durability] });
  });
}

/** `relaxed` waits for the disk at checkpoints only. Never to wait (OFF) could leave halves of transactions. */
const synchronous = { full: 'FULL', relaxed: 'NORMAL' } as const;

/** Four times as seldom as SQLite does: a replay waits for little else. */
const RELAXED_CHECKPOINT_PAGES = 4000;

interface Connection {
  /** What errors call it. */
  readonly file: string;
  readonly waitMs: number;
  readonly synchronous: 'FULL' | 'NORMAL' | 'OFF';
}

function connect(path: string, connection: Connection): DatabaseSync {
  const { file, waitMs } = connection;
  const database = new DatabaseSync(path, { timeout: waitMs });
  try {
    database.function('item_sum', { deterministic: true }, (pk, sk, version, body) =>
      itemSum({ pk: String(pk), sk: String(sk), version: Number(version), body: String(body) }),
    );
    const found = recognise(database, file);
    configure(database, connection);
    if (found < migrations.length) migrate(database, file);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
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

/** The schema number of the file. Writes nothing; one transaction, because another process may be writing to it. */
function recognise(database: DatabaseSync, file: string): number {
  database.exec('BEGIN');
  try {
    const number = pragma(database, 'user_version');
    const owner = pragma(database, 'application_id');
    const isEmpty = !database.prepare('SELECT 1 FROM sqlite_schema').get();
    if (owner !== applicationId && !(owner === 0 && number === 0 && isEmpty)) throw foreign(file);
    if (number > migrations.length) throw newer(file, number);
    const found = database.prepare("SELECT name FROM pragma_table_info('items')").all();
    if (found.map(({ name }) => name).join() !== columns[number])
      throw damaged(file, `it lacks the table of its schema number ${number}`);
    if (pragma(database, 'page_count') * pragma(database, 'page_size') <= WHOLE_CHECK_BYTES_MAX)
      checkContent(database, file, number);
    return number;
  } catch (error) {
    throw isNotUnderstood(error) ? damaged(file, error.message) : error;
  } finally {
    // Not where it could not even begin to read: that would hide why.
    if (database.isTransaction) database.exec('ROLLBACK');
  }
}

/** An item that SQLite cannot find any more is not missed by who reads: the whole file tells. */
function checkContent(database: DatabaseSync, file: string, number: number): void {
  const structure = String(database.prepare('PRAGMA quick_check(1)').get()?.['quick_check']);
  if (structure !== 'ok') throw damaged(file, structure.split('\n').at(-1) ?? '');
  if (number < SUMMED_NUMBER) return;
  const bad = database
    .prepare('SELECT pk, sk FROM items WHERE sum IS NOT item_sum(pk, sk, version, body) LIMIT 1')
    .get();
  if (bad !== undefined) throw damagedItem(file, { pk: String(bad['pk']), sk: String(bad['sk']) });
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

function configure(database: DatabaseSync, { file, synchronous }: Connection): void {
  database.exec(`PRAGMA synchronous = ${synchronous}`);
  if (synchronous === 'NORMAL') database.exec(`PRAGMA wal_autocheckpoint = ${RELAXED_CHECKPOINT_PAGES}`);
  // On macOS a plain fsync leaves the data in the drive's cache; elsewhere this changes nothing.
  database.exec('PRAGMA fullfsync = ON');
  const mode = database.prepare('PRAGMA journal_mode = WAL').get()?.['journal_mode'];
  if (mode !== 'wal' && file !== ':memory:')
    throw new AppError(
      'state-invalid',
      `the state file "${file}" is where SQLite cannot share it between processes (journal mode "${mode}")`,
      'Name a folder on a local disk with --data.',
    );
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

function pragma(
  database: DatabaseSync,
  name: 'user_version' | 'application_id' | 'page_count' | 'page_size',
): number {
  return Number(database.prepare(`PRAGMA ${name}`).get()?.[name]);
}
