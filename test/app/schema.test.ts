import { describe, expect, it } from 'vitest';
import { sqliteStateStore } from '../../shared/adapters/sqlite/state-store.ts';
import { checkSchema } from '../../shared/app/schema.ts';

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
