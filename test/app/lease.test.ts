import { describe, expect, it } from 'vitest';
import { sqliteStateStore } from '../../shared/adapters/sqlite/state-store.ts';
import { loadAccount, openAccount } from '../../shared/app/account.ts';
import { commit } from '../../shared/app/commit.ts';
import { type LeaseContext, underOneLease, withLease } from '../../shared/app/lease.ts';
import { unitsOf } from '../../shared/core/decimal.ts';

const account = 'paper-test';
const start = 1_800_000_000_000;

async function opened() {
  const store = sqliteStateStore({ file: ':memory:', durability: 'relaxed' });
  await openAccount(store, { account, source: 'test', capital: unitsOf('100'), createdMs: 0 });
  const context = (owner: string, change: Partial<LeaseContext> = {}): LeaseContext => ({
    store,
    account,
    owner,
    leaseMs: 90_000,
    wallMs: () => start,
    hasEnded: () => false,
    ...change,
  });
  const cash = async () => (await store.get({ pk: `ACCOUNT#${account}`, sk: 'CASH' }))?.body['cash'];
  return { store, context, cash };
}

describe('the lease of an account', () => {
  it('is held by one at a time, and given back when the work ends, well or badly', async () => {
    const { context } = await opened();
    const inside = await withLease(context('one'), () => withLease(context('two'), async () => 'in'));
    expect(inside).toBe('held');
    expect(await withLease(context('two'), async () => 'in')).toBe('in');

    const bad = withLease(context('one'), async () => {
      throw new Error('bad luck');
    });
    await expect(bad).rejects.toThrow('bad luck');
    expect(await withLease(context('two'), async () => 'in')).toBe('in');
  });

  it('that cannot be given back hides nothing of what went wrong before', async () => {
    const { store, context } = await opened();
    const failing = (fails: () => boolean) => ({
      ...store,
      transact: (actions: Parameters<typeof store.transact>[0]) =>
        fails() ? Promise.reject(new Error('no answer')) : store.transact(actions),
    });
    let isAway = false;
    const one = context('one', { store: failing(() => isAway) });
    const away = (result: () => string) =>
      withLease(one, async () => {
        isAway = true;
        return result();
      });
    const bad = () => {
      throw new Error('bad luck');
    };
    await expect(away(bad)).rejects.toThrow('bad luck');
  });

  it('is shared by the steps of a run that takes it once', async () => {
    const { context } = await opened();
    const one = context('one');
    const steps = await underOneLease(one, async (inside) => {
      const first = await withLease(inside, async ({ fence }) => fence);
      const other = await withLease(context('two'), async () => 'in');
      return [first, other, await withLease(inside, async ({ fence }) => fence)];
    });
    expect(steps).toEqual([1, 'held', 1]);
    expect(await withLease(context('two'), async ({ fence }) => fence)).toBe(2);
  });

  it('of a holder that says nothing more runs out, not a millisecond early', async () => {
    const { context } = await opened();
    const at = (afterMs: number) =>
      withLease(context('two', { wallMs: () => start + afterMs }), async () => 'in');
    await withLease(context('one'), async () => {
      expect(await at(89_999)).toBe('held');
      expect(await at(90_000)).toBe('in');
    });
  });

  it('of a holder that is known to have ended need not run out', async () => {
    const { context } = await opened();
    const hasEnded = (owner: string) => owner === 'one';
    await withLease(context('one'), async () => {
      expect(await withLease(context('two', { hasEnded }), async () => 'in')).toBe('in');
      expect(await withLease(context('three', { hasEnded: () => false }), async () => 'in')).toBe('in');
    });
  });

  it('taken over fences its former holder: nothing of what it writes is written, an item that is new included', async () => {
    const { store, context, cash } = await opened();
    const late = withLease(context('one'), async (lease) => {
      const mine = await loadAccount(store, account);
      await withLease(context('two', { wallMs: () => start + 90_000 }), async (own) => {
        const theirs = { trader: { store }, account: await loadAccount(store, account), lease: own };
        await commit(theirs, { cash: unitsOf('50') });
      });
      const items = [{ kind: 'put', pk: `FILL#${account}`, sk: 'x', expect: 'absent', body: {} }] as const;
      await commit({ trader: { store }, account: mine, lease }, { items });
    });
    await expect(late).rejects.toMatchObject({ code: 'state-contended' });
    expect(await store.query(`FILL#${account}`)).toEqual([]);
    expect(await cash()).toBe('50');
  });

  it('taken over by one that has written nothing yet fences its former holder as well', async () => {
    const { store, context } = await opened();
    const late = withLease(context('one'), async (lease) => {
      const mine = await loadAccount(store, account);
      await withLease(context('two', { wallMs: () => start + 90_000 }), async () => {
        const items = [{ kind: 'put', pk: `FILL#${account}`, sk: 'x', expect: 'absent', body: {} }] as const;
        await commit({ trader: { store }, account: mine, lease }, { items });
      });
    });
    await expect(late).rejects.toMatchObject({ code: 'state-contended' });
    expect(await store.query(`FILL#${account}`)).toEqual([]);
  });

  it('is not given back by a former holder while another has it', async () => {
    const { context } = await opened();
    const later = { wallMs: () => start + 90_000 };
    let end = () => {};
    const former = withLease(context('one'), () => new Promise<void>((resolve) => (end = resolve)));
    await new Promise(setImmediate);
    await withLease(context('two', later), async () => {
      end();
      await former;
      expect(await withLease(context('three', later), async () => 'in')).toBe('held');
    });
  });

  it('is refused to a run of several steps when somebody else held it between two of them', async () => {
    const { context } = await opened();
    const run = context('one', { tenure: { fence: null } });
    expect(await withLease(run, async () => 'in')).toBe('in');
    expect(await withLease(run, async () => 'in')).toBe('in');
    await withLease(context('two'), async () => 'in');
    expect(await withLease(run, async () => 'in')).toBe('held');
    expect(await withLease(context('one', { tenure: { fence: null } }), async () => 'in')).toBe('in');
  });
});
