import { describe, expect, it } from 'vitest';
import { sqliteStateStore } from '../../shared/adapters/sqlite/state-store.ts';
import { replay } from '../../shared/app/replay.ts';
import { AppError } from '../../shared/core/errors.ts';
import { expectBooksToAgree, stateOf } from '../helpers/account-state.ts';
import { poweredPaper } from '../helpers/crash.ts';
import { crowdedPlay } from '../helpers/plays.ts';
import { scheduler } from '../helpers/scheduler.ts';
import { LEASE_MS, paperOf, WALL_MS } from '../helpers/world.ts';

const memory = () => sqliteStateStore({ file: ':memory:', durability: 'relaxed' });
const world = crowdedPlay();

async function alone() {
  const store = memory();
  await replay(paperOf(world, { store }), world);
  return stateOf(store, world);
}

/**
 * Workers that replay one account at the same time, each again and again until it comes to the end.
 * @param jumps share of the calls before which the wall clock passes the end of every lease
 */
async function together(seed: number, jumps: number) {
  const store = memory();
  const turns = scheduler(seed);
  let wallMs = WALL_MS;
  const refusals: Record<string, number> = {};
  const worker = async (owner: string) => {
    for (;;) {
      try {
        await replay(poweredPaper(world, { store, owner, wallMs: () => wallMs }, turns.power()), world);
        return;
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        refusals[error.code] = (refusals[error.code] ?? 0) + 1;
      }
    }
  };
  await turns.run(['one', 'two'].map(worker), (chance) => {
    if (chance < jumps) wallMs += LEASE_MS;
  });
  await expectBooksToAgree(store, world);
  return { state: await stateOf(store, world), refusals };
}

describe('two workers on one account, a call of the one between any two of the other', () => {
  it('come to the state to which one alone comes; the one that is too many is told so', async () => {
    const state = await alone();
    let busy = 0;
    for (let seed = 1; seed <= 20; seed++) {
      const outcome = await together(seed, 0);
      expect(outcome.state, `seed ${seed}`).toEqual(state);
      expect(Object.keys(outcome.refusals), `seed ${seed}`).toEqual(['account-busy']);
      busy += outcome.refusals['account-busy'] ?? 0;
    }
    expect(busy).toBeGreaterThan(20);
  });

  it('come to it when each stands still beyond the end of its lease: what it writes then is refused', async () => {
    const state = await alone();
    let contended = 0;
    for (let seed = 101; seed <= 130; seed++) {
      const outcome = await together(seed, 0.05);
      expect(outcome.state, `seed ${seed}`).toEqual(state);
      contended += outcome.refusals['state-contended'] ?? 0;
    }
    expect(contended).toBeGreaterThan(20);
  });
});
