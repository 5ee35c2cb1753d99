import { describe, expect, it } from 'vitest';
import { sqliteStateStore } from '../../shared/adapters/sqlite/state-store.ts';
import { loadAtRest, openAccount } from '../../shared/app/account.ts';
import { keys } from '../../shared/app/items.ts';
import { unitsOf } from '../../shared/core/decimal.ts';
import type { StateStore } from '../../shared/ports/state-store.ts';

/** A store in which a transaction of head and cash is written in the middle of each of the first queries. */
async function storeWrittenDuring(queries: number): Promise<StateStore> {
  const store = sqliteStateStore({ file: ':memory:', durability: 'relaxed' });
  await openAccount(store, { account: 'a', source: 's', capital: unitsOf('100'), createdMs: 0 });
  let left = queries;
  const pay = async () => {
    const [head, cash] = [await store.get(keys.head('a')), await store.get(keys.cash('a'))];
    if (head === undefined || cash === undefined) throw new Error('no account');
    await store.transact([
      { kind: 'put', ...keys.head('a'), expect: head.version, body: head.body },
      { kind: 'put', ...keys.cash('a'), expect: cash.version, body: { cash: `${10 * cash.version}` } },
    ]);
  };
  return {
    ...store,
    async query(pk, options) {
      const items = await store.query(pk, options);
      // As DynamoDB may: the cash of before, the head of after.
      if (pk !== 'ACCOUNT#a' || left-- <= 0) return items;
      await pay();
      const head = await store.get(keys.head('a'));
      return items.map((item) => (item.sk === 'HEAD' && head !== undefined ? head : item));
    },
  };
}

describe('an account that is read without its lease', () => {
  it('is never half of a transaction', async () => {
    const { head, cash } = await loadAtRest(await storeWrittenDuring(1), 'a');
    expect([head.version, cash.version, cash.value]).toEqual([2, 2, unitsOf('10')]);
  });

  it('is refused when it changes at each of five looks', async () => {
    expect((await loadAtRest(await storeWrittenDuring(4), 'a')).cash.value).toBe(unitsOf('40'));
    await expect(loadAtRest(await storeWrittenDuring(5), 'a')).rejects.toThrow("'a' kept changing");
  });

  it('is refused when there is none', async () => {
    const store = sqliteStateStore({ file: ':memory:', durability: 'relaxed' });
    await expect(loadAtRest(store, 'a')).rejects.toThrow("There is no account 'a' here");
  });
});
