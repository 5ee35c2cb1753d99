import { randomUUID } from 'node:crypto';
import { type DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import type { EpochMs } from '../../core/market/timeframes.ts';
import type { Item, ItemKey, StateStore } from '../../ports/state-store.ts';
import { pauseWithJitter } from '../jitter.ts';
import { assertActions, assertKey, assertLimit } from '../state/check-actions.ts';
import { type Attributes, itemOf, keyAttributes } from './attributes.ts';
import { notOurs, told } from './dynamo-errors.ts';
import { queryAll } from './query.ts';
import { carryOut } from './write.ts';

export interface DynamoOptions {
  readonly client: DynamoDBClient;
  /** The table's name; its keys are the texts `pk` and `sk`, its time to live is `expiresAt`. */
  readonly table: string;
  /** When an item may be forgotten; undefined is never. */
  readonly expiryMs?: (key: ItemKey) => EpochMs | undefined;
  /** How to wait before a repeat; by chance, unless told. */
  readonly pause?: (tries: number) => Promise<void>;
}

/**
 * Items in one table of DynamoDB. Every read is consistent; there is no index and no scan.
 *
 * @throws AppError from every call: `state-invalid` when the table cannot be used, `state-contended` when others keep
 *   writing the same items or ask for too much, `state-unavailable` when it cannot be reached
 */
export function dynamoStateStore(options: DynamoOptions): StateStore {
  const { client, table, expiryMs = () => undefined, pause = pauseWithJitter } = options;
  return {
    get: async ({ pk, sk }) => {
      assertKey({ pk, sk });
      const Key = keyAttributes({ pk, sk });
      const command = new GetItemCommand({ TableName: table, Key, ConsistentRead: true });
      const { Item } = await reading(table, [{ pk, sk }], () => client.send(command));
      return Item && portItem(table, Item);
    },
    query: async (pk, queryOptions = {}) => {
      assertKey({ pk, sk: pk });
      assertLimit(queryOptions.limit);
      const found = await reading(table, [], () => queryAll({ client, table }, pk, queryOptions));
      return found.map((attributes) => portItem(table, attributes));
    },
    transact: async (actions) => {
      assertActions(actions);
      return carryOut({ client, table, expiryMs, pause, write: randomUUID() }, actions);
    },
    close: () => client.destroy(),
  };
}

async function reading<T>(table: string, where: readonly ItemKey[], work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw told(table, error, where);
  }
}

/** @throws AppError `state-invalid` when the attributes are not what this program writes */
function portItem(table: string, attributes: Attributes): Item {
  const item = itemOf(attributes);
  if (item === undefined)
    throw notOurs(table, { pk: attributes['pk']?.S ?? '', sk: attributes['sk']?.S ?? '' });
  const { pk, sk, version, body } = item;
  return { pk, sk, version, body };
}
