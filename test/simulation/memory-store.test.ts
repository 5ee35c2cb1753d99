import { stateStoreContract } from '../contracts/state-store.ts';
import { memoryStateStore } from './memory-store.ts';

stateStoreContract('the store of the simulation', () => memoryStateStore());
