import { describe, expect, it } from 'vitest';
import { sqliteStateStore } from '../../shared/adapters/sqlite/state-store.ts';
import { analystOf } from '../../shared/app/analysis.ts';
import { askFor, type Wish } from '../../shared/app/ask.ts';
import type { Paper } from '../../shared/app/drive.ts';
import { keys } from '../../shared/app/items.ts';
import { replay } from '../../shared/app/replay.ts';
import { readResults } from '../../shared/app/results.ts';
import { tick } from '../../shared/app/tick.ts';
import { watch } from '../../shared/app/watch.ts';
import { textOf, unitsOf } from '../../shared/core/decimal.ts';
import type { StateStore } from '../../shared/ports/state-store.ts';
import { expectProtected } from '../helpers/account-state.ts';
import { faultyPaper } from '../helpers/faulty.ts';
import { replayUntil } from '../helpers/halt.ts';
import { operatorOf, outcomesOf, setStanding, waitingOf } from '../helpers/operator.ts';
import { paperOf, scriptedWorld, WALL_MS } from '../helpers/world.ts';

/** Both are bought at hour 4 and held: BTC at 100 with a stop at 96, ETH at 50 with a stop at 48. */
const world = scriptedWorld(
  {
    'BTC/USD': `
      100 101 99 100 turtle:long
      100 101 99 100
      100 101 99 100
      100 101 99 100
      100 101 99 100`,
    'ETH/USD': `
      50 50.5 49.5 50 turtle:long
      50 50.5 49.5 50
      50 50.5 49.5 50
      50 50.5 49.5 50
      50 50.5 49.5 50`,
  },
  { lookbackRows: 20 },
);
const { account } = world;
const hours = (n: number) => world.fromMs + n * 3_600_000;

/** The instant at which requests are carried out, by a watch or by a tick: both positions are held. */
const NOW_MS = hours(8);
const runs = {
  watch: ({ trader }: Paper) =>
    watch(trader, { analyst: analystOf(trader), atMs: NOW_MS, isCandleClosed: false }),
  tick: ({ trader }: Paper) => tick(trader, { analyst: analystOf(trader), atMs: NOW_MS, isMissed: false }),
};
const both = ['watch', 'tick'] as const;

async function holding() {
  const store = sqliteStateStore({ file: ':memory:', durability: 'relaxed' });
  await replayUntil(paperOf(world, { store }), world, 'CLOSED', NOW_MS);
  return { store, ann: operatorOf(store, account) };
}

/** A flat account, at the tick of its beginning. */
async function flat() {
  const store = sqliteStateStore({ file: ':memory:', durability: 'relaxed' });
  await replayUntil(paperOf(world, { store }), world, 'TICK', world.fromMs);
  return { store, ann: operatorOf(store, account) };
}

const held = async (store: StateStore) => {
  const { open } = await readResults(store, account, world);
  return open.map(({ plan, exit }) => [plan.symbol, exit?.reason ?? null]);
};
const booksOf = async (store: StateStore) => {
  const [head, cash] = [await store.get(keys.head(account)), await store.get(keys.cash(account))];
  const standing = head?.body['standing'] as Readonly<Record<string, unknown>> | undefined;
  return { capital: String(head?.body['capital']), standing, cash: String(cash?.body['cash']) };
};
const plus = (text: string, amount: string) => unitsOf(text) + unitsOf(amount);

describe.each(both)('carried out by a %s', (by) => {
  /** Asks, lets one run carry it out, and gives how it ended: recorded once, and waiting no more. */
  async function carriedOut(store: StateStore, wish: Wish) {
    await operatorOf(store, account, 'bob@desk').want(wish, 'because');
    await runs[by](paperOf(world, { store }));
    expect(await waitingOf(store, account)).toBe(0);
    await runs[by](paperOf(world, { store }));
    const outcomes = await outcomesOf(store, account);
    const request = { ...wish, by: 'bob@desk', why: 'because', askedMs: WALL_MS + 1000 };
    expect(outcomes).toMatchObject([{ request, atMs: NOW_MS }]);
    return [outcomes[0]?.isDone, outcomes[0]?.outcome];
  }

  it('capital that is added moves all that equity is compared with', async () => {
    const { store } = await holding();
    const before = await booksOf(store);
    const flow = unitsOf('2500.5');
    const outcome = '2500.5 USD were added; the account is allotted 12500.5 USD.';
    expect(await carriedOut(store, { kind: 'capital', amount: flow })).toEqual([true, outcome]);
    const after = await booksOf(store);
    expect(unitsOf(after.cash)).toBe(unitsOf(before.cash) + flow);
    expect(after.capital).toBe('12500.5');
    for (const key of ['peak', 'dayStart', 'portfolioFrom'])
      expect([key, unitsOf(String(after.standing?.[key]))]).toEqual([
        key,
        unitsOf(String(before.standing?.[key])) + flow,
      ]);
  });

  it('capital that is taken out is limited by free cash: what is held is not sold for it', async () => {
    const { store } = await holding();
    const before = await booksOf(store);
    // Half of 50 USD is at risk over 4 %: 625 USD of each, and the fees.
    expect(Number(before.cash)).toBeCloseTo(10_000 - 2 * 625 * 1.004, -1);
    const amount = -plus(before.cash, '1');
    expect(await carriedOut(store, { kind: 'capital', amount })).toEqual([
      false,
      `Only ${before.cash} USD are free: nothing was taken out.`,
    ]);
    expect(await booksOf(store)).toEqual(before);
  });

  it('capital to the last cent of free cash may be taken out', async () => {
    const { store } = await holding();
    const { cash } = await booksOf(store);
    expect((await carriedOut(store, { kind: 'capital', amount: -unitsOf(cash) }))[0]).toBe(true);
    expect((await booksOf(store)).cash).toBe('0');
    expect(await held(store)).toHaveLength(2);
  });

  it('a close sells at the next open with the reason MANUAL, its stop withdrawn first; others stay', async () => {
    const { store } = await holding();
    const calls: string[] = [];
    const told = faultyPaper(world, { store }, (call) => {
      if (call !== 'find' && call !== calls.at(-1)) calls.push(call);
      return undefined;
    });
    await operatorOf(store, account).want({ kind: 'close', symbol: 'BTC/USD' });
    await runs[by](told);
    expect(calls).toEqual(['cancel', 'place']);
    expect(await held(store)).toEqual([
      ['BTC/USD', 'MANUAL'],
      ['ETH/USD', null],
    ]);
    await expectProtected(store, world);
    const { closed, fills } = await replayed(store);
    expect(closed).toMatchObject([
      { plan: { symbol: 'BTC/USD' }, exit: { reason: 'MANUAL', atMs: NOW_MS }, exitMs: NOW_MS },
    ]);
    expect(fills.at(-1)).toMatchObject({ reason: 'MANUAL', step: 'OPEN', side: 'sell' });
    expect((await outcomesOf(store, account)).map(({ outcome }) => outcome)).toEqual([
      'BTC/USD will be sold at the next open.',
    ]);
  });

  it('a close of what is not held changes nothing, and says so', async () => {
    const { store } = await holding();
    expect(await carriedOut(store, { kind: 'close', symbol: 'SOL/USD' })).toEqual([true, 'Nothing is held.']);
    expect(await held(store)).toEqual([
      ['BTC/USD', null],
      ['ETH/USD', null],
    ]);
  });

  it('a close of what is being sold already keeps the first reason', async () => {
    const { store, ann } = await holding();
    await ann.want({ kind: 'close', symbol: 'BTC/USD' });
    await ann.want({ kind: 'close', symbol: 'BTC/USD' });
    await runs[by](paperOf(world, { store }));
    const told = (await outcomesOf(store, account)).map(({ outcome }) => outcome);
    expect(told).toEqual(Array.from({ length: 2 }, () => 'BTC/USD will be sold at the next open.'));
    expect((await replayed(store)).fills).toHaveLength(3);
  });

  it('a halt leaves positions and their stops', async () => {
    const { store, ann } = await holding();
    await ann.halt(false);
    await runs[by](paperOf(world, { store }));
    expect(await held(store)).toEqual([
      ['BTC/USD', null],
      ['ETH/USD', null],
    ]);
    await expectProtected(store, world);
    expect(await outcomesOf(store, account)).toMatchObject([
      { isDone: true, outcome: 'Entries are withdrawn; positions stay, with their stops.' },
    ]);
  });

  it('a halt that flattens sells everything', async () => {
    const { store, ann } = await holding();
    await ann.halt(true);
    await runs[by](paperOf(world, { store }));
    await expectProtected(store, world);
    expect((await outcomesOf(store, account)).map(({ outcome }) => outcome)).toEqual([
      'BTC/USD, ETH/USD will be sold at the next open.',
    ]);
    const { closed, open } = await replayed(store);
    expect(open).toEqual([]);
    expect(closed.map(({ exit, exitMs }) => [exit?.reason, exitMs])).toEqual([
      ['MANUAL', NOW_MS],
      ['MANUAL', NOW_MS],
    ]);
  });

  it.each([
    ['drawdown', 'peak'],
    ['portfolio', 'portfolioFrom'],
    ['losses', 'losses'],
    ['manual', 'nothing'],
    ['asset:BTC-USD', 'nothing'],
  ])('a reset of %s measures %s from now on, and the rest as before', async (scope, what) => {
    const measured = { peak: '20000', portfolioFrom: '19000', losses: 4, lockedUntilMs: hours(20) };
    const { store, ann } = await holding();
    await setStanding(store, account, measured);
    await ann.trip(scope);
    await ann.reset(scope);
    await runs[by](paperOf(world, { store }));
    const { standing, cash } = await booksOf(store);
    const { open } = await readResults(store, account, world);
    // At the closes of 100 and 50.
    const worth = open.map(({ plan, quantity }) => quantity * (plan.symbol === 'BTC/USD' ? 100n : 50n));
    const equity = textOf(worth.reduce((sum, one) => sum + one, unitsOf(cash)));
    const anew: Readonly<Record<string, object>> = {
      peak: { peak: equity },
      portfolioFrom: { portfolioFrom: equity },
      losses: { losses: 0, lockedUntilMs: null },
      nothing: {},
    };
    expect(standing).toEqual({ ...standing, ...measured, ...anew[what] });
    expect((await outcomesOf(store, account)).map(({ outcome }) => outcome)).toEqual([
      `The breaker ${scope} was tripped.`,
      `The breaker ${scope} was reset.`,
    ]);
  });

  it('several are carried out in the order in which they were asked', async () => {
    const { store, ann } = await holding();
    const { cash } = await booksOf(store);
    await ann.want({ kind: 'capital', amount: -plus(cash, '100') });
    await ann.want({ kind: 'capital', amount: unitsOf('100') });
    await ann.want({ kind: 'capital', amount: -plus(cash, '100') });
    await runs[by](paperOf(world, { store }));
    expect((await outcomesOf(store, account)).map(({ isDone }) => isDone)).toEqual([false, true, true]);
    expect((await booksOf(store)).cash).toBe('0');
  });
});

async function replayed(store: StateStore) {
  await replay(paperOf(world, { store }), world);
  return readResults(store, account, world);
}

describe('a request', () => {
  it('of a flat account is carried out by a tick, and by a watch', async () => {
    for (const by of both) {
      const { store, ann } = await flat();
      await ann.want({ kind: 'capital', amount: -unitsOf('10000') });
      await runs[by](paperOf(world, { store }));
      expect(await outcomesOf(store, account)).toMatchObject([{ isDone: true }]);
      expect(await booksOf(store)).toMatchObject({ cash: '0', capital: '0' });
    }
  });

  it('for capital leaves what entries may still spend, until they are withdrawn', async () => {
    const { store, ann } = await flat();
    await replayUntil(paperOf(world, { store }), world, 'TICK', hours(4));
    await ann.want({ kind: 'capital', amount: -unitsOf('9000') });
    await ann.halt(false);
    await ann.want({ kind: 'capital', amount: -unitsOf('9000') });
    const { trader } = paperOf(world, { store });
    await watch(trader, { analyst: analystOf(trader), atMs: hours(4), isCandleClosed: false });
    const [refused, , done] = await outcomesOf(store, account);
    // Entries may pay any gap of the open: their budgets add up to the cash.
    expect(refused).toMatchObject({ isDone: false, outcome: 'Only 0 USD are free: nothing was taken out.' });
    expect(done).toMatchObject({ isDone: true });
    expect((await booksOf(store)).cash).toBe('1000');
  });

  it('that needs a price which cannot be had holds up no stop and no other request', async () => {
    for (const by of both) {
      const { store, ann } = await holding();
      await ann.trip('drawdown');
      await ann.reset('drawdown');
      await ann.want({ kind: 'close', symbol: 'BTC/USD' });
      const noPrice = () => Promise.reject(new Error('no price'));
      const blind = paperOf(world, { store, over: (feed) => ({ ...feed, lastClose: noPrice }) });
      const ended = runs[by](blind).catch((error: unknown) => ({ refused: [error] }));
      expect(await ended).toMatchObject({ refused: [new Error('no price')] });
      expect(await held(store)).toContainEqual(['BTC/USD', 'MANUAL']);
      await expectProtected(store, world);
      expect(await waitingOf(store, account)).toBe(1);
      await runs[by](paperOf(world, { store }));
      expect(await waitingOf(store, account)).toBe(0);
      expect(await outcomesOf(store, account)).toHaveLength(3);
    }
  });

  it('that was asked twice under one id is done once', async () => {
    const { store, ann } = await holding();
    const wish: Wish = { kind: 'capital', amount: unitsOf('5') };
    const ask = ann.ask('again');
    await askFor(store, account, { ask, wish });
    await askFor(store, account, { ask, wish });
    await runs.watch(paperOf(world, { store }));
    expect((await booksOf(store)).capital).toBe('10005');
  });
});
