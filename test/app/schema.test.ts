import { describe, expect, it } from 'vitest';
import { sqliteStateStore } from '../../shared/adapters/sqlite/state-store.ts';
import { bodyOf, keys, readItem } from '../../shared/app/items.ts';
import { checkSchema } from '../../shared/app/schema.ts';
import { unitsOf } from '../../shared/core/decimal.ts';
import { newOrder } from '../../shared/core/execution/order.ts';

const key = { pk: 'META', sk: 'SCHEMA' };

describe('the schema of a shared state', () => {
  it('is marked once, also by two that come first at the same time', async () => {
    const store = sqliteStateStore({ file: ':memory:', durability: 'relaxed' });
    await Promise.all([checkSchema(store), checkSchema(store)]);
    await checkSchema(store);
    expect(await store.get(key)).toEqual({ ...key, version: 1, body: { schema: 2 } });
  });

  it('of an older program is marked anew: its items are read as they lie', async () => {
    const store = sqliteStateStore({ file: ':memory:', durability: 'relaxed' });
    await store.transact([{ kind: 'put', ...key, expect: 'absent', body: { schema: 1 } }]);
    await Promise.all([checkSchema(store), checkSchema(store)]);
    expect(await store.get(key)).toMatchObject({ version: 2, body: { schema: 2 } });
  });

  it('of a newer program is refused, and stays as it is', async () => {
    const store = sqliteStateStore({ file: ':memory:', durability: 'relaxed' });
    await store.transact([{ kind: 'put', ...key, expect: 'absent', body: { schema: 3 } }]);
    await expect(checkSchema(store)).rejects.toThrow('The state is of schema 3; this version knows 2.');
    expect(await store.get(key)).toMatchObject({ version: 1, body: { schema: 3 } });
  });
});

describe('an order of schema 1', () => {
  const intent = {
    clientOrderId: 'id',
    symbol: 'BTC/USD',
    purpose: 'exit',
    number: 0,
    tickMs: 0,
    decidedMs: 0,
    quantity: unitsOf('2'),
  } as const;
  const {
    limitPrice: _,
    crossPrice: ______,
    mark: __,
    absence: ___,
    fillIds: ____,
    ended: _____,
    ...old
  } = newOrder(intent, {});

  it('is read as an order of today: what was booked of it is not booked again', () => {
    const body = bodyOf({ ...old, state: 'SENDING', attempts: 1, sentAtMs: 5, fills: 2 });
    expect(readItem('order', { ...keys.order('paper', 'id'), version: 3, body })).toEqual({
      ...newOrder(intent, {}),
      state: 'SENDING',
      attempts: 1,
      mark: { sentAtMs: 5, deadlineMs: 5, nonce: '0' },
      fillIds: ['id#0', 'id#1'],
    });
  });
});
