import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { sqliteStateStore } from '../../shared/adapters/sqlite/state-store.ts';
import { replay } from '../../shared/app/replay.ts';
import { expectBooksToAgree, stateOf } from '../helpers/account-state.ts';
import { walkWorld } from '../helpers/walk-world.ts';
import { paperOf } from '../helpers/world.ts';
import { killAfter, startProcess } from '../processes/start-process.ts';

const folder = mkdtempSync(join(tmpdir(), 'replays-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

// As test/processes/replay-account.ts has it.
const DAYS = 60;
const world = walkWorld(7, { exec: '4h', days: DAYS, shape: { move: 0.02, gaps: 0.03 } });

async function alone() {
  const store = sqliteStateStore({ file: ':memory:', durability: 'relaxed' });
  const { fills } = await replay(paperOf(world, { store }), world);
  expect(fills.length).toBeGreaterThan(10);
  return stateOf(store, world);
}

async function left(file: string) {
  const store = sqliteStateStore({ file, durability: 'relaxed' });
  await expectBooksToAgree(store, world);
  const state = await stateOf(store, world);
  store.close();
  return state;
}

describe('processes that replay one account in one file', () => {
  it('at the same time leave what one alone leaves: one works, the other is told so', async () => {
    const file = join(folder, 'shared', 'state.sqlite');
    const start = () => startProcess('replay-account.ts', file, `${DAYS}`);
    const processes = [start(), start()];
    const outputs = await Promise.all(processes.map(({ output }) => output));
    expect(await Promise.all(processes.map(({ complaints }) => complaints))).toEqual(['', '']);
    const refusals = outputs.map((output) => JSON.parse(output.split('\n').at(-2) ?? ''));
    const busy = refusals.reduce((sum, counts) => sum + (counts['account-busy'] ?? 0), 0);
    // They did meet, or the case proves nothing.
    expect(busy).toBeGreaterThan(0);
    expect(await left(file)).toEqual(await alone());
  });

  it('after each other, each killed and the last left alone, leave the same', async () => {
    const file = join(folder, 'killed', 'state.sqlite');
    for (const delayMs of [5, 30, 60, 90]) {
      const { child, output, complaints } = startProcess('replay-account.ts', file, `${DAYS}`);
      await killAfter(child, delayMs);
      expect(await complaints).toBe('');
      expect(await output).toBe('begun\n');
    }
    const { output, complaints } = startProcess('replay-account.ts', file, `${DAYS}`);
    expect(await output).toBe('begun\n{}\n');
    expect(await complaints).toBe('');
    expect(await left(file)).toEqual(await alone());
  });
});
