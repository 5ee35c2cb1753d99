import { sqliteStateStore } from '../../shared/adapters/sqlite/state-store.ts';
import type { Item } from '../../shared/ports/state-store.ts';

// Moves units from one counter to the other for a while, at least 20, and says how often it won and lost the race.
const [file = '', durationMs = '0'] = process.argv.slice(2);
const store = sqliteStateStore({ file, durability: 'relaxed' });
const outcome = { won: 0, lost: 0 };

const moved = (sk: string, found: Item | undefined, by: number) =>
  ({
    kind: 'put',
    pk: 'COUNTERS',
    sk,
    expect: found?.version ?? 'absent',
    body: { units: Number(found?.body['units'] ?? 0) + by },
  }) as const;

const endMs = performance.now() + Number(durationMs);
while (performance.now() < endMs || outcome.won < 20) {
  const [left, right] = [
    await store.get({ pk: 'COUNTERS', sk: 'LEFT' }),
    await store.get({ pk: 'COUNTERS', sk: 'RIGHT' }),
  ];
  const { ok } = await store.transact([moved('LEFT', left, -1), moved('RIGHT', right, 1)]);
  outcome[ok ? 'won' : 'lost'] += 1;
}
store.close();
console.log(JSON.stringify(outcome));
