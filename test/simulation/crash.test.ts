import { describe, expect, it } from 'vitest';
import { sqliteStateStore } from '../../shared/adapters/sqlite/state-store.ts';
import { replay } from '../../shared/app/replay.ts';
import { randomOf } from '../../shared/core/market/random.ts';
import type { StateStore } from '../../shared/ports/state-store.ts';
import { expectBooksToAgree, expectProtected, stateOf } from '../helpers/account-state.ts';
import { Crash, type Power, poweredPaper, powerUntil } from '../helpers/crash.ts';
import { chasedPlay, crowdedPlay, hourlyPlay } from '../helpers/plays.ts';
import { LEASE_MS, paperOf, WALL_MS, type Worker, type World } from '../helpers/world.ts';

const memory = () => sqliteStateStore({ file: ':memory:', durability: 'relaxed' });

/** Runs a process that ends at its n-th call. @returns whether it did not get to that call */
async function crash(world: World, worker: Worker, power: Power): Promise<boolean> {
  try {
    await replay(poweredPaper(world, worker, power), world);
    return true;
  } catch (error) {
    if (error instanceof Crash) return false;
    throw error;
  }
}

/** Goes on after a crash, to the end; every position is protected after the next watches and ticks. */
async function recover(world: World, worker: Worker): Promise<void> {
  let looks = 0;
  await replay(paperOf(world, worker), world, {
    async onStep({ kind }) {
      if (kind === 'OPEN' || kind === 'RANGE' || ++looks > 3) return;
      await expectProtected(worker.store, world);
    },
  });
}

async function isHeld(store: StateStore, { account }: World): Promise<boolean> {
  const lease = await store.get({ pk: `ACCOUNT#${account}`, sk: 'LEASE' });
  return Number(lease?.body['untilMs'] ?? 0) > WALL_MS;
}

/** How those who come after a crash get the lease: they know that its holder has ended, or they wait for its end. */
const successions = {
  async knowing(world: World, store: StateStore) {
    await recover(world, { store, owner: 'two', hasEnded: (owner) => owner === 'one' });
  },

  async waiting(world: World, store: StateStore) {
    // At the very end nothing may be left to do; else whoever comes too early is told so.
    const early = recover(world, { store, owner: 'two' });
    if (await isHeld(store, world)) await early.catch((error) => expect(error.code).toBe('account-busy'));
    else await early;
    await recover(world, { store, owner: 'two', wallMs: () => WALL_MS + LEASE_MS });
  },
};

const plays = { crowded: crowdedPlay(), hourly: hourlyPlay(), chased: chasedPlay() };

async function uninterrupted(world: World) {
  const store = memory();
  const power = powerUntil(0, 'before');
  await replay(poweredPaper(world, { store }, power), world);
  await expectBooksToAgree(store, world);
  return { state: await stateOf(store, world), calls: power.calls, passed: power.passed };
}

describe('a process that ends at any call to a port', () => {
  it('plays what it should: every kind of fill is in it', async () => {
    const store = memory();
    const { fills, closed } = await replay(paperOf(plays.crowded, { store }), plays.crowded);
    const told = fills.map(({ symbol, step, reason }) => `${symbol.slice(0, 3)} ${step} ${reason}`);
    expect(told).toEqual([
      'BTC OPEN ENTRY',
      'ETH OPEN ENTRY',
      'ETH OPEN SIGNAL',
      'ETH OPEN SIGNAL',
      'BTC RANGE TRAIL',
      'BTC OPEN ENTRY',
      'ETH OPEN ENTRY',
      'BTC OPEN TRAIL',
      'ETH RANGE STOP',
      'ETH OPEN STOP',
    ]);
    expect(closed).toHaveLength(4);
    const expired = Object.entries(await stateOf(store, plays.crowded)).filter(
      ([key, { state }]) => key.startsWith('HISTORY') && state === 'EXPIRED',
    );
    expect(expired).toHaveLength(1);
  });

  it.each(['crowded', 'hourly', 'chased'] as const)(
    'leaves nothing undone and nothing done twice, before and after each call: %s',
    { timeout: 60_000 },
    async (play) => {
      const world = plays[play];
      const { state, calls, passed } = await uninterrupted(world);
      expect(calls).toBeGreaterThan(100);
      // A process leaves nothing but what it stored: where it wrote nothing since, the next goes on the same way.
      const ends = passed.filter(({ writes }, i) => passed.findIndex((one) => one.writes === writes) === i);
      expect(ends.length).toBeGreaterThan(calls / 8);
      for (const { n, when, writes } of ends) {
        for (const succession of [successions.knowing, successions.waiting]) {
          const store = memory();
          const power = powerUntil(n, when);
          expect(await crash(world, { store }, power)).toBe(false);
          expect(power.writes).toBe(writes);
          await succession(world, store);
          expect(await stateOf(store, world), `${when} call ${n}`).toEqual(state);
          await expectBooksToAgree(store, world);
          store.close();
        }
      }
    },
  );

  it('may be followed by others that end as well', async () => {
    const world = plays.crowded;
    const { state, calls } = await uninterrupted(world);
    const random = randomOf(1, 'crashes');
    for (let run = 0; run < 60; run++) {
      const store = memory();
      let last = 0;
      for (let isDone = false; !isDone; ) {
        const n = 1 + Math.floor((random.uniform() * calls) / 4);
        const worker: Worker = {
          store,
          owner: `process ${++last}`,
          hasEnded: (owner) => owner !== `process ${last}`,
        };
        isDone = await crash(world, worker, powerUntil(n, random.uniform() < 0.5 ? 'before' : 'after'));
      }
      expect(await stateOf(store, world), `seed 1, run ${run}`).toEqual(state);
      await expectBooksToAgree(store, world);
      store.close();
    }
  });
});
