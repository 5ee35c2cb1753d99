import { randomUUID } from 'node:crypto';
import { CreateTableCommand, DynamoDBClient, waitUntilTableExists } from '@aws-sdk/client-dynamodb';
import { dynamoStateStore } from '../../shared/adapters/dynamodb/state-store.ts';
import type { StateStore } from '../../shared/ports/state-store.ts';
import { stateStoreContract } from '../contracts/state-store.ts';

/** A client of an emulator. @param maxAttempts how often the SDK sends a request at most */
export function dynamoClient(endpoint: string, maxAttempts = 3): DynamoDBClient {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  return new DynamoDBClient({ endpoint, region: 'us-east-1', credentials, maxAttempts });
}

/** Makes a table with the keys of ours. @returns its name */
export async function createStateTable(client: DynamoDBClient): Promise<string> {
  const TableName = `state-${randomUUID()}`;
  await client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [
        { AttributeName: 'pk', AttributeType: 'S' },
        { AttributeName: 'sk', AttributeType: 'S' },
      ],
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
    }),
  );
  await waitUntilTableExists({ client, maxWaitTime: 20, minDelay: 0.1 }, { TableName });
  return TableName;
}

/** A store in a new table. */
async function newStateStore(endpoint: string): Promise<StateStore> {
  const client = dynamoClient(endpoint);
  return dynamoStateStore({ client, table: await createStateTable(client) });
}

/** The state store's contract, kept by DynamoDB as some emulator has it. */
export function describeDynamoContract(title: string, endpoint: () => string): void {
  stateStoreContract(title, () => newStateStore(endpoint()));
}
