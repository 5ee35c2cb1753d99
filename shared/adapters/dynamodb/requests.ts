import {
  type DynamoDBClient,
  PutItemCommand,
  type TransactWriteItem,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import type { EpochMs } from '../../core/market/timeframes.ts';
import type { Action, ItemKey } from '../../ports/state-store.ts';
import { type Attributes, fieldAttribute, itemAttributes, keyAttributes, type Put } from './attributes.ts';

/** What a request needs besides its actions. */
export interface WriteContext {
  readonly table: string;
  /** Unique to one call of `transact`, the same in its repeats. */
  readonly write: string;
  readonly expiryMs: (key: ItemKey) => EpochMs | undefined;
}

/**
 * Sends the actions once. One put over a version is a plain conditional write, at half the price of a transaction. All
 * else is a transaction, of which DynamoDB knows a repeat for ten minutes. A removal needs that: it leaves nothing behind
 * by which to tell whose it was. So does a new item: who reads it may have removed it before its repeat arrives, as a
 * request that was carried out, and it must not come twice.
 */
export async function sendWrite(
  client: DynamoDBClient,
  actions: readonly Action[],
  context: WriteContext,
): Promise<void> {
  const [action] = actions;
  if (action?.kind === 'put' && isPlainPut(actions)) {
    await client.send(new PutItemCommand(putOf(action, context)));
    return;
  }
  const TransactItems = actions.map((each) => transactItemOf(each, context));
  await client.send(new TransactWriteItemsCommand({ TransactItems, ClientRequestToken: context.write }));
}

/** Whether it goes without a token: DynamoDB does not know a repeat of it. */
export function isPlainPut(actions: readonly Action[]): boolean {
  const [action] = actions;
  return actions.length === 1 && action?.kind === 'put' && action.expect !== 'absent';
}

function transactItemOf(action: Action, context: WriteContext): TransactWriteItem {
  if (action.kind === 'put') return { Put: putOf(action, context) };
  const place = { TableName: context.table, Key: keyAttributes(action) };
  if (action.kind === 'remove') return { Delete: { ...place, ...hasVersion(action.expect) } };
  return { ConditionCheck: { ...place, ...hasFields(action.fields) } };
}

interface Condition {
  readonly ConditionExpression: string;
  readonly ExpressionAttributeNames: Record<string, string>;
  readonly ExpressionAttributeValues?: Attributes;
}

function putOf(put: Put, { table, write, expiryMs }: WriteContext) {
  const { pk, sk } = put;
  return {
    TableName: table,
    Item: itemAttributes(put, write, expiryMs({ pk, sk })),
    ...(put.expect === 'absent' ? isAbsent : hasVersion(put.expect)),
  };
}

const isAbsent: Condition = {
  ConditionExpression: 'attribute_not_exists(#pk)',
  ExpressionAttributeNames: { '#pk': 'pk' },
};

function hasVersion(version: number): Condition {
  return {
    ConditionExpression: '#version = :version',
    ExpressionAttributeNames: { '#version': 'version' },
    ExpressionAttributeValues: { ':version': { N: String(version) } },
  };
}

/** Without any field it wants the item to be there, as the port's other stores do. */
function hasFields(fields: Readonly<Record<string, string | number | boolean>>): Condition {
  const entries = Object.entries(fields);
  return {
    ConditionExpression: [
      'attribute_exists(#pk)',
      ...entries.map((_, index) => `#fields.#f${index} = :f${index}`),
    ].join(' AND '),
    ExpressionAttributeNames: {
      '#pk': 'pk',
      ...(entries.length > 0 && { '#fields': 'fields' }),
      ...Object.fromEntries(entries.map(([name], index) => [`#f${index}`, name])),
    },
    ...(entries.length > 0 && {
      ExpressionAttributeValues: Object.fromEntries(
        entries.map(([name, value], index) => [`:f${index}`, fieldAttribute(name, value)]),
      ),
    }),
  };
}
