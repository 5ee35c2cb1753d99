import { afterAll, beforeAll } from 'vitest';
import { describeDynamoContract } from './contract-of-state-store.ts';
import { type DynamoLocal, startDynamoLocal } from './dynamodb-local.ts';
import { describeDynamoRaces } from './races-of-state-store.ts';

let local: DynamoLocal;
beforeAll(async () => {
  local = await startDynamoLocal();
});
afterAll(() => local?.stop());

describeDynamoContract('DynamoDB Local', () => local.endpoint);
describeDynamoRaces('DynamoDB Local', () => local.endpoint);
