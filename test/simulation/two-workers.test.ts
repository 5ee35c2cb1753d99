import { describe, expect, it } from 'vitest';
import { sqliteStateStore } from '../../shared/adapters/sqlite/state-store.ts';
import { replay } from '../../shared/app/replay.ts';
import { AppError } from '../../shared/core/errors.ts';
import { expectBooksToAgree, stateOf } from '../helpers/account-state.ts';
import { poweredPaper } from '../helpers/crash.ts';
import { crowdedPlay, hourlyPlay } from '../helpers/plays.ts';
import { scheduler } from '../helpers/scheduler.ts';
import { LEASE_MS, paperOf, WALL_MS, type Worker, type World } from '../helpers/world.ts';

const memory = () => sqliteStateStore({ file: ':memory:', durability: 'relaxed' });
const plays = { crowded: crowdedPlay(), hourly: hourlyPlay() };
const names = ['crowded', 'hourly'] as const;

async function alone(world: World) {
  const store = memory();
  await replay(paperOf(world, { store }), world);
  return stateOf(store, world);
}

/**
 * Workers that replay one account at the same time, each again and again until it comes to the end.
 * @param jumps share of the calls before which the wall clock passes the end of every lease
 */
async function together(world: World, { seed, jumps }: { seed: number; jumps: number }) {
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

/** Carries an account on for some steps, or to its end. @returns how many there were */
async function carryOn(
  world: World,
  worker: Worker,
  steps: number,
  onLast = async () => {},
): Promise<number> {
  let done = 0;
  const onStep = async () => {
    if (++done === steps) await onLast();
  };
  try {
    await replay(paperOf(world, worker), world, { onStep });
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'account-busy') throw error;
  }
  return done;
}

describe('two workers on one account, a call of the one between any two of the other', () => {
  it.each(names)('come to the state of one alone; who is too many is told so: %s', async (name) => {
    const state = await alone(plays[name]);
    let busy = 0;
    for (let seed = 1; seed <= 15; seed++) {
      const outcome = await together(plays[name], { seed, jumps: 0 });
      expect(outcome.state, `seed ${seed}`).toEqual(state);
      expect(Object.keys(outcome.refusals), `seed ${seed}`).toEqual(['account-busy']);
      busy += outcome.refusals['account-busy'] ?? 0;
    }
    expect(busy).toBeGreaterThan(15);
  });

  it.each(names)('come to it when each stands still beyond the end of its lease: %s', async (name) => {
    const state = await alone(plays[name]);
    let contended = 0;
    for (let seed = 101; seed <= 120; seed++) {
      const outcome = await together(plays[name], { seed, jumps: 0.05 });
      expect(outcome.state, `seed ${seed}`).toEqual(state);
      contended += outcome.refusals['state-contended'] ?? 0;
    }
    // What was written under a lease that had been taken over was refused.
    expect(contended).toBeGreaterThan(15);
  });
});

describe('a worker that another overtakes between two of its steps', () => {
  it.each(names)('gives up, and whoever carries on comes to the state of one alone: %s', async (name) => {
    const world = plays[name];
    const state = await alone(world);
    const all = await carryOn(world, { store: memory() }, 0);
    let given = 0;
    for (let at = 1; at <= all; at++) {
      for (const ahead of [1, 2, 4, 7, 12, all]) {
        const store = memory();
        const overtake = async () => {
          const halt = new Error('stands still');
          const still = carryOn(world, { store, owner: 'two' }, ahead, () => Promise.reject(halt));
          await still.catch((error) => expect(error).toBe(halt));
        };
        if ((await carryOn(world, { store }, at, overtake)) < all) given++;
        await carryOn(world, { store, owner: 'three' }, 0);
        expect(await stateOf(store, world), `${ahead} steps ahead after step ${at}`).toEqual(state);
        await expectBooksToAgree(store, world);
        store.close();
      }
    }
    expect(given).toBeGreaterThan(all * 3);
  });
});
