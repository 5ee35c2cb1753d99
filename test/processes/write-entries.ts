import { writeSync } from 'node:fs';
import { sqliteStateStore } from '../../shared/adapters/sqlite/state-store.ts';
import type { Action } from '../../shared/ports/state-store.ts';

// Writes entry after entry, in three items each, and says a number only when it is confirmed. Ends only when killed.
const [file = '', durability = 'full'] = process.argv.slice(2);
const store = sqliteStateStore({ file, durability: durability === 'full' ? 'full' : 'relaxed' });
const head = await store.get({ pk: 'HEAD', sk: 'HEAD' });

for (let n = (head?.version ?? 0) + 1; ; n += 1) {
  const sk = String(n).padStart(9, '0');
  const body = { n, text: 'x'.repeat(n % 3000) };
  const entries = ['LEFT', 'RIGHT'].map((pk): Action => ({ kind: 'put', pk, sk, expect: 'absent', body }));
  const expect = n === 1 ? 'absent' : n - 1;
  const { ok } = await store.transact([
    ...entries,
    { kind: 'put', pk: 'HEAD', sk: 'HEAD', expect, body: { n } },
  ]);
  writeSync(1, ok ? `${n}\n` : 'lost\n');
}
