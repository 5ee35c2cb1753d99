import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dynamoStateStore } from '../../shared/adapters/dynamodb/state-store.ts';
import { loadAccount, openAccount } from '../../shared/app/account.ts';
import { commit } from '../../shared/app/commit.ts';
import { withLease } from '../../shared/app/lease.ts';
import { unitsOf } from '../../shared/core/decimal.ts';
import type { Action, StateStore } from '../../shared/ports/state-store.ts';
import { timeOut } from '../helpers/aws-errors.ts';
import { createStateTable, dynamoClient } from './contract-of-state-store.ts';

const WRITERS = 8;
const putN = (expect: 'absent' | number, n: number): Action => ({
  kind: 'put',
  pk: 'P',
  sk: 'HEAD',
  expect,
  body: { n },
});
const written = { ok: true };
const refused = (...failed: number[]) => ({ ok: false, failed });

/** The answer to each write's first sending is lost after it was carried out, below the SDK's own repeats. */
function loseFirstAnswers(client: DynamoDBClient, meanwhile = async () => {}): void {
  const lost = new Set<string>();
  client.middlewareStack.add(
    (next, { commandName = '' }) =>
      async (sending) => {
        const answer = await next(sending);
        const isWrite = commandName.startsWith('PutItem') || commandName.startsWith('TransactWrite');
        // Every write carries a mark that is the same in its repeats.
        const [mark = ''] =
          /[0-9a-f]{8}-[0-9a-f-]{27}/.exec(JSON.stringify(sending.input, unlessTable)) ?? [];
        if (!isWrite || lost.has(mark)) return answer;
        lost.add(mark);
        await meanwhile();
        throw timeOut();
      },
    { step: 'finalizeRequest', priority: 'low' },
  );
}

/** The names of the tables of these tests are like marks. */
const unlessTable = (name: string, value: unknown): unknown => (name === 'TableName' ? undefined : value);

/** What happens when several write at once, and when answers are lost, on DynamoDB as some emulator has it. */
export function describeDynamoRaces(title: string, endpoint: () => string): void {
  describe(title, () => {
    let clients: DynamoDBClient[] = [];
    let table = '';
    const storeOf = (client: DynamoDBClient): StateStore => {
      clients.push(client);
      return dynamoStateStore({ client, table });
    };
    const stores = () => Array.from({ length: WRITERS }, () => storeOf(dynamoClient(endpoint())));

    beforeEach(async () => {
      const client = dynamoClient(endpoint());
      clients = [client];
      table = await createStateTable(client);
    });
    afterEach(() => {
      for (const client of clients) client.destroy();
    });

    it('lets exactly one of eight writers win, alone and in a transaction', async () => {
      const writers = stores();
      const lease: Action = { kind: 'put', pk: 'P', sk: 'LEASE', expect: 'absent', body: { fence: 1 } };
      const check: Action = { kind: 'check', pk: 'P', sk: 'LEASE', fields: { fence: 1 } };
      await writers[0]?.transact([lease]);
      for (const [expected, others] of [
        ['absent', []],
        [1, [check]],
        [2, []],
      ] as const) {
        const results = await Promise.all(
          writers.map((store, n) => store.transact([putN(expected, n), ...others])),
        );
        expect(results.filter(({ ok }) => ok)).toHaveLength(1);
        for (const result of results) if (!result.ok) expect(result).toEqual(refused(0));
        const winner = results.findIndex(({ ok }) => ok);
        expect((await writers[0]?.get({ pk: 'P', sk: 'HEAD' }))?.body).toEqual({ n: winner });
      }
    });

    it('loses no step of eight writers that count together in transactions', async () => {
      const writers = stores();
      await writers[0]?.transact([putN('absent', 0)]);
      const step = async (store: StateStore, name: string): Promise<void> => {
        const head = await store.get({ pk: 'P', sk: 'HEAD' });
        const own: Action = { kind: 'put', pk: 'P', sk: name, expect: 'absent', body: {} };
        const next = putN(head?.version ?? 0, Number(head?.body['n']) + 1);
        if (!(await store.transact([next, own])).ok) await step(store, name);
      };
      await Promise.all(
        writers.map(async (store, writer) => {
          for (let n = 0; n < 3; n++) await step(store, `STEP#${writer}#${n}`);
        }),
      );
      expect(await writers[0]?.get({ pk: 'P', sk: 'HEAD' })).toMatchObject({ version: 25, body: { n: 24 } });
      expect(await writers[0]?.query('P', { prefix: 'STEP#' })).toHaveLength(24);
    });

    it('lets a holder that lost its lease write nothing, an item that is new included', async () => {
      const [store] = stores();
      if (store === undefined) throw new Error('no store');
      const account = 'paper-test';
      await openAccount(store, { account, source: 'test', capital: unitsOf('100'), createdMs: 0 });
      const lease = (owner: string, wallMs: number) => ({
        ...{ store, account, owner, leaseMs: 90_000 },
        wallMs: () => wallMs,
        hasEnded: () => false,
      });
      const late = withLease(lease('one', 0), async (own) => {
        const mine = await loadAccount(store, account);
        await withLease(lease('two', 90_000), async () => {
          const items = [
            { kind: 'put', pk: `FILL#${account}`, sk: 'x', expect: 'absent', body: {} },
          ] as const;
          await commit({ trader: { store }, account: mine, lease: own }, { items });
        });
      });
      await expect(late).rejects.toMatchObject({ code: 'state-contended' });
      expect(await store.query(`FILL#${account}`)).toEqual([]);
    });

    it.each([
      ['the SDK repeats', 3],
      ['we repeat', 1],
    ])('brings nothing back that its reader has removed before, when %s', async (_, attempts) => {
      const [reader] = stores();
      const client = dynamoClient(endpoint(), attempts);
      const remove = { kind: 'remove', pk: 'P', sk: 'HEAD', expect: 1 } as const;
      loseFirstAnswers(client, async () => {
        expect(await reader?.transact([remove])).toEqual(written);
      });
      expect(await storeOf(client).transact([putN('absent', 1)])).toEqual(written);
      expect(await reader?.get({ pk: 'P', sk: 'HEAD' })).toBeUndefined();
    });

    it.each([
      ['the SDK repeats', 3],
      ['we repeat', 1],
    ])('finds its own writes whose answers were lost, when %s', async (_, attempts) => {
      const client = dynamoClient(endpoint(), attempts);
      loseFirstAnswers(client);
      const store = storeOf(client);
      const other: Action = { kind: 'put', pk: 'P', sk: 'B', expect: 'absent', body: {} };
      expect(await store.transact([putN('absent', 1)])).toEqual(written);
      expect(await store.transact([putN(1, 2), other])).toEqual(written);
      expect(await store.transact([{ kind: 'remove', pk: 'P', sk: 'B', expect: 1 }])).toEqual(written);
      expect(await store.get({ pk: 'P', sk: 'B' })).toBeUndefined();
      expect(await store.get({ pk: 'P', sk: 'HEAD' })).toMatchObject({ version: 2, body: { n: 2 } });
      // Our very content, but by an earlier call: that race is lost.
      expect(await store.transact([putN(1, 2)])).toEqual(refused(0));
    });
  });
}
