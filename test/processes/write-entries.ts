import { writeSync } from 'node:fs';
import { sqliteStateStore } from '../../shared/adapters/sqlite/state-store.ts';
import { entryCount, writeEntry } from '../helpers/entries.ts';

// Writes entry after entry, in three items each, and says a number only when it is confirmed. Ends only when killed.
const [file = '', durability = 'full'] = process.argv.slice(2);
const store = sqliteStateStore({ file, durability: durability === 'full' ? 'full' : 'relaxed' });

for (let n = (await entryCount(store)) + 1; ; n += 1)
  writeSync(1, (await writeEntry(store, n)) ? `${n}\n` : 'lost\n');
