import { fileObjectStore } from '../../shared/adapters/files/object-store.ts';

// Appends its own numbered lines to one object for a while, at least 20, and says how many, and how often it lost.
const [root = '', name = '', durationMs = '0'] = process.argv.slice(2);
const store = fileObjectStore(root);
let [lines, lost] = [0, 0];

const endMs = performance.now() + Number(durationMs);
while (performance.now() < endMs || lines < 20) {
  const found = await store.get('lines.txt');
  const text = `${new TextDecoder().decode(found?.bytes)}${name} ${lines}\n`;
  if (await store.put('lines.txt', new TextEncoder().encode(text), found?.tag ?? 'absent')) lines += 1;
  else lost += 1;
}
console.log(JSON.stringify({ lines, lost }));
