import { afterAll, beforeAll } from 'vitest';
import { alarmFacts } from './alarm-facts.ts';
import { crashFacts } from './crash-facts.ts';
import { deploymentFacts } from './deployment-facts.ts';
import { latenessFacts } from './lateness-facts.ts';
import { operatorFacts } from './operator-facts.ts';
import { personFacts } from './person-facts.ts';
import { deploySlice, type Slice } from './slice.ts';
import { tradingFacts } from './trading-facts.ts';

// One deployment for all of them, in this order: the last ones change it, and take it away.
let deployed: Slice;
beforeAll(async () => {
  deployed = await deploySlice();
});
afterAll(() => deployed?.close());
const slice = () => deployed;

tradingFacts(slice);
operatorFacts(slice);
latenessFacts(slice);
alarmFacts(slice);
personFacts(slice);
crashFacts(slice);
deploymentFacts(slice);
