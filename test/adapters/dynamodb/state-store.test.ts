import {
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { dynamoStateStore } from '../../../shared/adapters/dynamodb/state-store.ts';
import type { Action } from '../../../shared/ports/state-store.ts';
import { cancelled, noTable, serviceError, timeOut, tooMuch } from '../../helpers/aws-errors.ts';

const mock = mockClient(DynamoDBClient);
// The files of a worker share its modules: what follows this one may talk to a server.
afterAll(() => mock.restore());
const store = dynamoStateStore({
  client: new DynamoDBClient({ region: 'us-east-1' }),
  table: 'state',
  pause: async () => {},
  expiryMs: ({ pk }) => (pk.startsWith('TICK#') ? 1_800_000_000_001 : undefined),
});
beforeEach(() => mock.reset());

const key = { pk: 'ACCOUNT#a', sk: 'HEAD' };
const put = (body: Record<string, unknown>, pk = key.pk): Action => ({
  kind: 'put',
  pk,
  sk: 'HEAD',
  expect: 3,
  body,
});
const check: Action = { kind: 'check', pk: key.pk, sk: 'LEASE', fields: { owner: 'me', fence: 7 } };
const remove: Action = { kind: 'remove', pk: key.pk, sk: 'ORDER#1', expect: 3 };
const stored = (sk: string) => ({
  pk: { S: key.pk },
  sk: { S: sk },
  version: { N: '2' },
  body: { S: '{"n":1}' },
  write: { S: 'somebody' },
});
const item = (sk: string) => ({ pk: key.pk, sk, version: 2, body: { n: 1 } });

describe('what is sent to DynamoDB', () => {
  it('is one of four commands, with consistent reads and without an index', async () => {
    mock.on(QueryCommand).resolves({ Items: [stored('A')] });
    mock.on(GetItemCommand).resolves({ Item: stored('HEAD') });
    expect(await store.get(key)).toEqual(item('HEAD'));
    expect(await store.query(key.pk, { prefix: 'A', descending: true })).toEqual([item('A')]);
    await store.transact([put({})]);
    await store.transact([remove]);
    await store.transact([{ ...put({}), expect: 'absent' } as Action]);
    await store.transact([put({}), remove, check]);
    const sent = mock.calls().map(({ firstArg }) => [firstArg.constructor, firstArg.input] as const);
    expect(sent.map(([command]) => command)).toEqual([
      GetItemCommand,
      QueryCommand,
      PutItemCommand,
      TransactWriteItemsCommand,
      // Its reader may remove it before a repeat arrives, which only a token then tells.
      TransactWriteItemsCommand,
      TransactWriteItemsCommand,
    ]);
    for (const [command, input] of sent) {
      if (command === GetItemCommand || command === QueryCommand) expect(input.ConsistentRead).toBe(true);
      expect(JSON.stringify(input)).not.toContain('IndexName');
    }
  });

  it('keeps the body as text, short scalars as fields, and the expiry in whole seconds, never too early', async () => {
    await store.transact([
      put({ b: 1e-200, a: 'x', yes: true, none: null, deep: {}, long: 'x'.repeat(257) }),
    ]);
    await store.transact([put({}, 'TICK#a')]);
    const [first, second] = mock.commandCalls(PutItemCommand).map(({ args }) => args[0].input.Item);
    expect(first?.['body']?.S).toMatch(/^{"b":1e-200,"a":"x",/);
    expect(first?.['fields']?.M).toEqual({ b: { S: '1e-200' }, a: { S: '"x"' }, yes: { S: 'true' } });
    expect(first).not.toHaveProperty('expiresAt');
    expect(second?.['expiresAt']).toEqual({ N: '1800000001' });
  });

  it('wants of a check that the item is there and its fields are these', async () => {
    await store.transact([check]);
    const [call] = mock.commandCalls(TransactWriteItemsCommand);
    expect(call?.args[0].input.TransactItems).toEqual([
      {
        ConditionCheck: {
          TableName: 'state',
          Key: { pk: { S: 'ACCOUNT#a' }, sk: { S: 'LEASE' } },
          ConditionExpression: 'attribute_exists(#pk) AND #fields.#f0 = :f0 AND #fields.#f1 = :f1',
          ExpressionAttributeNames: { '#pk': 'pk', '#fields': 'fields', '#f0': 'owner', '#f1': 'fence' },
          ExpressionAttributeValues: { ':f0': { S: '"me"' }, ':f1': { S: '7' } },
        },
      },
    ]);
  });

  it('never checks a field too long to be kept as one', async () => {
    const long: Action = { ...check, fields: { text: 'x'.repeat(257) } };
    await expect(store.transact([long])).rejects.toThrow('Bug: a check of the field text');
    expect(mock.calls()).toEqual([]);
  });
});

describe('a query', () => {
  it('follows the pages, and stops at its limit', async () => {
    mock
      .on(QueryCommand)
      .resolvesOnce({ Items: [stored('A')], LastEvaluatedKey: { pk: { S: key.pk }, sk: { S: 'A' } } })
      .resolves({ Items: [stored('B')], LastEvaluatedKey: { pk: { S: key.pk }, sk: { S: 'B' } } });
    expect(await store.query(key.pk, { limit: 2 })).toEqual([item('A'), item('B')]);
    const inputs = mock.commandCalls(QueryCommand).map(({ args }) => args[0].input);
    expect(inputs.map(({ ExclusiveStartKey }) => ExclusiveStartKey?.['sk']?.S)).toEqual([undefined, 'A']);
  });

  it.each([
    ['a prefix', { prefix: 'A#' }, '#pk = :pk AND #sk BETWEEN :from AND :before', ['A#', 'A$']],
    ['a beginning', { from: 'B' }, '#pk = :pk AND #sk >= :from', ['B', undefined]],
    ['an end', { before: 'B' }, '#pk = :pk AND #sk < :before', [undefined, 'B']],
    ['nothing', {}, '#pk = :pk', [undefined, undefined]],
  ])('by %s is one condition of the key', async (_, options, condition, [from, before]) => {
    mock.on(QueryCommand).resolves({});
    expect(await store.query(key.pk, options)).toEqual([]);
    const input = mock.commandCalls(QueryCommand)[0]?.args[0].input;
    expect(input?.KeyConditionExpression).toBe(condition);
    expect(input?.ExpressionAttributeValues?.[':from']?.S).toBe(from);
    expect(input?.ExpressionAttributeValues?.[':before']?.S).toBe(before);
    expect(input).not.toHaveProperty('FilterExpression');
  });

  it('leaves out the item at its upper end, also where that fills the page', async () => {
    mock
      .on(QueryCommand)
      .resolvesOnce({ Items: [stored('C')], LastEvaluatedKey: { pk: { S: key.pk }, sk: { S: 'C' } } })
      .resolves({ Items: [stored('B'), stored('A')] });
    const options = { from: 'A', before: 'C', limit: 1, descending: true };
    expect(await store.query(key.pk, options)).toEqual([item('B')]);
  });

  it('of an empty span asks nobody', async () => {
    expect(await store.query(key.pk, { prefix: 'A', from: 'C' })).toEqual([]);
    expect(mock.calls()).toEqual([]);
  });
});

describe('a table that cannot be used', () => {
  it.each([
    ['does not exist', noTable(), 'state-invalid', 'the table "state" does not exist', 'cdk deploy'],
    ['asks for less', tooMuch(), 'state-contended', 'has more requests than it takes', 'in a minute'],
    ['is out of reach', timeOut(), 'state-unavailable', 'cannot be reached', 'network'],
    [
      'does not know us',
      serviceError('CredentialsProviderError'),
      'state-invalid',
      'AWS does not know who asks for the table "state"',
      'AWS_PROFILE',
    ],
    [
      'refuses us',
      serviceError('AccessDeniedException', 400),
      'state-invalid',
      'this identity may not use the table "state"',
      'role',
    ],
    [
      'has other keys',
      serviceError('ValidationException', 400),
      'state-invalid',
      'the table "state" refuses the item "ACCOUNT#a / HEAD"',
      'pk and sk',
    ],
  ])('because it %s is told in our words, with a remedy', async (_, error, code, message, hint) => {
    mock.onAnyCommand().rejects(error);
    const told = { code, message: expect.stringContaining(message), hint: expect.stringContaining(hint) };
    await expect(store.get(key)).rejects.toMatchObject(told);
    if (code !== 'state-unavailable') await expect(store.transact([put({})])).rejects.toMatchObject(told);
  });

  it('or an item too large for it, alone or with others, is named', async () => {
    const size = 'ValidationError: Item size has exceeded the maximum allowed size';
    const alone = Object.assign(serviceError('ValidationException', 400), { message: size });
    mock.on(PutItemCommand).rejects(alone);
    mock.on(TransactWriteItemsCommand).rejects(cancelled(['None', size]));
    const told = {
      code: 'state-invalid',
      message: expect.stringContaining('the item "ACCOUNT#a / HEAD" does not fit into the table "state"'),
      hint: expect.stringContaining('400 KB'),
    };
    await expect(store.transact([put({})])).rejects.toMatchObject(told);
    await expect(store.transact([check, put({})])).rejects.toMatchObject(told);
    expect(mock.calls()).toHaveLength(2);
  });

  it.each([
    ['no body', { body: undefined }],
    ['a body that is no JSON', { body: { S: '{' } }],
    ['no version', { version: undefined }],
  ])('holding an item with %s is told by its name', async (_, change) => {
    const { body, version, ...rest } = stored('HEAD');
    const Item = Object.fromEntries(
      Object.entries({ body, version, ...rest, ...change }).flatMap(([name, value]) =>
        value === undefined ? [] : [[name, value]],
      ),
    );
    mock.on(GetItemCommand).resolves({ Item });
    await expect(store.get(key)).rejects.toMatchObject({
      code: 'state-invalid',
      message: expect.stringContaining('the item "ACCOUNT#a / HEAD" of the table "state" is not one'),
    });
  });
});
