import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, describe, expect, it } from 'vitest';
import { openDatabase } from '../../../shared/adapters/sqlite/open-database.ts';
import { sqliteStateStore } from '../../../shared/adapters/sqlite/state-store.ts';
import { AppError } from '../../../shared/core/errors.ts';
import type { Action } from '../../../shared/ports/state-store.ts';
import { stateStoreContract } from '../../contracts/state-store.ts';

const folder = mkdtempSync(join(tmpdir(), 'state-store-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const file = (name: string) => join(folder, name, 'state.sqlite');
const open = (name: string) => sqliteStateStore({ file: file(name), durability: 'relaxed' });
const key = { pk: 'ACCOUNT#paper', sk: 'HEAD' };
const putNew: Action = { kind: 'put', ...key, expect: 'absent', body: { n: 1 } };

/** The AppError that `work` throws. */
function refusal(work: () => unknown): AppError {
  try {
    work();
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

/** A database that some program made at the place of the store's file. */
function plant(name: string, statements: string): void {
  mkdirSync(join(folder, name));
  const database = new DatabaseSync(file(name));
  database.exec(statements);
  database.close();
}

stateStoreContract('SQLite in a file, durable', () =>
  sqliteStateStore({ file: file('full'), durability: 'full' }),
);
stateStoreContract('SQLite in a file, relaxed', () => open('relaxed'));
stateStoreContract('SQLite in memory', () => sqliteStateStore({ file: ':memory:', durability: 'relaxed' }));

describe('a state file', () => {
  it('is made with its folders, readable by its owner only, and so are its companions', async () => {
    const store = open('deep/er');
    await store.transact([putNew]);
    for (const end of ['', '-wal', '-shm']) expect(statSync(file('deep/er') + end).mode & 0o777).toBe(0o600);
    store.close();
  });

  it('holds after reopening what was confirmed before', async () => {
    const store = open('again');
    await store.transact([putNew]);
    store.close();
    const again = open('again');
    expect(await again.get(key)).toEqual({ ...key, version: 1, body: { n: 1 } });
    again.close();
  });

  it('shows every confirmed write to a second store at once', async () => {
    const [one, two] = [open('two'), open('two')];
    for (let n = 1; n <= 20; n += 1) {
      const action: Action = { ...putNew, expect: n === 1 ? 'absent' : n - 1, body: { n } };
      expect(await (n % 2 ? one : two).transact([action])).toEqual({ ok: true });
      expect((await (n % 2 ? two : one).get(key))?.body).toEqual({ n });
    }
    one.close();
    two.close();
  });

  it('may be closed twice', () => {
    const store = open('closed');
    store.close();
    expect(() => store.close()).not.toThrow();
  });

  // https://www.sqlite.org/pragma.html#pragma_synchronous: 2 is FULL, 1 is NORMAL.
  it.each([
    ['full', 2],
    ['relaxed', 1],
  ] as const)('syncs as its durability says: %s', (durability, synchronous) => {
    const database = openDatabase({ file: file(durability), durability });
    expect(database.prepare('PRAGMA synchronous').get()).toEqual({ synchronous });
    expect(database.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' });
    database.close();
  });
});

describe('a state file that cannot be used', () => {
  it('of a newer program is refused, naming the file and both numbers, and left as it is', () => {
    open('newer').close();
    const database = new DatabaseSync(file('newer'));
    database.exec('PRAGMA user_version = 7');
    database.close();
    const before = readFileSync(file('newer'));
    const { code, message } = refusal(() => open('newer'));
    expect(code).toBe('state-invalid');
    expect(message).toBe(
      `the state file "${file('newer')}" has schema number 7; this program knows numbers up to 3`,
    );
    expect(readFileSync(file('newer')).equals(before)).toBe(true);
  });

  it.each([
    ['with tables', 'CREATE TABLE notes (text)'],
    ['with an application id', 'PRAGMA application_id = 5'],
    ['with a schema number', 'PRAGMA user_version = 1'],
  ])('of another program, %s, is refused and left as it is', (name, statements) => {
    plant(name, statements);
    const before = readFileSync(file(name));
    const { code, message } = refusal(() => open(name));
    expect(code).toBe('state-invalid');
    expect(message).toBe(`the state file "${file(name)}" is a database of another program`);
    expect(readFileSync(file(name)).equals(before)).toBe(true);
  });

  it.each([
    ['short text', Buffer.from('this is no database')],
    ['long text', Buffer.from('this is no database '.repeat(1000))],
    ['zeros', Buffer.alloc(8192)],
  ])('being %s is refused with a remedy and left as it is', (name, content) => {
    mkdirSync(join(folder, name));
    writeFileSync(file(name), content);
    const { code, message, hint } = refusal(() => open(name));
    expect(code).toBe('state-invalid');
    expect(message).toContain(`the state file "${file(name)}" is not a database`);
    expect(hint).toContain('--data');
    expect(readFileSync(file(name)).equals(content)).toBe(true);
  });

  it('being damaged in the middle is refused when it is read, with a remedy', async () => {
    const store = open('damaged');
    const body = { text: 'x'.repeat(2000) };
    const items = Array.from({ length: 50 }, (_, n): Action => ({ ...putNew, sk: `N#${n}`, body }));
    await store.transact(items);
    store.close();
    const content = readFileSync(file('damaged'));
    writeFileSync(file('damaged'), content.fill(0xaa, 4096));
    const read = async () => {
      const again = open('damaged');
      try {
        await again.query(key.pk);
      } finally {
        again.close();
      }
    };
    await expect(read()).rejects.toMatchObject({
      code: 'state-invalid',
      message: expect.stringContaining(`the state file "${file('damaged')}" is damaged`),
      hint: expect.stringContaining('-wal'),
    });
    expect(readFileSync(file('damaged')).equals(content)).toBe(true);
  });

  it('being a folder, or under a file, is refused', () => {
    mkdirSync(file('folder'), { recursive: true });
    writeFileSync(join(folder, 'plain'), 'a file');
    for (const name of ['folder', 'plain']) {
      const { code, message } = refusal(() => open(name));
      expect(code).toBe('state-invalid');
      expect(message).toContain(file(name));
    }
  });

  it('being held by another program is an error in our words after the wait, and works afterwards', async () => {
    const store = sqliteStateStore({ file: file('held'), durability: 'relaxed', waitMs: 50 });
    const other = new DatabaseSync(file('held'));
    other.exec('BEGIN IMMEDIATE');
    await expect(store.transact([putNew])).rejects.toMatchObject({
      code: 'state-contended',
      message: `another program has held the state file "${file('held')}" for more than 0.05 s`,
    });
    expect(await store.get(key)).toBeUndefined();
    other.exec('ROLLBACK');
    other.close();
    expect(await store.transact([putNew])).toEqual({ ok: true });
    store.close();
  });
});
