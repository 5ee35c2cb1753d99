import {
  type AttributeValue,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { dynamoStateStore } from '../../../shared/adapters/dynamodb/state-store.ts';
import type { Action } from '../../../shared/ports/state-store.ts';
import {
  cancelled,
  conditionFailed,
  conflict,
  serviceError,
  timeOut,
  tooMuch,
} from '../../helpers/aws-errors.ts';

const mock = mockClient(DynamoDBClient);
// The files of a worker share its modules: what follows this one may talk to a server.
afterAll(() => mock.restore());
let pauses: number[] = [];
const store = dynamoStateStore({
  client: new DynamoDBClient({ region: 'us-east-1' }),
  table: 'state',
  pause: async (tries) => {
    pauses.push(tries);
  },
});
beforeEach(() => {
  mock.reset();
  pauses = [];
});

const put: Action = { kind: 'put', pk: 'P', sk: 'A', expect: 3, body: { n: 1 } };
const other: Action = { kind: 'put', pk: 'P', sk: 'B', expect: 'absent', body: {} };
const check: Action = { kind: 'check', pk: 'P', sk: 'LEASE', fields: { fence: 7 } };
const remove: Action = { kind: 'remove', pk: 'P', sk: 'C', expect: 1 };
const writes = () => [...mock.commandCalls(PutItemCommand), ...mock.commandCalls(TransactWriteItemsCommand)];
const reads = () => mock.commandCalls(GetItemCommand);
const refused = (...failed: number[]) => ({ ok: false, failed });
const written = { ok: true };

/** Stores what the first sending would have stored, then lets it fail: the answer is lost, the write is not. */
function commitThenFail(error: Error): void {
  const items = new Map<string, Record<string, AttributeValue>>();
  const keep = (item: Record<string, AttributeValue> | undefined) => {
    if (item?.['sk']?.S !== undefined) items.set(item['sk'].S, item);
  };
  let sendings = 0;
  mock.on(PutItemCommand).callsFake(({ Item }) => {
    if (sendings++ > 0) throw conditionFailed();
    keep(Item);
    throw error;
  });
  mock.on(TransactWriteItemsCommand).callsFake(({ TransactItems }) => {
    if (sendings++ > 0)
      throw cancelled(
        TransactItems.map(({ Put }: { Put?: object }) => (Put ? 'ConditionalCheckFailed' : 'None')),
      );
    for (const { Put } of TransactItems) keep(Put?.Item);
    throw error;
  });
  mock.on(GetItemCommand).callsFake(({ Key }) => ({ Item: items.get(Key.sk.S) }));
}

/** What somebody else stored: our very content, but by another call. */
const foreign = (version: number) => ({
  Item: {
    pk: { S: 'P' },
    sk: { S: 'A' },
    version: { N: String(version) },
    body: { S: '{"n":1}' },
    write: { S: 'somebody else' },
  },
});

describe('a refused condition', () => {
  it('is a lost race at once, and nothing is read, even if another writer stored the same content', async () => {
    mock.on(PutItemCommand).rejects(conditionFailed());
    mock.on(GetItemCommand).resolves(foreign(4));
    expect(await store.transact([put])).toEqual(refused(0));
    expect([writes().length, reads().length]).toEqual([1, 0]);
  });

  it('of a lease that was lost is named, and nothing is repeated', async () => {
    mock.on(TransactWriteItemsCommand).rejects(cancelled(['None', 'None', 'ConditionalCheckFailed']));
    expect(await store.transact([put, other, check])).toEqual(refused(2));
    expect([writes().length, reads().length]).toEqual([1, 0]);
  });
});

describe('a time-out after the write was stored', () => {
  it.each([
    ['one put', [put]],
    ['a transaction', [check, put, other, remove]],
  ])('of %s is found to be our own write', async (_, actions) => {
    for (const error of [timeOut(), serviceError('InternalServerError', 500), serviceError('Odd', 200)]) {
      mock.reset();
      commitThenFail(error);
      expect(await store.transact(actions)).toEqual(written);
      expect(writes()).toHaveLength(2);
      for (const { args } of reads()) expect(args[0].input.ConsistentRead).toBe(true);
    }
  });

  it('is repeated with the same token, so that DynamoDB knows the repeat of a removal too', async () => {
    mock.on(TransactWriteItemsCommand).rejectsOnce(timeOut()).resolves({});
    expect(await store.transact([remove])).toEqual(written);
    const tokens = mock
      .commandCalls(TransactWriteItemsCommand)
      .map(({ args }) => args[0].input.ClientRequestToken);
    expect(tokens).toHaveLength(2);
    expect(tokens[0]).toMatch(/^[0-9a-f-]{36}$/);
    expect(tokens[1]).toBe(tokens[0]);
    expect(reads()).toHaveLength(0);
  });

  it('that the SDK repeated itself is found to be ours as well', async () => {
    mock.on(PutItemCommand).rejects(conditionFailed(2));
    mock.on(GetItemCommand).callsFake(() => {
      const item = mock.commandCalls(PutItemCommand)[0]?.args[0].input.Item;
      return { Item: item };
    });
    expect(await store.transact([put])).toEqual(written);
  });

  it('has a token of its own in every call', async () => {
    for (let n = 0; n < 2; n++) await store.transact([put]);
    const marks = mock.commandCalls(PutItemCommand).map(({ args }) => args[0].input.Item?.['write']?.S);
    expect(new Set(marks).size).toBe(2);
  });
});

describe('a time-out before the write was stored', () => {
  it('is a lost race when another writer was faster, even with the same content', async () => {
    mock.on(PutItemCommand).rejectsOnce(timeOut()).rejects(conditionFailed());
    mock.on(GetItemCommand).resolves(foreign(4));
    expect(await store.transact([put])).toEqual(refused(0));

    mock
      .on(TransactWriteItemsCommand)
      .rejectsOnce(timeOut())
      .rejects(cancelled(['ConditionalCheckFailed', 'None']));
    expect(await store.transact([put, check])).toEqual(refused(0));
  });

  it('is a lost race for a new item, whatever lies there since: a repeat of ours would not be refused', async () => {
    for (const found of [foreign(5), {}]) {
      mock.reset();
      mock
        .on(TransactWriteItemsCommand)
        .rejectsOnce(timeOut())
        .rejects(cancelled(['ConditionalCheckFailed']));
      mock.on(GetItemCommand).resolves(found);
      expect(await store.transact([other])).toEqual(refused(0));
      const tokens = writes().map(({ args }) => Reflect.get(args[0].input, 'ClientRequestToken'));
      expect([tokens.length, new Set(tokens).size]).toEqual([2, 1]);
    }
  });

  it('is not called lost when somebody may have written over ours since', async () => {
    for (const found of [foreign(5), {}]) {
      mock.reset();
      mock.on(PutItemCommand).rejectsOnce(timeOut()).rejects(conditionFailed());
      mock.on(GetItemCommand).resolves(found);
      await expect(store.transact([put])).rejects.toMatchObject({
        code: 'state-unavailable',
        message: expect.stringContaining('it is not known whether the item "P / A" was written'),
      });
    }
  });

  it('is told as unknown after two repeats, when nothing shows that it was stored', async () => {
    mock.on(TransactWriteItemsCommand).rejects(timeOut());
    mock.on(GetItemCommand).resolves({});
    await expect(store.transact([put, other])).rejects.toMatchObject({
      code: 'state-unavailable',
      message: expect.stringContaining(
        '"P / A" or one of 1 others was written to the table "state" (TimeoutError',
      ),
      hint: expect.stringContaining('carries on'),
    });
    expect([writes().length, pauses]).toEqual([3, [0, 1]]);
  });

  it('is told as unknown when it cannot be read back either', async () => {
    mock.onAnyCommand().rejects(timeOut());
    await expect(store.transact([put])).rejects.toMatchObject({ code: 'state-unavailable' });
  });
});

describe('a conflict with another transaction', () => {
  it.each([
    ['a single write', [put], conflict()],
    ['a transaction', [put, check], cancelled(['TransactionConflict', 'None'])],
    ['a throttled transaction', [put, check], cancelled(['None', 'ThrottlingError'])],
  ])('of %s is tried again five times, with pauses', async (_, actions, error) => {
    let sendings = 0;
    mock.onAnyCommand().callsFake(() => {
      if (++sendings <= 5) throw error;
      return {};
    });
    expect(await store.transact(actions)).toEqual(written);
    expect(pauses).toEqual([0, 1, 2, 3, 4]);

    mock.reset();
    mock.onAnyCommand().rejects(error);
    await expect(store.transact(actions)).rejects.toMatchObject({ code: 'state-contended' });
    expect(writes()).toHaveLength(6);
  });

  it('says nothing yet about conditions that failed beside it', async () => {
    mock
      .on(TransactWriteItemsCommand)
      .rejectsOnce(cancelled(['ConditionalCheckFailed', 'TransactionConflict']))
      .rejects(cancelled(['ConditionalCheckFailed', 'ConditionalCheckFailed']));
    expect(await store.transact([put, check])).toEqual(refused(0, 1));
  });
});

describe('throttling that the SDK could not wait for', () => {
  it('ends with a word, and is not taken for a lost race', async () => {
    mock.onAnyCommand().rejects(tooMuch());
    mock.on(GetItemCommand).resolves({});
    await expect(store.transact([put])).rejects.toMatchObject({
      code: 'state-contended',
      message: expect.stringContaining('the table "state" has more requests than it takes'),
    });
    expect(writes()).toHaveLength(1);
  });
});

describe('a bug', () => {
  it('of ours is not taken for a fault of the network', async () => {
    mock.onAnyCommand().rejects(new TypeError('x is not a function'));
    await expect(store.transact([put])).rejects.toThrow(TypeError);
    await expect(store.get({ pk: 'P', sk: 'A' })).rejects.toThrow(TypeError);
    expect(writes()).toHaveLength(1);
  });
});
