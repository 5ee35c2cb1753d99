import { afterAll, beforeAll } from 'vitest';
import { describeS3Contract } from './contract-of-object-store.ts';
import { describeDynamoContract } from './contract-of-state-store.ts';
import { type Emulator, startEmulator } from './emulator.ts';

let emulator: Emulator;
beforeAll(async () => {
  emulator = await startEmulator();
});
afterAll(() => emulator.stop());

describeDynamoContract('the emulator', () => emulator.endpoint);
describeS3Contract('the emulator', () => emulator.endpoint);
