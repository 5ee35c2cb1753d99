import { describe, expect, it } from 'vitest';
import { sqliteStateStore } from '../../shared/adapters/sqlite/state-store.ts';
import { analystOf } from '../../shared/app/analysis.ts';
import { listBreakers } from '../../shared/app/breakers.ts';
import { replay } from '../../shared/app/replay.ts';
import { readResults } from '../../shared/app/results.ts';
import { tick } from '../../shared/app/tick.ts';
import { watch } from '../../shared/app/watch.ts';
import type { StateStore } from '../../shared/ports/state-store.ts';
import { expectBooksToAgree } from '../helpers/account-state.ts';
import { replayUntil } from '../helpers/halt.ts';
import { operatorOf, outcomesOf, outrun, puts, setStanding, waitingOf } from '../helpers/operator.ts';
import { paperOf, scriptedWorld, type World } from '../helpers/world.ts';

const memory = () => sqliteStateStore({ file: ':memory:', durability: 'relaxed' });

/** Enters at the first tick after the start, holds, and leaves on a signal two candles later. */
const world = scriptedWorld(
  {
    'BTC/USD': `
      100 101 99 100 turtle:long
      100 101 99 100
      100 101 99 100 turtle:exit
      100 101 99 100
      100 101 99 100`,
  },
  { lookbackRows: 20 },
);
const hours = (n: number) => world.fromMs + n * 3_600_000;
const entryTick = hours(4);

/** The transaction in which a tick stores what it decided, and the one of a mark. */
const deciding = puts(/^TICK#/, { atMs: entryTick });
const marking = puts(/ MARK#/);

const decide = (store: StateStore, atMs = entryTick, own: World = world) => {
  const { trader } = paperOf(own, { store });
  return tick(trader, { analyst: analystOf(trader), atMs, isMissed: false });
};
const kept = (store: StateStore, own: World = world) => readResults(store, own.account, own);

/** What was decided at the entry's tick, once, and how the entry stands. */
async function decided(store: StateStore) {
  const { decisions } = await kept(store);
  const own = decisions.filter(({ atMs }) => atMs === entryTick).map(({ action, code }) => [action, code]);
  const orders = await store.query(`ACCOUNT#${world.account}`, { prefix: 'ORDER#' });
  return { own, orders: orders.map(({ body }) => body['state']) };
}

/** An account just before the tick at which it would enter, whose breakers exist or do not exist yet. */
async function beforeEntry(existing: readonly string[] = []) {
  const store = memory();
  await replayUntil(paperOf(world, { store }), world, 'TICK', world.fromMs);
  const ann = operatorOf(store, world.account);
  for (const scope of existing) {
    await ann.trip(scope);
    await ann.reset(scope);
  }
  return { store, ann };
}

describe('a breaker that is moved between what a tick has read and what it writes', () => {
  const scopes = [
    ['manual', 'BREAKER_MANUAL'],
    ['portfolio', 'BREAKER_PORTFOLIO'],
    ['losses', 'BREAKER_CONSECUTIVE_LOSSES'],
    ['drawdown', 'DRAWDOWN'],
    ['asset:BTC-USD', 'BREAKER_ASSET'],
    ['flash:BTC-USD', 'BREAKER_FLASH'],
  ] as const;

  it.each(scopes.flatMap(([scope, code]) => [true, false].map((isThere) => ({ scope, code, isThere }))))(
    'tripped, forbids the entry that was about to be stored: $scope, there before: $isThere',
    async ({ scope, code, isThere }) => {
      const { store, ann } = await beforeEntry(isThere ? [scope] : []);
      const slow = outrun(store, deciding, { write: () => ann.trip(scope) });
      await decide(slow);
      expect(slow.outrun()).toBe(1);
      expect(await decided(store)).toEqual({ own: [['WAIT', code]], orders: [] });
      expect(await decide(store)).toBe('done-before');
    },
  );

  it('of another symbol, holds up nothing', async () => {
    const { store, ann } = await beforeEntry(['asset:ETH-USD']);
    await decide(outrun(store, deciding, { write: () => ann.trip('asset:ETH-USD') }));
    expect(await decided(store)).toEqual({ own: [['ENTER', null]], orders: ['OPEN'] });
  });

  it('tripped and reset again, lets the entry pass: once', async () => {
    const { store, ann } = await beforeEntry();
    const write = async () => {
      await ann.trip('manual');
      await ann.reset('manual');
    };
    await decide(outrun(store, deciding, { write }));
    expect(await decided(store)).toEqual({ own: [['ENTER', null]], orders: ['OPEN'] });
    expect(await waitingOf(store, world.account)).toBe(0);
  });

  it('again and again, is looked at as often', async () => {
    const { store, ann } = await beforeEntry();
    let n = 0;
    const write = () => (n++ % 2 === 0 ? ann.trip('manual') : ann.reset('manual'));
    const slow = outrun(store, deciding, { write, times: 7 });
    await decide(slow);
    // The first trip is met; whatever follows changes nothing that a tick without entries depends on.
    expect(slow.outrun()).toBe(2);
    expect(await decided(store)).toEqual({ own: [['WAIT', 'BREAKER_MANUAL']], orders: [] });
  });
});

describe('an entry that was decided and not sent', () => {
  it.each(['a tick', 'a watch'])('is not sent once manual is tripped, by %s', async (who) => {
    const { store, ann } = await beforeEntry();
    const ended = outrun(store, puts(/ ORDER#/, { state: 'SENDING' }), {
      write: () => Promise.reject(new Error('the end')),
    });
    await expect(decide(ended)).rejects.toThrow('the end');
    expect(await decided(store)).toEqual({ own: [['ENTER', null]], orders: ['PENDING'] });
    await ann.trip('manual');
    const { trader } = paperOf(world, { store });
    if (who === 'a tick') await decide(store);
    else await watch(trader, { analyst: analystOf(trader), atMs: entryTick, isCandleClosed: false });
    expect((await decided(store)).orders).toEqual([]);
    const [order] = await store.query(`HISTORY#${world.account}#2024-01`, { prefix: 'ORDER#' });
    expect(order?.body).toMatchObject({ state: 'EXPIRED', refusal: 'the manual breaker is tripped' });
    expect(await store.query(`PAPER#${world.account}`, { prefix: 'OPEN#' })).toEqual([]);
  });
});

describe('exits', () => {
  it('pass while every breaker is tripped: the stop rests, and the signal sells', async () => {
    const store = memory();
    await replayUntil(paperOf(world, { store }), world, 'TICK', entryTick);
    const ann = operatorOf(store, world.account);
    for (const scope of ['manual', 'portfolio', 'losses', 'drawdown', 'asset:BTC-USD', 'flash:BTC-USD'])
      await ann.trip(scope);
    await replay(paperOf(world, { store }), world);
    const { closed, fills } = await kept(store);
    expect(closed).toMatchObject([{ exit: { reason: 'SIGNAL' }, exitMs: hours(12) }]);
    expect(fills).toHaveLength(2);
  });
});

/** The same entry, and a candle in which the price falls by a tenth over the stop at 80. */
const falling = scriptedWorld(
  {
    'BTC/USD': `
      100 101 99 100 turtle:long
      100 101 99 100
      100 101 89 90
      90 91 89 90
      90 91 89 90`,
  },
  {
    lookbackRows: 20,
    stop: 0.8,
    // The fall costs 0.1 × 2.5 BTC or so: about a fourth of a percent of the account.
    config: { breakers: { portfolioLoss: 0.001, assetFall: 0.1 } },
  },
);

describe('a breaker that is moved between what a watch has read and its mark', () => {
  /** An account whose fall the next watch is about to see. */
  async function beforeFall() {
    const store = memory();
    await replayUntil(paperOf(falling, { store }), falling, 'RANGE', hours(12));
    const see = (own: StateStore) => {
      const { trader } = paperOf(falling, { store: own });
      return watch(trader, { analyst: analystOf(trader), atMs: hours(12), isCandleClosed: true });
    };
    const one = async (scope: string) =>
      (await listBreakers(store, falling.account)).find((breaker) => breaker.scope === scope);
    return { store, ann: operatorOf(store, falling.account), see, one };
  }

  it('lets it look again: what a person tripped for longer stays that person’s, and the mark is made once', async () => {
    const { store, ann, see, one } = await beforeFall();
    const slow = outrun(store, marking, { write: () => ann.trip('asset:BTC-USD') });
    await see(slow);
    expect(slow.outrun()).toBe(1);
    expect(await one('asset:BTC-USD')).toMatchObject({ by: 'ann@desk', untilMs: null });
    expect(await one('portfolio')).toMatchObject({ by: 'engine', untilMs: null, isTripped: true });
    expect((await kept(store, falling)).marks.filter(({ atMs }) => atMs === hours(12))).toHaveLength(1);
    await replay(paperOf(falling, { store }), falling);
    await expectBooksToAgree(store, falling);
  });

  it('measures anew what was reset meanwhile, and does not trip it again', async () => {
    const { store, ann, see, one } = await beforeFall();
    const write = async () => {
      await ann.trip('portfolio');
      await ann.reset('portfolio');
    };
    await see(outrun(store, marking, { write }));
    expect(await one('portfolio')).toMatchObject({ state: 'closed', by: 'ann@desk' });
    expect(await one('asset:BTC-USD')).toMatchObject({ by: 'engine', isTripped: true });
    expect((await outcomesOf(store, falling.account)).map(({ request }) => request.kind)).toEqual([
      'trip',
      'reset',
    ]);
  });

  it('the same at a tick, which alone trips the drawdown', async () => {
    const { store, ann, see, one } = await beforeFall();
    await see(store);
    await setStanding(store, falling.account, { peak: '20000' });
    const write = async () => {
      await ann.trip('drawdown');
      await ann.reset('drawdown');
    };
    const { config } = falling;
    const drawn = { ...falling, config: { ...config, risk: { ...config.risk, drawdownMax: 0.1 } } };
    const slow = outrun(store, puts(/^BREAKER#/, { scope: 'drawdown', by: 'engine' }), { write });
    await decide(slow, hours(12), drawn);
    expect(slow.outrun()).toBe(1);
    expect(await one('drawdown')).toMatchObject({ state: 'closed', by: 'ann@desk' });
  });
});
