import { writeSync } from 'node:fs';
import { fileObjectStore } from '../../shared/adapters/files/object-store.ts';

// Replaces one object of 200 kB, all of its bytes alike, again and again. Ends only when killed.
const [root = ''] = process.argv.slice(2);
const store = fileObjectStore(root);

for (let n = 1; ; n += 1) {
  const found = await store.get('whole.bin');
  await store.put('whole.bin', new Uint8Array(200_000).fill(n), found?.tag ?? 'absent');
  if (n === 1) writeSync(1, 'begun\n');
}
