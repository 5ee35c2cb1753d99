import { describe, expect, it } from 'vitest';
import { sqliteStateStore } from '../../shared/adapters/sqlite/state-store.ts';
import { analystOf } from '../../shared/app/analysis.ts';
import type { Paper } from '../../shared/app/drive.ts';
import { bodyOf } from '../../shared/app/items.ts';
import { replay } from '../../shared/app/replay.ts';
import { tick } from '../../shared/app/tick.ts';
import { watch } from '../../shared/app/watch.ts';
import { unitsOf } from '../../shared/core/decimal.ts';
import { newOrder } from '../../shared/core/execution/order.ts';
import { MINUTE_MS } from '../../shared/core/market/timeframes.ts';
import type { StateStore } from '../../shared/ports/state-store.ts';
import { expectProtected } from '../helpers/account-state.ts';
import { type Fault, faultyPaper, NoAnswer } from '../helpers/faulty.ts';
import { replayUntil } from '../helpers/halt.ts';
import { paperOf, scriptedWorld, WALL_MS } from '../helpers/world.ts';

const memory = () => sqliteStateStore({ file: ':memory:', durability: 'relaxed' });

/** Enters at the first tick; the trail is raised after the candle of the entry; leaves on a signal at the third tick. */
const world = scriptedWorld(
  {
    'BTC/USD': `
      100 101 99 100 trend:long
      100 105 99 104
      104 105 103 104 trend:exit
      104 105 103 104
      104 105 103 104`,
  },
  { lookbackRows: 20 },
);
const hours = (n: number) => world.fromMs + n * 3_600_000;
const entryTick = hours(4);

const decide = ({ trader }: Paper, atMs: number, isMissed = false) =>
  tick(trader, { analyst: analystOf(trader), atMs, isMissed });
const look = ({ trader }: Paper, atMs: number) =>
  watch(trader, { analyst: analystOf(trader), atMs, isCandleClosed: false });

/** Orders of a purpose, stored or ended, and how the exchange has them. */
async function orders(store: StateStore, purpose: string) {
  const { account } = world;
  const live = await store.query(`ACCOUNT#${account}`, { prefix: 'ORDER#' });
  const ended = await store.query(`HISTORY#${account}#2024-01`, { prefix: 'ORDER#' });
  const own = [...live, ...ended].map(({ body }) => body).filter((body) => body['purpose'] === purpose);
  const placed = await store.query(`PAPER#${account}`);
  return own.map((body) => ({
    state: body['state'],
    attempts: body['attempts'],
    trigger: body['triggerPrice'],
    refusal: body['refusal'],
    there: placed.find(({ sk }) => /^(OPEN|ENDED)#/.test(sk) && sk.endsWith(String(body['clientOrderId'])))
      ?.body['status'],
  }));
}

/** An account at the entry's tick, whose entry met a fault as it was sent. */
async function sentWith(fault: Fault) {
  const store = memory();
  await replayUntil(paperOf(world, { store }), world, 'TICK', world.fromMs);
  const faulty = faultyPaper(world, { store }, (call) => (call === 'place' ? fault : undefined));
  await expect(decide(faulty, entryTick)).rejects.toThrow(NoAnswer);
  return store;
}

/** A store whose process ends as it marks an order of that purpose as sent. */
function endingAtMark(store: StateStore, purpose: string): StateStore {
  return {
    ...store,
    transact: async (actions) => {
      const marks = actions.some(
        (action) =>
          action.kind === 'put' && action.body['purpose'] === purpose && action.body['state'] === 'SENDING',
      );
      if (marks) throw new Error('the end');
      return store.transact(actions);
    },
  };
}

/** An account whose tick decided an entry and ended before it was marked as sent. */
async function decidedOnly() {
  const store = memory();
  await replayUntil(paperOf(world, { store }), world, 'TICK', world.fromMs);
  await expect(decide(paperOf(world, { store: endingAtMark(store, 'entry') }), entryTick)).rejects.toThrow(
    'the end',
  );
  expect(await orders(store, 'entry')).toMatchObject([{ state: 'PENDING', there: undefined }]);
  return store;
}

describe('an entry that was decided and not sent', () => {
  it('is sent by the same tick when that runs again in time', async () => {
    const store = await decidedOnly();
    await decide(paperOf(world, { store }), entryTick);
    expect(await orders(store, 'entry')).toMatchObject([{ state: 'OPEN', attempts: 1, there: 'open' }]);
  });

  it('expires when that tick runs again much later', async () => {
    const store = await decidedOnly();
    await decide(paperOf(world, { store }), entryTick, true);
    expect(await orders(store, 'entry')).toEqual([
      expect.objectContaining({ state: 'EXPIRED', refusal: 'too late to enter', there: undefined }),
    ]);
    expect(await decide(paperOf(world, { store }), entryTick)).toBe('done-before');
  });

  it('is sent by a watch within a quarter of an hour, and expires after it', async () => {
    for (const [afterMs, state] of [
      [15 * MINUTE_MS, 'OPEN'],
      [15 * MINUTE_MS + 1, 'EXPIRED'],
    ] as const) {
      const store = await decidedOnly();
      await look(paperOf(world, { store }), entryTick + afterMs);
      expect(await orders(store, 'entry'), `${afterMs} ms later`).toMatchObject([{ state }]);
    }
  });
});

describe('an entry whose sending has an unknown outcome', () => {
  it('is not sent again when the exchange has it, however late', async () => {
    const store = await sentWith('unheard');
    expect(await orders(store, 'entry')).toMatchObject([{ state: 'SENDING', attempts: 1, there: 'open' }]);
    await decide(paperOf(world, { store }), entryTick, true);
    expect(await orders(store, 'entry')).toMatchObject([{ state: 'OPEN', attempts: 1, there: 'open' }]);
  });

  it('is sent again under the same id when the exchange does not have it, and expires when that is too late', async () => {
    const again = await sentWith('lost');
    await decide(paperOf(world, { store: again }), entryTick);
    expect(await orders(again, 'entry')).toMatchObject([{ state: 'OPEN', attempts: 2, there: 'open' }]);

    const late = await sentWith('lost');
    await decide(paperOf(world, { store: late }), entryTick, true);
    expect(await orders(late, 'entry')).toMatchObject([{ state: 'EXPIRED', attempts: 1, there: undefined }]);
  });

  it('is left alone until it can no longer arrive, at an exchange whose answers may be under way', async () => {
    const store = await sentWith('lost');
    for (const [afterMs, state] of [
      [14_999, 'SENDING'],
      // Absent once; another watch looks again.
      [15_000, 'SENDING'],
      [75_000, 'OPEN'],
    ] as const) {
      const { trader } = paperOf(world, { store, wallMs: () => WALL_MS + afterMs });
      const exchange = { ...trader.exchange, answersAtOnce: false };
      const analyst = analystOf(trader);
      await watch({ ...trader, exchange }, { analyst, atMs: entryTick, isCandleClosed: false });
      expect(await orders(store, 'entry'), `${afterMs} ms later`).toMatchObject([{ state }]);
    }
  });

  it('was not sent when the process stood still between mark and send; the next run sends it', async () => {
    const store = memory();
    await replayUntil(paperOf(world, { store }), world, 'TICK', world.fromMs);
    let [wallMs, reads] = [WALL_MS, 0];
    const { trader } = paperOf(world, { store, wallMs: () => (++reads > 2 ? wallMs + 3_001 : wallMs++) });
    const run = tick(trader, { analyst: analystOf(trader), atMs: entryTick, isMissed: false });
    await expect(run).rejects.toMatchObject({ code: 'state-contended' });
    expect(await orders(store, 'entry')).toMatchObject([{ state: 'SENDING', there: undefined }]);
    await decide(paperOf(world, { store }), entryTick);
    expect(await orders(store, 'entry')).toMatchObject([{ state: 'OPEN', there: 'open' }]);
  });
});

describe('an order that the exchange refuses', () => {
  it('is recorded with its reason: an entry opens nothing', async () => {
    const store = memory();
    const refusing = faultyPaper(world, { store }, () => ({ refused: 'EOrder:Insufficient funds' }));
    await replayUntil(refusing, world, 'TICK', entryTick);
    expect(await orders(store, 'entry')).toMatchObject([
      { state: 'REJECTED', refusal: 'EOrder:Insufficient funds', there: undefined },
    ]);
  });

  it('as a stop leaves no bare position: it is sold in the same watch', async () => {
    const store = memory();
    const refusing = faultyPaper(world, { store }, (call, n) =>
      call === 'place' && n === 2 ? { refused: 'EOrder:Trading agreement required' } : undefined,
    );
    await replayUntil(refusing, world, 'AFTER_OPEN', entryTick);
    expect(await orders(store, 'stop')).toMatchObject([{ state: 'REJECTED' }]);
    expect(await orders(store, 'exit')).toMatchObject([{ state: 'OPEN', there: 'open' }]);
    await expectProtected(store, world);
    const { closed } = await replay(paperOf(world, { store }), world);
    expect(closed).toMatchObject([{ exit: { reason: 'STOP' } }]);
  });
});

describe('an amend without an answer', () => {
  it.each([
    ['unheard', 0],
    ['lost', 1],
  ] as const)('is read back from the exchange: %s, then %i more amends', async (fault, more) => {
    const store = memory();
    const faulty = faultyPaper(world, { store }, (call) => (call === 'amend' ? fault : undefined));
    await expect(replay(faulty, world)).rejects.toThrow(NoAnswer);
    const honest = faultyPaper(world, { store }, () => undefined);
    await look(honest, hours(8));
    // 4 % below the high of 105.
    expect(await orders(store, 'stop')).toMatchObject([{ state: 'OPEN', trigger: '100.8', there: 'open' }]);
    expect(honest.counts.amend).toBe(more);
    await expectProtected(store, world);
  });
});

describe('a stop that was decided and not sent', () => {
  it('is sent at the price to which the trail has risen meanwhile', async () => {
    const store = memory();
    const paper = paperOf(world, { store });
    const run = replay(paperOf(world, { store: endingAtMark(store, 'stop') }), world);
    await expect(run).rejects.toThrow('the end');
    // 4 % below the close of 100 at first.
    expect(await orders(store, 'stop')).toMatchObject([
      { state: 'PENDING', trigger: '96', there: undefined },
    ]);
    await watch(paper.trader, { analyst: analystOf(paper.trader), atMs: hours(8), isCandleClosed: true });
    expect(await orders(store, 'stop')).toMatchObject([{ state: 'OPEN', trigger: '100.8', there: 'open' }]);
    await expectProtected(store, world);
  });
});

describe('the stop of a position that is to be sold', () => {
  /** An account that holds a position whose stop met a fault as it was sent, at the tick that leaves it. */
  async function leavingAfter(fault: Fault) {
    const store = memory();
    const faulty = faultyPaper(world, { store }, (call, n) =>
      call === 'place' && n === 2 ? fault : undefined,
    );
    await expect(replay(faulty, world)).rejects.toThrow(NoAnswer);
    const paper = faultyPaper(world, { store }, () => undefined);
    await decide(paper, hours(12));
    return { store, paper };
  }

  it('that never arrived is given up, and the position sold in the same run', async () => {
    const { store, paper } = await leavingAfter('lost');
    expect(await orders(store, 'stop')).toMatchObject([{ state: 'EXPIRED', there: undefined }]);
    expect(await orders(store, 'exit')).toMatchObject([{ state: 'OPEN', there: 'open' }]);
    expect(paper.counts).toMatchObject({ place: 1, cancel: 0 });
    await expectProtected(store, world);
  });

  it('that arrived unheard is cancelled first', async () => {
    const { store, paper } = await leavingAfter('unheard');
    expect(await orders(store, 'stop')).toMatchObject([{ state: 'CANCELLED', there: 'cancelled' }]);
    expect(paper.counts).toMatchObject({ place: 1, cancel: 1 });
    await expectProtected(store, world);
  });

  it.each(['lost', 'unheard'] as const)(
    'is cancelled by the next run when the cancel has no answer: %s',
    async (fault) => {
      const store = memory();
      const faulty = faultyPaper(world, { store }, (call) => (call === 'cancel' ? fault : undefined));
      await expect(replay(faulty, world)).rejects.toThrow(NoAnswer);
      expect(await orders(store, 'stop')).toMatchObject([{ state: 'OPEN' }]);
      expect(await orders(store, 'exit')).toEqual([]);
      await look(paperOf(world, { store }), hours(12));
      expect(await orders(store, 'stop')).toMatchObject([{ state: 'CANCELLED', there: 'cancelled' }]);
      expect(await orders(store, 'exit')).toMatchObject([{ state: 'OPEN', there: 'open' }]);
    },
  );

  it('that was never sent, of a position that closed meanwhile, expires: nothing is sold that is not held', async () => {
    const store = memory();
    const paper = paperOf(world, { store });
    await replay(paper, world);
    const id = '00000000-0000-8000-8000-000000000000';
    const intent = { clientOrderId: id, symbol: 'BTC/USD', purpose: 'stop', number: 1 } as const;
    const at = { tickMs: entryTick, decidedMs: entryTick, quantity: unitsOf('1') };
    const body = bodyOf(newOrder({ ...intent, ...at }, { triggerPrice: unitsOf('90') }));
    const key = { pk: `ACCOUNT#${world.account}`, sk: `ORDER#${id}` };
    await store.transact([{ kind: 'put', ...key, expect: 'absent', body }]);
    await look(paper, world.toMs);
    expect(await store.get(key)).toBeUndefined();
    expect(await orders(store, 'stop')).toContainEqual(
      expect.objectContaining({ state: 'EXPIRED', refusal: 'nothing is held any more', there: undefined }),
    );
  });
});
