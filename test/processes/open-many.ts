import { join } from 'node:path';
import { sqliteStateStore } from '../../shared/adapters/sqlite/state-store.ts';

// Makes or opens one state file after the other, each at an instant that its rivals keep to, and writes an item in it.
const [folder = '', name = '', count = '0', startMs = '0'] = process.argv.slice(2);

for (let n = 0; n < Number(count); n += 1) {
  while (Date.now() < Number(startMs) + 15 * n);
  const store = sqliteStateStore({ file: join(folder, `${n}.sqlite`), durability: 'relaxed' });
  await store.transact([{ kind: 'put', pk: 'OPENED', sk: name, expect: 'absent', body: {} }]);
  store.close();
}
