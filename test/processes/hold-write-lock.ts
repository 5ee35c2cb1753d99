import { writeSync } from 'node:fs';
import { withWriteLock } from '../../shared/adapters/files/write-lock.ts';

// Takes the lock, says so, and keeps it until it is killed.
const [file = ''] = process.argv.slice(2);
withWriteLock(file, 1000, () => {
  writeSync(1, 'held\n');
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
});
