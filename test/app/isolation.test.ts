import { describe, expect, it } from 'vitest';
import { sqliteStateStore } from '../../shared/adapters/sqlite/state-store.ts';
import { withSession } from '../../shared/app/account.ts';
import { analystOf } from '../../shared/app/analysis.ts';
import { commit } from '../../shared/app/commit.ts';
import type { Paper } from '../../shared/app/drive.ts';
import { replay } from '../../shared/app/replay.ts';
import { tick } from '../../shared/app/tick.ts';
import type { Feed } from '../../shared/app/trader.ts';
import { watch } from '../../shared/app/watch.ts';
import { AppError } from '../../shared/core/errors.ts';
import type { StateStore } from '../../shared/ports/state-store.ts';
import { expectBooksToAgree, expectProtected, stateOf } from '../helpers/account-state.ts';
import { faultyPaper, NoAnswer } from '../helpers/faulty.ts';
import { replayUntil } from '../helpers/halt.ts';
import { paperOf, scriptedWorld, type World } from '../helpers/world.ts';

const memory = () => sqliteStateStore({ file: ':memory:', durability: 'relaxed' });

const calm = `
  100 101 99 100
  100 101 99 100
  100 101 99 100
  100 101 99 100
  100 101 99 100`;
/** Enters at the tick of 04:00. */
const entersEarly = calm.replace('100 101 99 100', '100 101 99 100 trend:long');
/** Enters at the tick of 12:00. */
const entersLate = calm.replace(/(?<=^(?:.*\n){3}.*)$/m, ' trend:long');
/** Enters at the tick of 04:00 and leaves at the tick of 12:00. */
const leaves = entersEarly.replace(/(?<=^(?:.*\n){3}.*)$/m, ' trend:exit');

const worldOf = (scripts: Readonly<Record<string, string>>) => scriptedWorld(scripts, { lookbackRows: 20 });
const at = (world: World, hour: number) => world.fromMs + hour * 3_600_000;

interface Call {
  readonly symbol: string;
  readonly what: 'buy' | 'stop' | 'sell' | 'cancel';
}

/** A paper that tells what is asked of its exchange, as `BTC sell`, and lets `before` throw instead. */
function toldPaper(paper: Paper, before: (call: Call) => unknown = () => undefined) {
  const { exchange } = paper.trader;
  const told: string[] = [];
  const tell = async (call: Call) => {
    told.push(`${call.symbol.slice(0, 3)} ${call.what}`);
    await before(call);
  };
  const own: typeof exchange = {
    ...exchange,
    async place(request, sending) {
      const { symbol, side, kind } = request;
      const sale = kind === 'stop' ? 'stop' : 'sell';
      await tell({ symbol, what: side === 'buy' ? 'buy' : sale });
      return exchange.place(request, sending);
    },
    async cancel(order) {
      await tell({ symbol: order.symbol, what: 'cancel' });
      return exchange.cancel(order);
    },
  };
  return { paper: { ...paper, trader: { ...paper.trader, exchange: own } }, told };
}

const failing = (symbol: string, what: Call['what'], error: unknown) => (call: Call) => {
  if (call.symbol === symbol && call.what === what) throw error;
};

/** What an account that nothing disturbs comes to. */
async function undisturbed(world: World) {
  const store = memory();
  await replay(paperOf(world, { store }), world);
  return stateOf(store, world);
}

describe('the orders of an instant', () => {
  it('go symbol by symbol, each stop withdrawn just before its sale, and entries last', async () => {
    const world = worldOf({ 'ADA/USD': entersLate, 'BTC/USD': leaves, 'ETH/USD': leaves });
    const { paper, told } = toldPaper(paperOf(world, { store: memory() }));
    await replayUntil(paper, world, 'TICK', at(world, 12));
    const early = ['BTC buy', 'ETH buy', 'BTC stop', 'ETH stop'];
    expect(told).toEqual([...early, 'BTC cancel', 'BTC sell', 'ETH cancel', 'ETH sell', 'ADA buy']);
  });
});

describe('what fails for one symbol', () => {
  it.each([
    ['an entry', { 'BTC/USD': entersLate, 'ETH/USD': leaves }, 'buy', 'ETH sell'],
    ['a stop', { 'BTC/USD': entersEarly, 'ETH/USD': entersEarly }, 'stop', 'ETH stop'],
    ['a sale', { 'BTC/USD': leaves, 'ETH/USD': leaves }, 'sell', 'ETH sell'],
    ['a cancel', { 'BTC/USD': leaves, 'ETH/USD': leaves }, 'cancel', 'ETH sell'],
    ['a sale', { 'BTC/USD': leaves, 'ETH/USD': entersLate }, 'sell', 'ETH buy'],
  ] as const)('keeps no other waiting, and is told: %s', async (_, scripts, what, other) => {
    const world = worldOf(scripts);
    const store = memory();
    const silence = new NoAnswer('no answer');
    const { paper, told } = toldPaper(paperOf(world, { store }), failing('BTC/USD', what, silence));
    await expect(replay(paper, world)).rejects.toBe(silence);
    expect(told).toContain(`BTC ${what}`);
    expect(told).toContain(other);

    await replay(paperOf(world, { store }), world);
    expect(await stateOf(store, world)).toEqual(await undisturbed(world));
    await expectBooksToAgree(store, world);
  });

  it('leaves no position of another bare', async () => {
    const world = worldOf({ 'BTC/USD': entersLate, 'ETH/USD': leaves });
    const store = memory();
    const { paper } = toldPaper(paperOf(world, { store }), failing('BTC/USD', 'buy', new NoAnswer()));
    await expect(replay(paper, world)).rejects.toThrow(NoAnswer);
    expect(await store.query(`ACCOUNT#${world.account}`, { prefix: 'POSITION#' })).toHaveLength(1);
    await expectProtected(store, world);
  });
});

describe('an order that cannot be looked up', () => {
  it('leaves no fill of another symbol unbooked or without its stop', async () => {
    const world = worldOf({ 'BTC/USD': entersEarly, 'ETH/USD': entersEarly });
    const store = memory();
    await replayUntil(paperOf(world, { store }), world, 'OPEN', at(world, 4));
    const { paper, told } = toldPaper(paperOf(world, { store }));
    const { exchange } = paper.trader;
    const silence = new NoAnswer('no answer');
    const find: typeof exchange.find = async (id) => {
      const found = await exchange.find(id);
      if (found?.symbol === 'BTC/USD') throw silence;
      return found;
    };
    const deaf = { ...paper, trader: { ...paper.trader, exchange: { ...exchange, find } } };
    await expect(replay(deaf, world)).rejects.toBe(silence);
    expect(told).toEqual(['ETH stop']);
    await expectProtected(store, world);

    await replay(paperOf(world, { store }), world);
    expect(await stateOf(store, world)).toEqual(await undisturbed(world));
  });
});

describe('a run that may write no more', () => {
  const world = worldOf({ 'BTC/USD': leaves, 'ETH/USD': leaves });
  const early = ['BTC buy', 'ETH buy', 'BTC stop', 'ETH stop'];

  it('ends at once when it stood still', async () => {
    const still = new AppError('state-contended', 'stood still', 'none');
    const { paper, told } = toldPaper(
      paperOf(world, { store: memory() }),
      failing('BTC/USD', 'cancel', still),
    );
    await expect(replay(paper, world)).rejects.toBe(still);
    expect(told).toEqual([...early, 'BTC cancel']);
  });

  it('ends at once when its lease is gone, whatever failed before', async () => {
    const store = memory();
    const overtaken = async ({ symbol, what }: Call) => {
      if (symbol !== 'BTC/USD' || what !== 'cancel') return;
      const key = { pk: `ACCOUNT#${world.account}`, sk: 'LEASE' };
      const lease = await store.get(key);
      const body = { owner: 'two', fence: Number(lease?.body['fence']) + 1, untilMs: 0 };
      await store.transact([{ kind: 'put', ...key, expect: lease?.version ?? 0, body }]);
      throw new NoAnswer('no answer');
    };
    const { paper, told } = toldPaper(paperOf(world, { store }), overtaken);
    await expect(replay(paper, world)).rejects.toMatchObject({ code: 'state-contended' });
    expect(told).toEqual([...early, 'BTC cancel']);
  });

  it('ends at once when a write has no answer: what is stored is not known then', async () => {
    const store = memory();
    const silent: StateStore = {
      ...store,
      async transact(actions) {
        const isMark = actions.some(
          (action) =>
            action.kind === 'put' && action.body['purpose'] === 'exit' && action.body['state'] === 'SENDING',
        );
        if (isMark) throw new Error('the disk is gone');
        return store.transact(actions);
      },
    };
    const { paper, told } = toldPaper(paperOf(world, { store: silent }));
    await expect(replay(paper, world)).rejects.toThrow('the disk is gone');
    expect(told).toEqual([...early, 'BTC cancel']);
  });

  it('calls it a bug when what it expects is not so although the lease is its own', async () => {
    const store = memory();
    const { trader } = paperOf(world, { store });
    await replayUntil(paperOf(world, { store }), world, 'TICK', at(world, 4));
    const twice = withSession(trader, async (session) => {
      const items = [{ kind: 'put', pk: 'FILL#mine', sk: 'x', expect: 'absent', body: {} }] as const;
      await commit(session, { items });
      await commit(session, { items });
    });
    await expect(twice).rejects.toThrow(
      'Bug: a write under the lease expected something else of FILL#mine x',
    );
  });
});

describe('a candle that has not appeared for one symbol', () => {
  const notReady = new AppError('not-ready', 'The candle is not there yet.', 'Wait.');
  const world = worldOf({ 'BTC/USD': entersEarly, 'ETH/USD': leaves });

  /** Without the candles of BTC: all of them, or only those that a decision needs. */
  const without =
    (what: 'closes' | 'windows') =>
    (feed: Feed): Feed => ({
      window: async (wanted) => {
        if (what === 'windows' && wanted.symbol === 'BTC/USD') throw notReady;
        return feed.window(wanted);
      },
      execWindow: (wanted) => feed.execWindow(wanted),
      lastClose: async (symbol, atMs) => {
        if (what === 'closes' && symbol === 'BTC/USD') throw notReady;
        return feed.lastClose(symbol, atMs);
      },
    });

  /** An account that is to sell ETH, and whose run ended before that stop was cancelled. */
  async function leaving() {
    const store = memory();
    const faulty = faultyPaper(world, { store }, (call) => (call === 'cancel' ? 'lost' : undefined));
    await expect(replay(faulty, world)).rejects.toThrow(NoAnswer);
    return store;
  }

  it.each(['closes', 'windows'] as const)(
    'does not hold up a sale that is decided, and the run says what is missing: no %s',
    async (what) => {
      for (const run of ['watch', 'tick'] as const) {
        const store = await leaving();
        const { paper, told } = toldPaper(paperOf(world, { store, over: without(what) }));
        const { trader } = paper;
        const due = { analyst: analystOf(trader), atMs: at(world, 16) };
        const work =
          run === 'tick'
            ? tick(trader, { ...due, isMissed: false })
            : watch(trader, { ...due, isCandleClosed: true });
        await expect(work, run).rejects.toBe(notReady);
        expect(told, run).toEqual(['ETH cancel', 'ETH sell']);
        await expectProtected(store, world);
      }
    },
  );

  it('changes nothing of what the account comes to once it is there', async () => {
    const store = memory();
    await replayUntil(paperOf(world, { store }), world, 'RANGE', at(world, 12));
    for (const what of ['closes', 'windows'] as const) {
      const late = paperOf(world, { store, over: without(what) });
      await expect(replay(late, world), what).rejects.toBe(notReady);
    }
    await replay(paperOf(world, { store }), world);
    expect(await stateOf(store, world)).toEqual(await undisturbed(world));
  });
});
