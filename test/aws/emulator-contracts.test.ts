import { afterAll, beforeAll } from 'vitest';
import { describeS3Contract } from './contract-of-object-store.ts';
import { describeDynamoContract } from './contract-of-state-store.ts';
import { startEmulator } from './emulator.ts';
import { describeDynamoRaces } from './races-of-state-store.ts';

let emulator: Awaited<ReturnType<typeof startEmulator>>;
beforeAll(async () => {
  emulator = await startEmulator();
});
afterAll(() => emulator?.stop());

const endpoint = () => emulator.endpoint;
describeDynamoContract('DynamoDB of the emulator', endpoint);
describeDynamoRaces('DynamoDB of the emulator', endpoint);
describeS3Contract('S3 of the emulator', endpoint);
