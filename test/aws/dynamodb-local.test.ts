import { afterAll, beforeAll } from 'vitest';
import { describeDynamoContract } from './contract-of-state-store.ts';
import { type LocalService, startDynamoLocal } from './dynamodb-local.ts';

let service: LocalService;
beforeAll(async () => {
  service = await startDynamoLocal();
});
afterAll(() => service.stop());

describeDynamoContract('DynamoDB Local', () => service.endpoint);
