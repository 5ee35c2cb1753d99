import type { DatabaseSync } from 'node:sqlite';
import type {
  Action,
  Item,
  ItemBody,
  ItemKey,
  QueryOptions,
  StateStore,
  TransactResult,
} from '../../ports/state-store.ts';
import { assertActions, assertKey, assertLimit } from '../state/check-actions.ts';
import { keyRange } from '../state/key-range.ts';
import { itemSum } from './item-sum.ts';
import { openDatabase, type SqliteOptions, transaction } from './open-database.ts';
import { damagedItem, patiently } from './sqlite-errors.ts';

/**
 * Items in one SQLite file (WAL), shared by any number of processes of one machine.
 * Fields of a body that are undefined are left out; anything that is not plain JSON is a bug.
 *
 * @throws AppError, from here and from every call: `state-invalid` when the file cannot be used, `state-contended`
 *   when other programs hold it for longer than `waitMs` (30 s unless told)
 * @see https://www.sqlite.org/wal.html
 */
export function sqliteStateStore(options: SqliteOptions): StateStore {
  const { file, waitMs = 30_000 } = options;
  const database = openDatabase({ ...options, waitMs });
  const shared = <T>(work: () => T): T => patiently(file, waitMs, work);
  const statements = shared(() => ({ file, ...prepare(database) }));
  return {
    get: async (key) => shared(() => readItem(statements, key)),
    query: async (pk, queryOptions = {}) => shared(() => readItems(statements, pk, queryOptions)),
    transact: async (actions) => {
      assertActions(actions);
      return shared(() => transact(database, statements, actions));
    },
    close: () => {
      if (database.isOpen) database.close();
    },
  };
}

type Statements = ReturnType<typeof prepare> & { readonly file: string };

function prepare(database: DatabaseSync) {
  // Bounds are bytes, and CAST makes text of them without a change: both ends are ranges of the primary key.
  const range = 'pk = ? AND sk >= CAST(? AS TEXT) AND sk < CAST(? AS TEXT)';
  return {
    read: database.prepare('SELECT sk, version, body, sum FROM items WHERE pk = ? AND sk = ?'),
    ascending: database.prepare(
      `SELECT sk, version, body, sum FROM items WHERE ${range} ORDER BY sk LIMIT ?`,
    ),
    descending: database.prepare(
      `SELECT sk, version, body, sum FROM items WHERE ${range} ORDER BY sk DESC LIMIT ?`,
    ),
    create: database.prepare(
      'INSERT INTO items (pk, sk, version, body, sum) VALUES (?, ?, 1, ?, ?) ON CONFLICT DO NOTHING',
    ),
    replace: database.prepare(
      'UPDATE items SET version = version + 1, body = ?, sum = ? WHERE pk = ? AND sk = ? AND version = ?',
    ),
    remove: database.prepare('DELETE FROM items WHERE pk = ? AND sk = ? AND version = ?'),
  };
}

function readItem(statements: Statements, { pk, sk }: ItemKey): Item | undefined {
  assertKey({ pk, sk });
  const row = statements.read.get(pk, sk);
  return row && itemOf(statements, pk, row);
}

function readItems(statements: Statements, pk: string, options: QueryOptions): readonly Item[] {
  const { limit, descending = false } = options;
  assertLimit(limit);
  const { from, before } = keyRange(options);
  const bounds = [Buffer.from(from), before === undefined ? afterAllKeys : Buffer.from(before)] as const;
  const rows = statements[descending ? 'descending' : 'ascending'].all(pk, ...bounds, limit ?? unlimited);
  return rows.map((row) => itemOf(statements, pk, row));
}

/** @throws AppError `state-invalid` when the row is not what was written */
function itemOf({ file }: Statements, pk: string, row: Record<string, unknown>): Item {
  const [sk, version, body] = [String(row['sk']), Number(row['version']), String(row['body'])];
  if (row['sum'] !== itemSum({ pk, sk, version, body })) throw damagedItem(file, { pk, sk });
  return { pk, sk, version, body: JSON.parse(body) as ItemBody };
}

function transact(
  database: DatabaseSync,
  statements: Statements,
  actions: readonly Action[],
): TransactResult {
  const failed: number[] = [];
  const isWritten = transaction(database, () => {
    for (const [index, action] of actions.entries()) if (!carryOut(statements, action)) failed.push(index);
    return failed.length === 0;
  });
  return isWritten ? { ok: true } : { ok: false, failed };
}

/** What LIMIT takes for none. */
const unlimited = -1;

/** 0xFF occurs nowhere in UTF-8: it lies after every key. */
const afterAllKeys = Buffer.of(0xff);

/** Carries one action out; false when its condition does not hold. */
function carryOut(statements: Statements, action: Action): boolean {
  const { pk, sk } = action;
  if (action.kind === 'check') return hasFields(readItem(statements, { pk, sk }), action.fields);
  if (action.kind === 'remove') return isOne(statements.remove.run(pk, sk, action.expect));
  const body = JSON.stringify(action.body);
  const before = action.expect === 'absent' ? 0 : action.expect;
  const sum = itemSum({ pk, sk, version: before + 1, body });
  if (action.expect === 'absent') return isOne(statements.create.run(pk, sk, body, sum));
  return isOne(statements.replace.run(body, sum, pk, sk, before));
}

const isOne = ({ changes }: { readonly changes: number | bigint }): boolean => changes === 1;

function hasFields(item: Item | undefined, fields: ItemBody): boolean {
  if (!item) return false;
  return Object.entries(fields).every(
    ([name, value]) => Object.hasOwn(item.body, name) && item.body[name] === value,
  );
}
