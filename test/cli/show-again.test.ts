import { afterEach, expect, it, vi } from 'vitest';
import type { Opened } from '../../cli/accounts.ts';
import { orders } from '../../cli/show-orders.ts';
import { performance } from '../../cli/show-performance.ts';
import { positions } from '../../cli/show-positions.ts';
import { type Show, type Shown, showTable } from '../../cli/show-rows.ts';
import { sqliteStateStore } from '../../shared/adapters/sqlite/state-store.ts';
import { replay } from '../../shared/app/replay.ts';
import { readResults } from '../../shared/app/results.ts';
import { type Candles, sliceCandles } from '../../shared/core/market/candles.ts';
import { DAY_MS, HOUR_MS } from '../../shared/core/market/timeframes.ts';
import type { StateStore } from '../../shared/ports/state-store.ts';
import { rowsOfCsv } from '../helpers/csv.ts';
import { replayUntil } from '../helpers/halt.ts';
import { paperOf, scriptedWorld } from '../helpers/world.ts';

/** Bought at hour 4 and sold at hour 12, flat at hour 16; bought at hour 20, sold at hour 28. */
const world = scriptedWorld(
  {
    'BTC/USD': `
      100 101 99 100 turtle:long
      100 101 99 100
      100 101 99 102 turtle:exit
      102 103 101 102
      102 103 101 102 turtle:long
      102 103 101 102
      102 103 101 104 turtle:exit
      104 105 103 104
      104 105 103 104`,
  },
  { lookbackRows: 20 },
);
/** So many candles in which nothing happens. */
const steady = (count: number) => `${'\n100 101 99 100'.repeat(count)}\n`;

const { account, fromMs, toMs } = world;
const span = { fromMs, toMs };

afterEach(() => vi.restoreAllMocks());

type Begin = (shown: Shown) => Show;
const showing: Readonly<Record<string, Begin>> = {
  performance: performance.open,
  positions: (shown) => showTable('positions', positions, shown),
  orders: (shown) => showTable('orders', orders, shown),
};

/** What was read of the history, by the sort key of each item and as often as it was read, and of candles. */
interface Reads {
  readonly keys: string[];
  candles: number;
}

function spied(store: StateStore, reads: Reads): Opened {
  const exec = world.data.symbols.get('BTC/USD')?.exec;
  const read = async (_: string, __: string, within = span): Promise<Candles> => {
    reads.candles++;
    if (exec === undefined) throw new Error('no candles');
    const rows = exec.openMs.filter((ms) => ms >= within.fromMs && ms < within.toMs);
    const first = exec.openMs.indexOf(rows[0] ?? 0);
    return sliceCandles(exec, first, first + rows.length);
  };
  return {
    workspace: { config: world.config, instances: world.instances },
    account,
    environment: null,
    candlesOf: async () => ({ read }),
    store: {
      ...store,
      query: async (pk, options) => {
        const items = await store.query(pk, options);
        if (pk.startsWith('HISTORY#')) reads.keys.push(...items.map(({ sk }) => sk));
        return items;
      },
    },
  };
}

/** Gives what is printed from now on. */
function listened(): () => string {
  let said = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    said += String(chunk);
    return true;
  });
  return () => said;
}

/** Shows an account at an hour, by default when it is flat after its first position, and again after its second. */
async function shownTwice(name: string, format: Shown['format'], hour = 16) {
  const store = sqliteStateStore({ file: ':memory:', durability: 'relaxed' });
  await replayUntil(paperOf(world, { store }), world, 'TICK', fromMs + hour * HOUR_MS);
  const reads: Reads = { keys: [], candles: 0 };
  const said = listened();
  const options = { follow: true, data: '' };
  const show = showing[name]?.({ opened: spied(store, reads), options, format });
  await show?.(span, true);
  const first = said();
  await replay(paperOf(world, { store }), world);
  await show?.(span, false);
  await show?.(span, false);
  const kept = await readResults(store, account, span);
  return { first, said: said(), reads, kept };
}

const readTwice = (keys: readonly string[]) => keys.filter((key, at) => keys.indexOf(key) !== at);

it('the performance is shown again with what has come since, of which nothing else is read', async () => {
  const { said, reads, kept } = await shownTwice('performance', 'lines');
  const told = said
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(told.map(({ closed }) => closed)).toEqual([1, 2]);
  expect(told[1]).toMatchObject({ marks: kept.marks.length, performance: [{ positions: 2 }] });
  expect(told[1].buyAndHold.totalReturn).toBeGreaterThan(0.03);
  const marks = reads.keys.filter((key) => key.startsWith('MARK#'));
  expect(marks).toHaveLength(kept.marks.length);
  const closed = reads.keys.filter((key) => key.startsWith('POSITION#'));
  expect(new Set(closed).size).toBe(2);
  // The first one is settled at the second look, and both are at the third.
  expect(readTwice(closed)).toEqual([]);
  // Once at the first look, once at the second, and not at the third, which finds the same 4h candles.
  expect(reads.candles).toBe(2);
});

it('as CSV it has its header once', async () => {
  const { first, said } = await shownTwice('performance', 'csv');
  expect(said.match(/^figure,value\r$/gm)).toHaveLength(1);
  const figures = rowsOfCsv(said).map((row) => row['figure']);
  expect(figures.filter((figure) => figure === 'totalReturn')).toHaveLength(2);
  expect(said.length).toBeGreaterThan(first.length);
});

it.each(['orders', 'positions'])('%s that have ended are not read again', async (name) => {
  const { said, reads } = await shownTwice(name, 'lines');
  expect(readTwice(reads.keys)).toEqual([]);
  const rows = said
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const states = rows.map((row) => `${row.purpose ?? 'position'} ${row.state}`).sort();
  const wanted = {
    orders: ['entry FILLED', 'exit FILLED', 'stop CANCELLED'],
    positions: ['position closed'],
  }[name];
  expect(states).toEqual([...(wanted ?? []), ...(wanted ?? [])].sort());
});

it('a stop and a position that were open at the last look are found as they ended', async () => {
  for (const [name, ended] of [
    ['orders', /"purpose":"stop".*"state":"CANCELLED"/],
    ['positions', /"state":"closed"/],
  ] as const) {
    const { first, said } = await shownTwice(name, 'lines', 8);
    expect(first).not.toMatch(ended);
    expect(
      said
        .slice(first.length)
        .split('\n')
        .filter((line) => ended.test(line)),
    ).toHaveLength(2);
  }
});

it('what is bought or sold at the open of 00:00 is of the days that begin there', async () => {
  const store = sqliteStateStore({ file: ':memory:', durability: 'relaxed' });
  const midnight = scriptedWorld(
    {
      'BTC/USD': `100 101 99 100 turtle:long ${steady(4)} 100 101 99 100 turtle:exit ${steady(3)}`,
      'ETH/USD': `${steady(5)} 100 101 99 100 turtle:long ${steady(3)}`,
    },
    { lookbackRows: 20 },
  );
  await replay(paperOf(midnight, { store }), midnight);
  const meetMs = fromMs + DAY_MS;
  expect((await readResults(store, account, midnight)).closed.map(({ exitMs }) => exitMs)).toEqual([meetMs]);
  const figures = [];
  for (const days of [
    { fromMs, toMs: meetMs },
    { fromMs: meetMs, toMs: midnight.toMs },
  ]) {
    const said = listened();
    const opened = spied(store, { keys: [], candles: 0 });
    await performance.open({ opened, options: { data: '' }, format: 'lines' })(days, true);
    figures.push(JSON.parse(said()));
  }
  // The mark of 00:00 has it still: its last candle brought nothing, its sale costs something on the next day.
  expect(figures).toMatchObject([
    { closed: 0, open: 0, marks: 5 },
    { closed: 1, open: 1, losses: 1, marks: 3 },
  ]);
});

it('positions on the screen come again as a whole', async () => {
  const { first, said } = await shownTwice('positions', 'screen');
  const rowsIn = (text: string) => text.split('\n').filter((line) => line.startsWith('BTC/USD')).length;
  expect([rowsIn(first), rowsIn(said)]).toEqual([1, 3]);
});
