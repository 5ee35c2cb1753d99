import { describe, expect, it } from 'vitest';
import { sqliteStateStore } from '../../shared/adapters/sqlite/state-store.ts';
import { analystOf } from '../../shared/app/analysis.ts';
import { breakerPartition, readItem } from '../../shared/app/items.ts';
import { replay } from '../../shared/app/replay.ts';
import { readResults } from '../../shared/app/results.ts';
import { watch } from '../../shared/app/watch.ts';
import { unitsOf } from '../../shared/core/decimal.ts';
import { AppError } from '../../shared/core/errors.ts';
import { symbolKey } from '../../shared/core/market/instruments.ts';
import { randomOf } from '../../shared/core/market/random.ts';
import { accountScopes, isTripped } from '../../shared/core/risk/breakers.ts';
import type { Action, StateStore } from '../../shared/ports/state-store.ts';
import { expectBooksToAgree, expectProtected } from '../helpers/account-state.ts';
import { poweredPaper, poweredStore } from '../helpers/crash.ts';
import { operatorOf, outcomesOf, waitingOf } from '../helpers/operator.ts';
import { crowdedPlay } from '../helpers/plays.ts';
import { scheduler } from '../helpers/scheduler.ts';
import { LEASE_MS, paperOf, WALL_MS, type World } from '../helpers/world.ts';

const scopes = [
  'manual',
  'portfolio',
  'losses',
  'drawdown',
  'asset:BTC-USD',
  'asset:ETH-USD',
  'flash:BTC-USD',
];

/** An entry that a transaction decides. */
const isIntent = (action: Action) =>
  action.kind === 'put' && action.body['purpose'] === 'entry' && action.body['state'] === 'PENDING';

/**
 * A store that looks at every decided entry as it is written: which breakers hold then? Nobody else has a turn in
 * between.
 */
function guarded(store: StateStore, { account }: World) {
  const seen = { entries: 0, forbidden: [] as string[], lookedAgain: 0 };
  const transact: StateStore['transact'] = async (actions) => {
    const result = await store.transact(actions);
    const intents = actions.filter(isIntent);
    if (!result.ok) {
      const isMoved = result.failed.some((index) => actions[index]?.pk === breakerPartition(account));
      if (isMoved && intents.length > 0) seen.lookedAgain++;
      return result;
    }
    const breakers = await store.query(breakerPartition(account));
    for (const intent of intents) {
      const { symbol, tickMs } = 'body' in intent ? intent.body : {};
      const own = [`asset:${symbolKey(String(symbol))}`, `flash:${symbolKey(String(symbol))}`];
      const held = breakers
        .map((item) => readItem('breaker', item))
        .filter(({ scope }) => [...accountScopes, ...own].includes(scope))
        .filter((breaker) => isTripped(breaker, Number(tickMs)));
      seen.entries++;
      seen.forbidden.push(...held.map(({ scope }) => scope));
    }
    return result;
  };
  return { store: { ...store, transact }, seen };
}

/** Mostly a breaker is tripped for a moment: else hardly anything would be entered. Counts what was done. */
async function acted(
  ann: ReturnType<typeof operatorOf>,
  { act, scope, acts }: { readonly act: number; readonly scope: string; readonly acts: { done: number } },
): Promise<void> {
  try {
    if (act % 8 === 7) await ann.want({ kind: 'capital', amount: unitsOf(act === 7 ? '100' : '-50') });
    else if (act % 8 === 3) await ann.want({ kind: 'close', symbol: 'BTC/USD' });
    else {
      await ann.trip(scope);
      acts.done++;
      await ann.reset(scope);
    }
    acts.done++;
  } catch (error) {
    // The account is not made yet, or what was to be reset has changed.
    if (!(error instanceof AppError)) throw error;
  }
}

/** Two workers replay one account at the same time while a person trips, resets and asks, each call drawn by the seed. */
async function together(world: World, seed: number) {
  const random = randomOf(seed, 'person');
  const { store, seen } = guarded(sqliteStateStore({ file: ':memory:', durability: 'relaxed' }), world);
  const turns = scheduler(seed);
  let wallMs = WALL_MS;
  const worker = async (owner: string) => {
    for (;;) {
      try {
        await replay(poweredPaper(world, { store, owner, wallMs: () => wallMs }, turns.power()), world);
        return;
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
      }
    }
  };
  const acts = { done: 0 };
  const person = async () => {
    const power = turns.power();
    const ann = operatorOf(poweredStore(store, power), world.account);
    for (let act = 0; act < 24; act++) {
      for (let idle = 0; idle < 40 * random.uniform(); idle++) await power.use(async () => {});
      await acted(ann, {
        act,
        scope: scopes[Math.floor(scopes.length * random.uniform())] ?? 'manual',
        acts,
      });
    }
  };
  await turns.run([worker('one'), worker('two'), person()], (chance) => {
    if (chance < 0.02) wallMs += LEASE_MS;
  });
  const { trader } = paperOf(world, { store, owner: 'three', wallMs: () => wallMs + LEASE_MS });
  await watch(trader, { analyst: analystOf(trader), atMs: world.toMs, isCandleClosed: false });
  return { store, seen, acts: acts.done };
}

describe('a person who trips and resets between any two calls of two workers', () => {
  it('sees no entry decided under a tripped breaker, every exit, and each wish done once', {
    timeout: 60_000,
  }, async () => {
    const world = crowdedPlay();
    const sums = { entries: 0, lookedAgain: 0, manual: 0 };
    for (let seed = 1; seed <= 15; seed++) {
      const { store, seen, acts } = await together(world, seed);
      expect(seen.forbidden, `seed ${seed}`).toEqual([]);
      await expectBooksToAgree(store, world);
      await expectProtected(store, world);
      const outcomes = await outcomesOf(store, world.account);
      expect(await waitingOf(store, world.account)).toBe(0);
      expect(new Set(outcomes.map(({ request }) => request.id)).size, `seed ${seed}`).toBe(acts);
      expect(outcomes, `seed ${seed}`).toHaveLength(acts);
      const { closed } = await readResults(store, world.account, world);
      sums.entries += seen.entries;
      sums.lookedAgain += seen.lookedAgain;
      sums.manual += closed.filter(({ exit }) => exit?.reason === 'MANUAL').length;
      store.close();
    }
    // All of it happened: entries, entries that were taken back in the last moment, and sales by hand.
    expect(sums.entries).toBeGreaterThan(20);
    expect(sums.lookedAgain).toBeGreaterThan(2);
    expect(sums.manual).toBeGreaterThan(1);
  });
});
