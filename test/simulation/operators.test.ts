import { describe, expect, it } from 'vitest';
import { sqliteStateStore } from '../../shared/adapters/sqlite/state-store.ts';
import { analystOf } from '../../shared/app/analysis.ts';
import type { Paper } from '../../shared/app/drive.ts';
import { replay } from '../../shared/app/replay.ts';
import { readResults } from '../../shared/app/results.ts';
import { watch } from '../../shared/app/watch.ts';
import { unitsOf } from '../../shared/core/decimal.ts';
import type { Step } from '../../shared/core/execution/clock.ts';
import type { StateStore } from '../../shared/ports/state-store.ts';
import { expectBooksToAgree, expectProtected, stateOf } from '../helpers/account-state.ts';
import { Crash, type Power, poweredPaper, poweredStore, powerUntil } from '../helpers/crash.ts';
import { replayUntil } from '../helpers/halt.ts';
import { operatorOf, outcomesOf, waitingOf } from '../helpers/operator.ts';
import { holdingPlay, trippingPlay } from '../helpers/plays.ts';
import { paperOf, type World } from '../helpers/world.ts';

const memory = () => sqliteStateStore({ file: ':memory:', durability: 'relaxed' });
const HOUR_MS = 3_600_000;

/** An account at a step of a play, what is asked of it then, and how it goes on. */
interface Scene {
  readonly world: World;
  readonly begin: (store: StateStore) => Promise<void>;
  readonly goOn: (paper: Paper) => Promise<unknown>;
}

/** A process that ends at its n-th call. @returns what it was after and whether it came to its end */
async function cut(scene: Scene, store: StateStore, power: Power): Promise<boolean> {
  try {
    await scene.goOn(poweredPaper(scene.world, { store }, power));
    return true;
  } catch (error) {
    if (error instanceof Crash) return false;
    throw error;
  }
}

/**
 * Calls after which nothing else is stored than after the one before are passed over: who comes after a crash finds
 * the same. @returns the numbers of the others
 */
async function cuts(scene: Scene, store: StateStore): Promise<readonly number[]> {
  const power = powerUntil(0, 'before');
  const numbers = new Map<number, number>();
  const { use } = power;
  power.use = (call) => {
    if (!numbers.has(power.writes)) numbers.set(power.writes, power.calls + 1);
    return use(call);
  };
  expect(await cut(scene, store, power)).toBe(true);
  return [...numbers.values()];
}

/** Wherever the process ends, another one comes to the same state, and to that of one that never ended. */
async function expectNoDifference(scene: Scene): Promise<void> {
  const { world } = scene;
  const whole = memory();
  await scene.begin(whole);
  const numbers = await cuts(scene, whole);
  const state = await stateOf(whole, world);
  expect(numbers.length).toBeGreaterThan(10);
  for (const n of numbers) {
    const store = memory();
    await scene.begin(store);
    expect(await cut(scene, store, powerUntil(n, 'before'))).toBe(false);
    await scene.goOn(paperOf(world, { store, owner: 'two', hasEnded: (owner) => owner === 'one' }));
    expect(await stateOf(store, world), `before call ${n}`).toEqual(state);
    await expectBooksToAgree(store, world);
    await expectProtected(store, world);
    store.close();
  }
  expect(await waitingOf(whole, world.account)).toBe(0);
}

describe('a process that ends anywhere while the engine trips breakers', () => {
  const world = trippingPlay();
  const scene: Scene = { world, begin: async () => {}, goOn: (paper) => replay(paper, world) };

  it('plays what it should: every breaker is tripped, one is closed again by the entry after its time', async () => {
    const store = memory();
    await replay(paperOf(world, { store }), world);
    const { decisions, breakers, closed } = await readResults(store, world.account, world);
    expect(decisions.map(({ action, codes }) => [action, ...codes].join(' '))).toEqual([
      'WAIT',
      'ENTER',
      'WAIT BREAKER_CONSECUTIVE_LOSSES',
      'ENTER',
      'WAIT BREAKER_PORTFOLIO BREAKER_CONSECUTIVE_LOSSES BREAKER_ASSET DRAWDOWN',
      'WAIT BREAKER_PORTFOLIO DRAWDOWN',
      'WAIT BREAKER_PORTFOLIO DRAWDOWN',
    ]);
    expect(closed).toHaveLength(2);
    expect(breakers.filter(({ state }) => state === 'tripped').map(({ scope }) => scope)).toEqual([
      'asset:BTC-USD',
      'drawdown',
      'losses',
      'portfolio',
    ]);
  });

  it('comes to the same state', { timeout: 60_000 }, () => expectNoDifference(scene));
});

describe('a process that ends anywhere while it carries requests out', () => {
  const world = holdingPlay();
  const symbol = 'BTC/USD';

  type Operator = ReturnType<typeof operatorOf>;
  const everything = async (ann: Operator) => {
    await ann.trip('drawdown');
    await ann.reset('drawdown');
    await ann.trip('portfolio');
    await ann.reset('portfolio');
    await ann.trip('asset:ETH-USD');
    await ann.want({ kind: 'capital', amount: unitsOf('1000') });
    await ann.want({ kind: 'close', symbol });
    await ann.want({ kind: 'capital', amount: -unitsOf('99999') });
    await ann.want({ kind: 'capital', amount: -unitsOf('500') });
    await ann.halt(true);
  };
  const done = (sold: string) => [
    'The breaker drawdown was tripped.',
    'The breaker drawdown was reset.',
    'The breaker portfolio was tripped.',
    'The breaker portfolio was reset.',
    'The breaker asset:ETH-USD was tripped.',
    '1000 USD were added; the account is allotted 11000 USD.',
    'BTC/USD will be sold at the next open.',
    expect.stringMatching(/^Only .* USD are free/),
    '500 USD were taken out; the account is allotted 10500 USD.',
    `${sold} will be sold at the next open.`,
  ];

  /** Where it is watched, a watch comes before orders meet the next candle, however often it is interrupted. */
  const sceneAt = (kind: Step['kind'], atMs: number, isWatched: boolean): Scene => ({
    world,
    begin: async (store) => {
      await replayUntil(paperOf(world, { store }), world, kind, atMs);
      await everything(operatorOf(store, world.account));
    },
    goOn: async (paper) => {
      const { trader } = paper;
      const clock = await paper.exchange.clock();
      if (isWatched && clock !== undefined && clock.candleMs < atMs)
        await watch(trader, { analyst: analystOf(trader), atMs, isCandleClosed: false });
      return replay(paper, world);
    },
  });

  it.each([
    {
      by: 'by a watch, while an entry lies at the exchange',
      after: 'TICK',
      // The entry may cost all that is left; the added 1000 are not of it.
      outcomes: done('BTC/USD'),
    },
    {
      by: 'by a watch that finds an entry filled',
      after: 'OPEN',
      outcomes: done('BTC/USD, ETH/USD'),
    },
    { by: 'by a tick', after: 'CLOSED', outcomes: done('BTC/USD') },
  ] as const)(
    'comes to the same state, each done once: $by',
    { timeout: 60_000 },
    async ({ after, outcomes }) => {
      const scene = sceneAt(after, world.fromMs + 8 * HOUR_MS, after === 'TICK');
      await expectNoDifference(scene);
      const store = memory();
      await scene.begin(store);
      await scene.goOn(paperOf(world, { store }));
      expect((await outcomesOf(store, world.account)).map(({ outcome }) => outcome)).toEqual(outcomes);
    },
  );
});

describe('a person whose program ends in the middle', () => {
  const world = holdingPlay();
  const { account } = world;
  const acts = {
    trip: (store: StateStore) => operatorOf(store, account).trip('manual'),
    reset: (store: StateStore) => operatorOf(store, account).reset('drawdown'),
    halt: (store: StateStore) => operatorOf(store, account).halt(true),
    close: (store: StateStore) => operatorOf(store, account).want({ kind: 'close', symbol: 'BTC/USD' }),
  };

  /** How the account ends when an act is done at hour 8, in a store of its own. */
  async function endAfter(act: (store: StateStore) => Promise<unknown>) {
    const store = memory();
    await replayUntil(paperOf(world, { store }), world, 'TICK', world.fromMs + 8 * HOUR_MS);
    await operatorOf(store, account, 'bob@desk').trip('drawdown');
    await act(store);
    await replay(paperOf(world, { store }), world);
    return stateOf(store, world);
  }

  it.each(['trip', 'reset', 'halt', 'close'] as const)(
    'has asked for all of it or for nothing: %s',
    async (name) => {
      const counting = powerUntil(0, 'before');
      const asked = await endAfter((store) => acts[name](poweredStore(store, counting)));
      const notAsked = await endAfter(async () => {});
      expect(asked).not.toEqual(notAsked);
      // Its one write is the last call of every act.
      const cutAt = (n: number, when: 'before' | 'after') =>
        endAfter((store) =>
          expect(acts[name](poweredStore(store, powerUntil(n, when)))).rejects.toThrow(Crash),
        );
      for (let n = 1; n <= counting.calls; n++)
        expect(await cutAt(n, 'before'), `before call ${n}`).toEqual(notAsked);
      expect(await cutAt(counting.calls, 'after')).toEqual(asked);
    },
  );
});
