import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Action, Item, ItemBody, StateStore } from '../../shared/ports/state-store.ts';
import { queryCases } from './state-store-queries.ts';

/**
 * What every StateStore does. Each case has a partition of its own, so `create` may give a table that is in use.
 * Nothing here asks for more than DynamoDB offers.
 */
export function stateStoreContract(title: string, create: () => StateStore | Promise<StateStore>): void {
  describe(`${title} keeps the state store contract`, () => {
    let store: StateStore;
    let pk = '';

    beforeAll(async () => {
      store = await create();
    });
    beforeEach(() => {
      pk = `CASE#${randomUUID()}`;
    });
    afterAll(() => store.close());

    const putNew = (sk: string, body: ItemBody = {}): Action => ({
      kind: 'put',
      pk,
      sk,
      expect: 'absent',
      body,
    });
    const putOver = (sk: string, version: number, body: ItemBody = {}): Action => ({
      kind: 'put',
      pk,
      sk,
      expect: version,
      body,
    });
    const remove = (sk: string, version: number): Action => ({ kind: 'remove', pk, sk, expect: version });
    const check = (sk: string, fields: Record<string, string | number | boolean>): Action => ({
      kind: 'check',
      pk,
      sk,
      fields,
    });
    const read = (sk: string): Promise<Item | undefined> => store.get({ pk, sk });
    const keys = async () => (await store.query(pk)).map(({ sk }) => sk);
    const written = { ok: true };
    const refused = (...failed: number[]) => ({ ok: false, failed });

    describe('one item', () => {
      it('is undefined, and its partition empty, before the first write', async () => {
        expect(await read('HEAD')).toBeUndefined();
        expect(await store.query(pk)).toEqual([]);
      });

      it('is read as it was written, at once, by get and by query', async () => {
        const body = { text: 'a', number: -0.1, yes: true, nothing: null, list: [1, [2]], deep: { er: {} } };
        expect(await store.transact([putNew('HEAD', body)])).toEqual(written);
        expect(await read('HEAD')).toEqual({ pk, sk: 'HEAD', version: 1, body });
        expect(await store.query(pk)).toEqual([{ pk, sk: 'HEAD', version: 1, body }]);
      });

      it('grows its version by one with every write', async () => {
        await store.transact([putNew('HEAD', { n: 0 })]);
        for (const version of [1, 2, 3]) {
          expect(await store.transact([putOver('HEAD', version, { n: version })])).toEqual(written);
          expect(await read('HEAD')).toEqual({ pk, sk: 'HEAD', version: version + 1, body: { n: version } });
        }
      });

      it('is replaced whole: fields of before are gone', async () => {
        await store.transact([putNew('HEAD', { old: 1, both: 1 })]);
        await store.transact([putOver('HEAD', 1, { both: 2 })]);
        expect((await read('HEAD'))?.body).toEqual({ both: 2 });
      });

      it('is not created twice', async () => {
        await store.transact([putNew('HEAD', { by: 'first' })]);
        expect(await store.transact([putNew('HEAD', { by: 'second' })])).toEqual(refused(0));
        expect(await read('HEAD')).toMatchObject({ version: 1, body: { by: 'first' } });
      });

      it('is not written over a version that it has not', async () => {
        expect(await store.transact([putOver('HEAD', 1)])).toEqual(refused(0));
        expect(await read('HEAD')).toBeUndefined();
        await store.transact([putNew('HEAD', { n: 0 })]);
        for (const version of [0, 2]) {
          expect(await store.transact([putOver('HEAD', version, { n: 1 })])).toEqual(refused(0));
        }
        expect(await read('HEAD')).toMatchObject({ version: 1, body: { n: 0 } });
      });

      it('goes to the first of two writers that read the same version', async () => {
        await store.transact([putNew('HEAD')]);
        const results = await Promise.all(
          ['first', 'second'].map((by) => store.transact([putOver('HEAD', 1, { by })])),
        );
        const winner = results.findIndex(({ ok }) => ok);
        expect(results[1 - winner]).toEqual(refused(0));
        expect(await read('HEAD')).toMatchObject({ version: 2, body: { by: ['first', 'second'][winner] } });
      });

      it('is removed only in the version named, and begins again at 1', async () => {
        await store.transact([putNew('HEAD')]);
        expect(await store.transact([remove('HEAD', 2)])).toEqual(refused(0));
        expect(await read('HEAD')).toMatchObject({ version: 1 });
        expect(await store.transact([remove('HEAD', 1)])).toEqual(written);
        expect(await read('HEAD')).toBeUndefined();
        expect(await store.transact([remove('HEAD', 1)])).toEqual(refused(0));
        expect(await store.transact([putNew('HEAD')])).toEqual(written);
        expect(await read('HEAD')).toMatchObject({ version: 1 });
      });

      it('belongs to its partition alone', async () => {
        await store.transact([putNew('HEAD', { n: 1 })]);
        expect(await store.get({ pk: `${pk}2`, sk: 'HEAD' })).toBeUndefined();
        expect(await store.query(pk.slice(0, -1))).toEqual([]);
      });
    });

    describe('a body', () => {
      it('of 300 kB comes back', async () => {
        const body = { text: 'é'.repeat(150_000) };
        await store.transact([putNew('BIG', body)]);
        expect((await read('BIG'))?.body).toEqual(body);
      });

      it('keeps every sign in texts and names', async () => {
        const text = 'quote " back \\ line \n zero \0 é 漢 😀';
        const body = { [text]: text, $dollar: 1, '#': 1, 'a.b': 1 };
        await store.transact([putNew('SIGNS', body)]);
        expect((await read('SIGNS'))?.body).toEqual(body);
      });

      it('keeps every digit of numbers', async () => {
        const body = { third: 1 / 3, large: Number.MAX_SAFE_INTEGER, small: 1.5e-120, ms: 1_719_792_000_000 };
        await store.transact([putNew('NUMBERS', body)]);
        expect((await read('NUMBERS'))?.body).toEqual(body);
      });

      it('leaves out fields that are undefined', async () => {
        await store.transact([putNew('GAPS', { there: 1, gone: undefined, deep: { gone: undefined } })]);
        const body = (await read('GAPS'))?.body ?? {};
        expect(Object.keys(body)).toEqual(['there', 'deep']);
        expect(Object.keys(body['deep'] as object)).toEqual([]);
      });

      it.each([
        ['NaN', { deep: { value: Number.NaN } }],
        ['an infinity', { value: [Number.POSITIVE_INFINITY] }],
        ['a hole in a list', { value: [undefined] }],
        ['a bigint', { value: 1n }],
        ['a function', { value: () => 1 }],
        ['a column', { value: new Float64Array(2) }],
        ['a map', { value: new Map([['a', 1]]) }],
      ])('with %s is a bug and writes nothing', async (_, body) => {
        await expect(store.transact([putNew('OTHER'), putNew('BAD', body)])).rejects.toThrow(/^Bug: .*BAD/);
        expect(await store.query(pk)).toEqual([]);
      });
    });

    describe('a transaction', () => {
      it('writes all of its actions', async () => {
        await store.transact([putNew('OLD'), putNew('GONE'), putNew('LEASE', { fence: 7 })]);
        const result = await store.transact([
          check('LEASE', { fence: 7 }),
          putNew('NEW', { n: 1 }),
          putOver('OLD', 1, { n: 2 }),
          remove('GONE', 1),
        ]);
        expect(result).toEqual(written);
        expect(await keys()).toEqual(['LEASE', 'NEW', 'OLD']);
        expect(await read('OLD')).toMatchObject({ version: 2, body: { n: 2 } });
      });

      it('writes nothing when one condition fails, wherever it stands, and names it', async () => {
        await store.transact([putNew('OLD', { n: 0 }), putNew('LEASE', { fence: 7 })]);
        const before = await store.query(pk);
        const good = [putNew('NEW'), putOver('OLD', 1, { n: 1 })];
        const bad = [putNew('LEASE'), putOver('LEASE', 9), remove('LEASE', 9), check('LEASE', { fence: 6 })];
        for (const action of bad) {
          expect(await store.transact([action, ...good])).toEqual(refused(0));
          expect(await store.transact([...good, action])).toEqual(refused(2));
          expect(await store.query(pk)).toEqual(before);
        }
      });

      it('names every condition that failed, in order', async () => {
        await store.transact([putNew('A'), putNew('B')]);
        const result = await store.transact([putOver('A', 5), putNew('C'), putNew('B'), remove('D', 1)]);
        expect(result).toEqual(refused(0, 2, 3));
      });

      it('reaches over partitions', async () => {
        const other = `${pk}#OTHER`;
        const there: Action = { kind: 'put', pk: other, sk: 'A', expect: 'absent', body: {} };
        expect(await store.transact([putNew('A'), there])).toEqual(written);
        expect(await store.transact([putNew('B'), there])).toEqual(refused(1));
        expect(await keys()).toEqual(['A']);
        expect(await store.get({ pk: other, sk: 'A' })).toMatchObject({ version: 1 });
      });

      it('takes 100 actions', async () => {
        const actions = Array.from({ length: 100 }, (_, n) => putNew(`N#${n}`));
        expect(await store.transact(actions)).toEqual(written);
        expect(await keys()).toHaveLength(100);
      });

      it('of none or of 101 actions is a bug', async () => {
        const actions = Array.from({ length: 101 }, (_, n) => putNew(`N#${n}`));
        await expect(store.transact(actions)).rejects.toThrow('Bug: a transaction of 101 actions');
        await expect(store.transact([])).rejects.toThrow('Bug: a transaction of 0 actions');
        expect(await store.query(pk)).toEqual([]);
      });

      it('naming an item twice is a bug, whatever the actions', async () => {
        await store.transact([putNew('A', { n: 1 })]);
        for (const second of [putOver('A', 1), remove('A', 1), check('A', { n: 1 })])
          await expect(store.transact([putOver('A', 1, { n: 2 }), second])).rejects.toThrow(/^Bug: .*twice/);
        expect(await read('A')).toMatchObject({ version: 1, body: { n: 1 } });
      });
    });

    describe('a check', () => {
      const fields = { owner: 'me', fence: 7, live: true };

      it('holds when all of its fields have these values', async () => {
        await store.transact([putNew('LEASE', { ...fields, more: {} })]);
        expect(await store.transact([check('LEASE', fields), putNew('A')])).toEqual(written);
      });

      it('changes nothing, the version neither', async () => {
        await store.transact([putNew('LEASE', fields)]);
        expect(await store.transact([check('LEASE', fields)])).toEqual(written);
        expect(await read('LEASE')).toEqual({ pk, sk: 'LEASE', version: 1, body: fields });
      });

      it.each([
        ['another text', { owner: 'you' }],
        ['another number', { fence: 8 }],
        ['another truth', { live: false }],
        ['a text in place of a number', { fence: '7' }],
        ['a number in place of a truth', { live: 1 }],
        ['a field that is not there', { toString: 'x' }],
        ['one wrong field of several', { owner: 'me', fence: 6 }],
      ])('fails on %s', async (_, wanted) => {
        await store.transact([putNew('LEASE', fields)]);
        expect(await store.transact([check('LEASE', wanted), putNew('A')])).toEqual(refused(0));
        expect(await read('A')).toBeUndefined();
      });

      it('fails on an item that is not there', async () => {
        expect(await store.transact([check('LEASE', fields)])).toEqual(refused(0));
      });
    });

    queryCases(() => ({ store, pk }));

    it('takes an empty key, or half of a surrogate pair in one, for a bug', async () => {
      for (const key of ['', 'a\ud83d']) {
        await expect(store.transact([putNew(key)])).rejects.toThrow('Bug: an item key');
        await expect(store.get({ pk, sk: key })).rejects.toThrow('Bug: an item key');
      }
    });
  });
}
