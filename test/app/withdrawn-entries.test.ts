import { describe, expect, it } from 'vitest';
import { sqliteStateStore } from '../../shared/adapters/sqlite/state-store.ts';
import { analystOf } from '../../shared/app/analysis.ts';
import { replay } from '../../shared/app/replay.ts';
import { readResults } from '../../shared/app/results.ts';
import { tick } from '../../shared/app/tick.ts';
import { watch } from '../../shared/app/watch.ts';
import { textOf, unitsOf } from '../../shared/core/decimal.ts';
import type { StateStore } from '../../shared/ports/state-store.ts';
import { expectBooksToAgree, expectProtected } from '../helpers/account-state.ts';
import { type Fault, faultyPaper, NoAnswer } from '../helpers/faulty.ts';
import { replayUntil } from '../helpers/halt.ts';
import { operatorOf, outcomesOf, outrun, puts, waitingOf } from '../helpers/operator.ts';
import { sent } from '../helpers/paper-orders.ts';
import { paperOf, scriptedWorld, WALL_MS } from '../helpers/world.ts';

/** BTC is bought at the first tick after the start, and held. */
const world = scriptedWorld(
  {
    'BTC/USD': `
      100 101 99 100 turtle:long
      100 101 99 100
      100 101 99 100
      100 101 99 100`,
  },
  { lookbackRows: 20 },
);
const { account } = world;
const entryTick = world.fromMs + 4 * 3_600_000;

type Operator = ReturnType<typeof operatorOf>;

const wishes = {
  halt: (ann: Operator) => ann.halt(false),
  'halt --flatten': (ann: Operator) => ann.halt(true),
  close: (ann: Operator) => ann.want({ kind: 'close', symbol: 'BTC/USD' }),
};
const names = ['halt', 'halt --flatten', 'close'] as const;

/** Decides the entry; its sending meets a fault, or the process ends before it. */
async function decidedWith(fault: Fault | 'the end') {
  const store = sqliteStateStore({ file: ':memory:', durability: 'relaxed' });
  await replayUntil(paperOf(world, { store }), world, 'TICK', world.fromMs);
  const ended = outrun(store, puts(/ ORDER#/, { state: 'SENDING' }), {
    write: () => Promise.reject(new NoAnswer('the end')),
  });
  const { trader } =
    fault === 'the end'
      ? paperOf(world, { store: ended })
      : faultyPaper(world, { store }, (call) => (call === 'place' ? fault : undefined));
  const run = tick(trader, { analyst: analystOf(trader), atMs: entryTick, isMissed: false });
  if (fault === undefined) await run;
  else await expect(run).rejects.toThrow(NoAnswer);
  return { store, ann: operatorOf(store, account) };
}

/** A watch so long after the mark of the entry, at an exchange whose answers may be under way or are there at once. */
function look(store: StateStore, { afterMs = 0, answersAtOnce = true } = {}) {
  const { trader } = paperOf(world, { store, wallMs: () => WALL_MS + afterMs });
  const exchange = { ...trader.exchange, answersAtOnce };
  const late = { ...trader, exchange };
  return watch(late, { analyst: analystOf(late), atMs: entryTick, isCandleClosed: false });
}

/** The entry as it is stored or ended, and whether it lies at the exchange. */
async function entry(store: StateStore) {
  const live = await store.query(`ACCOUNT#${account}`, { prefix: 'ORDER#' });
  const ended = await store.query(`HISTORY#${account}#2024-01`, { prefix: 'ORDER#' });
  const placed = await store.query(`PAPER#${account}`, { prefix: 'OPEN#' });
  const own = [...live, ...ended].map(({ body }) => body).filter(({ purpose }) => purpose === 'entry');
  return own.map(({ state, refusal }) => ({ state, refusal, isThere: placed.length > 0 }));
}

describe.each(names)('%s withdraws an entry', (name) => {
  it.each([
    ['that was not sent', 'the end', { state: 'EXPIRED', refusal: 'withdrawn' }],
    ['that never arrived', 'lost', { state: 'EXPIRED', refusal: 'withdrawn' }],
    ['that arrived unheard', 'unheard', { state: 'CANCELLED', refusal: null }],
    ['that lies at the exchange', undefined, { state: 'CANCELLED', refusal: null }],
  ] as const)('%s: nothing is bought', async (_, fault, end) => {
    const { store, ann } = await decidedWith(fault);
    await wishes[name](ann);
    await look(store);
    expect(await entry(store)).toEqual([{ ...end, isThere: false }]);
    expect(await waitingOf(store, account)).toBe(0);
    await replay(paperOf(world, { store }), world);
    const { fills, open, cash } = await readResults(store, account, world);
    expect([fills, open, cash]).toEqual([[], [], 10_000n * 10n ** 18n]);
    expect(await outcomesOf(store, account)).toHaveLength(1);
  });

  it('that may still arrive once it cannot any more, and until then the wish waits', async () => {
    const { store, ann } = await decidedWith('lost');
    await wishes[name](ann);
    for (const [afterMs, state, waiting] of [
      [0, 'SENDING', 1],
      [14_999, 'SENDING', 1],
      // Absent once; the next watch looks again.
      [15_000, 'SENDING', 1],
      [75_000, 'EXPIRED', 0],
    ] as const) {
      await look(store, { afterMs, answersAtOnce: false });
      expect([afterMs, await waitingOf(store, account)]).toEqual([afterMs, waiting]);
      expect(await entry(store)).toMatchObject([{ state, isThere: false }]);
    }
    expect(await outcomesOf(store, account)).toHaveLength(1);
  });

  it('that arrives after the wish: it is cancelled there', async () => {
    const { store, ann } = await decidedWith('lost');
    await wishes[name](ann);
    await look(store, { answersAtOnce: false });
    const { trader } = paperOf(world, { store });
    const [item] = await store.query(`ACCOUNT#${account}`, { prefix: 'ORDER#' });
    const clientOrderId = String(item?.body['clientOrderId']);
    const late = { clientOrderId, symbol: 'BTC/USD', side: 'buy', kind: 'market', isEntry: true } as const;
    await trader.exchange.place({ ...late, quantity: textOf(unitsOf('1')) }, sent(entryTick));
    await look(store, { afterMs: 5000, answersAtOnce: false });
    expect(await entry(store)).toMatchObject([{ state: 'CANCELLED', isThere: false }]);
    expect(await waitingOf(store, account)).toBe(0);
  });
});

describe('an entry that filled before it could be withdrawn', () => {
  async function filled(name: (typeof names)[number]) {
    const store = sqliteStateStore({ file: ':memory:', durability: 'relaxed' });
    await replayUntil(paperOf(world, { store }), world, 'OPEN', entryTick);
    await wishes[name](operatorOf(store, account));
    await look(store);
    await expectProtected(store, world);
    await replay(paperOf(world, { store }), world);
    await expectBooksToAgree(store, world);
    return readResults(store, account, world);
  }

  it('is a position with its stop after a halt', async () => {
    const { open, fills } = await filled('halt');
    expect(open).toMatchObject([{ exit: null, stop: 96 }]);
    expect(fills).toHaveLength(1);
  });

  it.each(['halt --flatten', 'close'] as const)('is sold at the next open after %s', async (name) => {
    const { closed } = await filled(name);
    expect(closed).toMatchObject([{ exit: { reason: 'MANUAL' }, exitMs: entryTick + 4 * 3_600_000 }]);
  });
});

it('a halt whose cancel has no answer is carried out by the next watch', async () => {
  const { store, ann } = await decidedWith(undefined);
  await ann.halt(false);
  const faulty = faultyPaper(world, { store }, (call) => (call === 'cancel' ? 'unheard' : undefined));
  const { trader } = faulty;
  const run = watch(trader, { analyst: analystOf(trader), atMs: entryTick, isCandleClosed: false });
  expect(await run).toMatchObject({ refused: [expect.any(NoAnswer)] });
  expect(await waitingOf(store, account)).toBe(1);
  await look(store);
  expect(await entry(store)).toMatchObject([{ state: 'CANCELLED', isThere: false }]);
  expect(await outcomesOf(store, account)).toHaveLength(1);
});
