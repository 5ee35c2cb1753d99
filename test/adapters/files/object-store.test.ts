import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { fileObjectStore } from '../../../shared/adapters/files/object-store.ts';
import { objectStoreContract } from '../../contracts/object-store.ts';

const folder = mkdtempSync(join(tmpdir(), 'object-store-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const bytes = new TextEncoder().encode('content');

objectStoreContract('a folder of files', () => fileObjectStore(join(folder, 'contract')));

describe('a folder of files', () => {
  it('is made with the first object, and empty before', async () => {
    const root = join(folder, 'new/root');
    const store = fileObjectStore(root);
    expect(await store.list('')).toEqual([]);
    expect(await store.get('a/b.txt')).toBeUndefined();
    expect(await store.put('a/b.txt', bytes, 'absent')).toBe(true);
    expect(readFileSync(join(root, 'a/b.txt'), 'utf8')).toBe('content');
    expect(await store.list('')).toEqual(['a/b.txt']);
  });

  it('leaves no other file than the object and the lock', async () => {
    const root = join(folder, 'clean');
    const store = fileObjectStore(root);
    for (const text of ['first', 'second'])
      await store.put('a.txt', new TextEncoder().encode(text), (await store.get('a.txt'))?.tag ?? 'absent');
    expect(readdirSync(root).sort()).toEqual(['.lock', 'a.txt']);
    expect(readFileSync(join(root, '.lock'))).toHaveLength(0);
  });

  it('overlooks the half-written file of a crash, and writes over it', async () => {
    const root = join(folder, 'crashed');
    const store = fileObjectStore(root);
    mkdirSync(join(root, 'a'), { recursive: true });
    writeFileSync(join(root, 'a/.b.txt.tmp'), 'half of a much longer text');
    expect(await store.list('')).toEqual([]);
    expect(await store.get('a/b.txt')).toBeUndefined();
    expect(await store.put('a/b.txt', bytes, 'absent')).toBe(true);
    expect(readFileSync(join(root, 'a/b.txt'), 'utf8')).toBe('content');
    expect(readdirSync(join(root, 'a'))).toEqual(['b.txt']);
  });

  it('has no object where a folder is, or below an object', async () => {
    const store = fileObjectStore(join(folder, 'places'));
    await store.put('a/b', bytes, 'absent');
    expect(await store.get('a')).toBeUndefined();
    expect(await store.get('a/b/c')).toBeUndefined();
  });

  it('says which file it cannot write, and writes nothing', async () => {
    const store = fileObjectStore(join(folder, 'blocked'));
    await store.put('a/b', bytes, 'absent');
    for (const key of ['a', 'a/b/c'])
      await expect(store.put(key, bytes, 'absent')).rejects.toMatchObject({
        code: 'state-invalid',
        message: expect.stringContaining(join(folder, 'blocked', key)),
        hint: expect.stringContaining('in the place of a folder'),
      });
    expect(await store.list('')).toEqual(['a/b']);
  });

  it('whose lock has content is not written, and the error says which file to delete', async () => {
    const root = join(folder, 'locked');
    const store = fileObjectStore(root);
    mkdirSync(root);
    writeFileSync(join(root, '.lock'), 'a text where nothing should be '.repeat(50));
    await expect(store.put('a', bytes, 'absent')).rejects.toMatchObject({
      code: 'state-invalid',
      message: `the lock "${join(root, '.lock')}" cannot be taken: file is not a database`,
      hint: expect.stringContaining('can be deleted'),
    });
    expect(await store.list('')).toEqual([]);
    rmSync(join(root, '.lock'));
    expect(await store.put('a', bytes, 'absent')).toBe(true);
  });

  it('keeps nothing of what it could not put in its place', async () => {
    const root = join(folder, 'taken');
    mkdirSync(join(root, 'a'), { recursive: true });
    await expect(fileObjectStore(root).put('a', bytes, 'absent')).rejects.toMatchObject({
      code: 'state-invalid',
      message: `"${join(root, 'a')}" cannot be read or written (EISDIR)`,
    });
    expect(readdirSync(root).sort()).toEqual(['.lock', 'a']);
  });
});
