import { afterAll, beforeAll } from 'vitest';
import { permissionFacts } from './permission-facts.ts';
import { deploySlice, type Slice } from './slice.ts';

// A deployment of its own: elsewhere everybody may do everything, and is not slowed down by signatures.
let deployed: Slice;
beforeAll(async () => {
  deployed = await deploySlice({ isEnforcing: true });
});
afterAll(() => deployed?.close());

permissionFacts(() => deployed);
