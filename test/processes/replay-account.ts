import { writeSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { sqliteStateStore } from '../../shared/adapters/sqlite/state-store.ts';
import { replay } from '../../shared/app/replay.ts';
import { AppError } from '../../shared/core/errors.ts';
import { walkWorld } from '../helpers/walk-world.ts';
import { paperOf } from '../helpers/world.ts';

// Replays an account in a file to its end, and tries again whenever another process is at work on it. Says when it
// has come to the first tick, and at the end how often it was refused, and why.
const [file = '', days = '1'] = process.argv.slice(2);
const world = walkWorld(7, { exec: '4h', days: Number(days), shape: { move: 0.02, gaps: 0.03 } });
const store = sqliteStateStore({ file, durability: 'relaxed' });

function hasEnded(owner: string): boolean {
  try {
    process.kill(Number(owner), 0);
    return false;
  } catch {
    return true;
  }
}

const paper = paperOf(world, { store, owner: `${process.pid}`, wallMs: Date.now, hasEnded });
const refusals: Record<string, number> = {};
let hasBegun = false;
const onStep = () => {
  if (!hasBegun) writeSync(1, 'begun\n');
  hasBegun = true;
};

for (let isDone = false; !isDone; ) {
  try {
    await replay(paper, world, { onStep });
    isDone = true;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    refusals[error.code] = (refusals[error.code] ?? 0) + 1;
    await pause(process.pid % 20); // unlike the other process, and the same on each try
  }
}
store.close();
console.log(JSON.stringify(refusals));
