import { describe, expect, it } from 'vitest';
import type { Action, ItemBody, QueryOptions, StateStore } from '../../shared/ports/state-store.ts';

/** The part of the state store contract that is about queries; `here` gives the store and the case's own partition. */
export function queryCases(here: () => { readonly store: StateStore; readonly pk: string }): void {
  describe('a query', () => {
    const put = (sk: string, body: ItemBody): Action => ({
      kind: 'put',
      pk: here().pk,
      sk,
      expect: 'absent',
      body,
    });
    const create = (...names: string[]) => here().store.transact(names.map((sk) => put(sk, { sk })));
    const keys = async (options?: QueryOptions) =>
      (await here().store.query(here().pk, options)).map(({ sk }) => sk);

    it('gives sort keys in the order of their UTF-8 bytes, not of UTF-16 units', async () => {
      // U+FF5E is EF BD 9E in UTF-8, U+1F600 is F0 9F 98 80; in UTF-16 FF5E comes after D83D DE00.
      const ordered = ['A', 'AA', 'B', 'a', 'é', '漢', '\uff5e', '😀'];
      await create(...ordered.toReversed());
      expect(await keys()).toEqual(ordered);
      expect(await keys({ descending: true })).toEqual(ordered.toReversed());
      expect(await keys({ from: '\uff5e' })).toEqual(['\uff5e', '😀']);
      expect(await keys({ before: '😀' })).toEqual(ordered.slice(0, -1));
    });

    it('finds a prefix, and neither its neighbours nor its letters in other cases', async () => {
      await create('ORDER', 'ORDER#', 'ORDER#1', 'ORDER#\u{10ffff}x', 'ORDER$', 'order#1', 'POSITION#1');
      expect(await keys({ prefix: 'ORDER#' })).toEqual(['ORDER#', 'ORDER#1', 'ORDER#\u{10ffff}x']);
      expect(await keys({ prefix: 'ORDER#1' })).toEqual(['ORDER#1']);
      expect(await keys({ prefix: 'NONE' })).toEqual([]);
      expect(await keys({ prefix: '' })).toHaveLength(7);
    });

    it('takes signs of patterns in a prefix for what they are', async () => {
      await create('a%', 'a_', 'ab', 'a*');
      expect(await keys({ prefix: 'a%' })).toEqual(['a%']);
      expect(await keys({ prefix: 'a_' })).toEqual(['a_']);
    });

    it('finds a prefix that ends with any sign', async () => {
      for (const end of ['\u007f', 'ÿ', '\u07ff', '\ud7ff', '\uffff', '😿', '\u{10ffff}']) {
        await create(`${end}`, `${end}x`);
        expect(await keys({ prefix: end })).toEqual([end, `${end}x`]);
      }
    });

    it('begins at `from` and ends before `before`', async () => {
      await create('1', '2', '3', '4');
      expect(await keys({ from: '2' })).toEqual(['2', '3', '4']);
      expect(await keys({ before: '3' })).toEqual(['1', '2']);
      expect(await keys({ from: '2', before: '4' })).toEqual(['2', '3']);
      expect(await keys({ from: '3', before: '3' })).toEqual([]);
      expect(await keys({ from: '4', before: '1' })).toEqual([]);
    });

    it('keeps to the prefix and to the range at once', async () => {
      await create('A#1', 'B#1', 'B#2', 'B#3', 'C#1');
      expect(await keys({ prefix: 'B#', from: 'B#2' })).toEqual(['B#2', 'B#3']);
      expect(await keys({ prefix: 'B#', before: 'B#2' })).toEqual(['B#1']);
      expect(await keys({ prefix: 'B#', from: 'A', before: 'D' })).toEqual(['B#1', 'B#2', 'B#3']);
      expect(await keys({ prefix: 'B#', from: 'C' })).toEqual([]);
    });

    it('gives at most `limit` items, from the end that it begins at', async () => {
      await create('1', '2', '3', '4');
      expect(await keys({ limit: 2 })).toEqual(['1', '2']);
      expect(await keys({ limit: 2, descending: true })).toEqual(['4', '3']);
      expect(await keys({ limit: 1, from: '2' })).toEqual(['2']);
      expect(await keys({ limit: 1, before: '4', descending: true })).toEqual(['3']);
      expect(await keys({ limit: 9 })).toHaveLength(4);
    });

    it('gives a partition of many pages whole', async () => {
      // 20 items of 100 kB: DynamoDB answers at most 1 MB at a time.
      const names = Array.from({ length: 20 }, (_, n) => `N#${String(n).padStart(2, '0')}`);
      for (const name of names) await here().store.transact([put(name, { text: 'x'.repeat(100_000) })]);
      expect(await keys()).toEqual(names);
    });

    it.each([0, -1, 1.5])('with a limit of %s is a bug', async (limit) => {
      await expect(here().store.query(here().pk, { limit })).rejects.toThrow('Bug: a query limit');
    });
  });
}
