import { randomUUID } from 'node:crypto';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ObjectStore } from '../../shared/ports/object-store.ts';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const textOf = (bytes: Uint8Array | undefined): string => new TextDecoder().decode(bytes);

/**
 * What every ObjectStore does. Each case has a folder of its own, so `create` may give a bucket that is in use.
 * Nothing here asks for more than S3 offers.
 */
export function objectStoreContract(title: string, create: () => ObjectStore | Promise<ObjectStore>): void {
  describe(`${title} keeps the object store contract`, () => {
    let store: ObjectStore;
    let folder = '';

    beforeAll(async () => {
      store = await create();
    });
    beforeEach(() => {
      folder = randomUUID();
    });

    const key = (name: string) => `${folder}/${name}`;
    const put = (name: string, text: string, tag = 'absent') => store.put(key(name), bytesOf(text), tag);
    const tagOf = async (name: string) => (await store.get(key(name)))?.tag ?? 'absent';
    const textAt = async (name: string) => textOf((await store.get(key(name)))?.bytes);
    const list = async (prefix = '') =>
      (await store.list(key(prefix))).map((full) => full.slice(folder.length + 1));

    it('has nothing under a key that was never written', async () => {
      expect(await store.get(key('none'))).toBeUndefined();
      expect(await list()).toEqual([]);
    });

    it('gives back the bytes that were put, at once', async () => {
      const bytes = Uint8Array.from({ length: 256 }, (_, n) => n);
      expect(await store.put(key('bytes.bin'), bytes, 'absent')).toBe(true);
      const stored = await store.get(key('bytes.bin'));
      expect(stored?.bytes).toEqual(bytes);
      expect(stored?.tag).not.toBe('');
      expect(await list()).toEqual(['bytes.bin']);
    });

    it('keeps empty objects and objects of 5 MB', async () => {
      const large = new Uint8Array(5_000_000).fill(7);
      expect(await store.put(key('empty'), new Uint8Array(), 'absent')).toBe(true);
      expect(await store.put(key('large'), large, 'absent')).toBe(true);
      expect((await store.get(key('empty')))?.bytes).toEqual(new Uint8Array());
      expect(Buffer.compare((await store.get(key('large')))?.bytes ?? bytesOf(''), large)).toBe(0);
    });

    it('writes only the bytes of a view, not of the buffer behind it', async () => {
      await store.put(key('view'), bytesOf('abcdef').subarray(2, 4), 'absent');
      expect(await textAt('view')).toBe('cd');
    });

    it('does not create an object twice', async () => {
      await put('once', 'first');
      expect(await put('once', 'second')).toBe(false);
      expect(await textAt('once')).toBe('first');
    });

    it('writes over an object when the tag is the one that was read', async () => {
      await put('over', 'first');
      expect(await put('over', 'a longer second', await tagOf('over'))).toBe(true);
      expect(await textAt('over')).toBe('a longer second');
    });

    it('changes the tag with the bytes, and refuses the old one', async () => {
      await put('tag', 'first');
      const old = await tagOf('tag');
      await put('tag', 'second', old);
      expect(await tagOf('tag')).not.toBe(old);
      expect(await put('tag', 'third', old)).toBe(false);
      expect(await textAt('tag')).toBe('second');
    });

    it('refuses a tag where there is no object', async () => {
      await put('there', 'text');
      expect(await put('not-there', 'text', await tagOf('there'))).toBe(false);
      expect(await store.get(key('not-there'))).toBeUndefined();
    });

    it('lets only the first of two writers win', async () => {
      await put('race', 'start');
      const tag = await tagOf('race');
      for (const [name, expected] of [
        ['race', tag],
        ['new', 'absent'],
      ] as const) {
        const results = await Promise.all(['first', 'second'].map((text) => put(name, text, expected)));
        expect(results.toSorted()).toEqual([false, true]);
        expect(await textAt(name)).toBe(results[0] ? 'first' : 'second');
      }
    });

    it('loses no line when ten writers read, append and put', async () => {
      const append = async (line: string): Promise<void> => {
        const found = await store.get(key('lines'));
        const text = `${textOf(found?.bytes)}${line}\n`;
        if (!(await put('lines', text, found?.tag ?? 'absent'))) await append(line);
      };
      const lines = Array.from({ length: 10 }, (_, n) => `line ${n}`);
      await Promise.all(lines.map(append));
      expect((await textAt('lines')).trim().split('\n').sort()).toEqual(lines);
    });

    it('lists all folders below a prefix, ascending by the bytes of UTF-8', async () => {
      const ordered = [
        'Z',
        'a b+c=d&e',
        'a/b',
        'a/b.c',
        'a/c/d/e',
        'b',
        'year=2024.parquet',
        'é',
        '\uff5e',
        '😀',
      ];
      for (const name of ordered.toReversed()) expect(await put(name, name)).toBe(true);
      expect(await list()).toEqual(ordered);
      for (const name of ordered) expect(await textAt(name)).toBe(name);
    });

    it('takes a prefix for the beginning of a text, not for a folder', async () => {
      for (const name of ['BTC-EUR/1', 'BTC-USD/1', 'BTC-USD/2', 'BTC', 'ETH-USD/1']) await put(name, name);
      expect(await list('BTC')).toEqual(['BTC', 'BTC-EUR/1', 'BTC-USD/1', 'BTC-USD/2']);
      expect(await list('BTC-U')).toEqual(['BTC-USD/1', 'BTC-USD/2']);
      expect(await list('BTC-USD/')).toEqual(['BTC-USD/1', 'BTC-USD/2']);
      expect(await list('BTC-USD/2')).toEqual(['BTC-USD/2']);
      expect(await list('none/')).toEqual([]);
    });

    it.each(['', '/a', 'a/', 'a//b', '..', 'a/../b', './a', '.hidden', 'a/.lock', 'a\0b'])(
      'takes the key %j for a bug',
      async (bad) => {
        await expect(store.get(bad)).rejects.toThrow('Bug: an object key');
        await expect(store.put(bad, bytesOf('x'), 'absent')).rejects.toThrow('Bug: an object key');
      },
    );

    it('takes a prefix that leads out of the store for a bug', async () => {
      for (const bad of ['../', '/', 'a/../../b'])
        await expect(store.list(bad)).rejects.toThrow('Bug: an object prefix');
    });
  });
}
