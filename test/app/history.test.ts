import { describe, expect, it } from 'vitest';
import { sqliteStateStore } from '../../shared/adapters/sqlite/state-store.ts';
import { analystOf } from '../../shared/app/analysis.ts';
import { curveReader, equityPages, fillPages, historyPages, unsettledMs } from '../../shared/app/history.ts';
import { replay } from '../../shared/app/replay.ts';
import { readResults, type Span } from '../../shared/app/results.ts';
import { curveSampler } from '../../shared/app/sample-curve.ts';
import { tick } from '../../shared/app/tick.ts';
import { textOf, unitsOf } from '../../shared/core/decimal.ts';
import type { EquityPoint } from '../../shared/core/execution/equity-curve.ts';
import { DAY_MS, HOUR_MS } from '../../shared/core/market/timeframes.ts';
import type { QueryOptions, StateStore } from '../../shared/ports/state-store.ts';
import { replayUntil } from '../helpers/halt.ts';
import { makeAccountIn } from '../helpers/made-account.ts';
import { operatorOf } from '../helpers/operator.ts';
import { paperOf, scriptedWorld } from '../helpers/world.ts';

/** Bought at hour 4 at 100 and held; the close falls from 100 to 98 and rises to 104. */
const world = scriptedWorld(
  {
    'BTC/USD': `
      100 101 99 100 turtle:long
      100 101 99 100
      100 101 97 98
      98 105 98 104
      104 105 103 104`,
  },
  { lookbackRows: 20 },
);
const { account, fromMs } = world;
const hours = (n: number) => fromMs + n * HOUR_MS;
const memory = () => sqliteStateStore({ file: ':memory:', durability: 'relaxed' });

async function pointsOf(store: StateStore, toMs = world.toMs): Promise<readonly EquityPoint[]> {
  const points: EquityPoint[] = [];
  const reader = await curveReader(store, account);
  for await (const page of equityPages(store, reader, toMs)) points.push(...page);
  return points;
}

describe('the equity curve of an account', () => {
  it('is that of its marks', async () => {
    const store = memory();
    await replay(paperOf(world, { store }), world);
    const { marks } = await readResults(store, account, world);
    const points = await pointsOf(store);
    expect(points.map(({ atMs, equity, cash }) => ({ atMs, equity, cash }))).toEqual(marks);
    for (const { equity, growth, flow } of points) {
      expect(growth).toBeCloseTo(Number(textOf(equity)) / 10_000, 12);
      expect(flow).toBe(0n);
    }
    expect(Math.min(...points.map(({ drawdown }) => drawdown))).toBeLessThan(-0.001);
  });

  // By the tick of hour 12 after the mark of that instant, or by the watch that ends the candle before it.
  it.each([
    ['after', 'CLOSED', 12],
    ['before', 'RANGE', 12],
  ] as const)('has no gain from capital that was added just %s a mark', async (when, kind, hour) => {
    const [store, plain] = [memory(), memory()];
    await replay(paperOf(world, { store: plain }), world);
    await replayUntil(paperOf(world, { store }), world, kind, hours(hour));
    await operatorOf(store, account).want({ kind: 'capital', amount: unitsOf('5000') });
    const paper = paperOf(world, { store });
    if (when === 'after')
      await tick(paper.trader, { analyst: analystOf(paper.trader), atMs: hours(12), isMissed: false });
    await replay(paper, world);
    const [points, alone] = [await pointsOf(store), await pointsOf(plain)];
    const flows = points.filter(({ flow }) => flow !== 0n).map(({ atMs, flow }) => [atMs, textOf(flow)]);
    expect(flows).toEqual([[hours(when === 'after' ? 16 : 12), '5000']]);
    // What is held gains the same USD on half as much again: the factor of each step is that of money, not of flows.
    for (const [i, point] of points.entries()) {
      const [before, other] = [points[i - 1], alone[i]];
      const gain = point.equity - point.flow - (before?.equity ?? unitsOf('10000'));
      expect(textOf(gain)).toBe(textOf((other?.equity ?? 0n) - (alone[i - 1]?.equity ?? unitsOf('10000'))));
      const base = Number(textOf((before?.equity ?? unitsOf('10000')) + point.flow));
      expect(point.growth / (before?.growth ?? 1)).toBeCloseTo(1 + Number(textOf(gain)) / base, 12);
    }
  });

  it('goes on where it stopped, with the same points as in one go', async () => {
    const store = memory();
    await replay(paperOf(world, { store }), world);
    const reader = await curveReader(store, account);
    const points: EquityPoint[] = [];
    for (const toMs of [hours(8), hours(8), hours(13), world.toMs])
      for await (const page of equityPages(store, reader, toMs)) points.push(...page);
    expect(points).toEqual(await pointsOf(store));
  });
});

/** A curve from one instant to another, on a grid of 4h. */
async function sampleOf(store: StateStore, { fromMs: beginMs, toMs }: Span) {
  const sample = await curveSampler(store, account, { fromMs: beginMs, stepMs: 4 * HOUR_MS });
  return sample({ toMs, movedToMs: toMs });
}

const made = {
  account,
  createdMs: Date.UTC(2024, 0, 31, 1),
  lastTickMs: Date.UTC(2024, 2, 1, 12),
  capital: '100',
  marks: [
    [Date.UTC(2024, 0, 31, 9), '110', '60'],
    [Date.UTC(2024, 0, 31, 10), '90', '90'],
    [Date.UTC(2024, 2, 1, 3), '99', '0'],
  ],
} as const;

describe('an equity curve on a grid of 4h', () => {
  it('has the last mark at or before each point, and the newest at the end', async () => {
    const store = memory();
    await makeAccountIn(store, made);
    const found = await sampleOf(store, { fromMs: made.createdMs, toMs: made.lastTickMs });
    // From 00:00, before it began, to 12:00 on the first of March: 30.5 days of six steps.
    expect(found.firstMs).toBe(Date.UTC(2024, 0, 31));
    expect(found.growth).toHaveLength(30.5 * 6 + 1);
    // At 8:00 nothing had happened; the mark of 9:00 is over by 12:00; the first of March has 99 from 4:00 on.
    const [fallen, risen] = [expect.closeTo(0.9, 12), expect.closeTo(0.99, 12)];
    const shown = [0, 2, 3, -4, -3, -1].map((i) => found.growth.at(i));
    expect(shown).toEqual([1, 1, fallen, fallen, risen, risen]);
    expect(found.invested.at(-1)).toBe(1);
    expect(Array.from(found.marked.growth)).toEqual([1, expect.closeTo(1.1, 12), fallen, risen]);
    expect([found.marks, textOf(found.first), textOf(found.last)]).toEqual([3, '100', '99']);
  });

  it('begins within a span with what there was then, and reaches past its last point to the newest mark', async () => {
    const store = memory();
    await makeAccountIn(store, made);
    const found = await sampleOf(store, { fromMs: Date.UTC(2024, 1, 1), toMs: Date.UTC(2024, 2, 1, 3) });
    expect([found.marks, textOf(found.first), textOf(found.last)]).toEqual([1, '90', '99']);
    expect([found.growth[0], found.growth.at(-2)]).toEqual([1, 1]);
    expect(found.growth.at(-1)).toBeCloseTo(1.1, 12);
  });
});

it('an equity curve of a span begins with the mark at its very beginning', async () => {
  const store = memory();
  const midnight = [Date.UTC(2024, 1, 1), '80', '80'] as const;
  await makeAccountIn(store, { ...made, marks: [midnight, [Date.UTC(2024, 1, 2), '100', '100']] });
  const span = { fromMs: Date.UTC(2024, 1, 1), toMs: Date.UTC(2024, 1, 2) };
  const { marks, first, growth, marked } = await sampleOf(store, span);
  expect([marks, textOf(first), growth[0], growth.at(-1)]).toEqual([1, '80', 1, 1.25]);
  expect(Array.from(marked.growth)).toEqual([1, 1.25]);
});

describe('the history', () => {
  it('is read a month at a time, and only what lies in the span', async () => {
    const store = memory();
    await makeAccountIn(store, made);
    const asked: string[] = [];
    const spied: StateStore = {
      ...store,
      query: (pk: string, options?: QueryOptions) => {
        asked.push(pk);
        return store.query(pk, options);
      },
    };
    const span = { fromMs: Date.UTC(2024, 0, 31, 10), toMs: Date.UTC(2024, 2, 1, 3) };
    const sizes: number[] = [];
    for await (const page of historyPages(spied, account, { ...span, what: 'MARK' })) sizes.push(page.length);
    expect(sizes).toEqual([1, 0, 1]);
    expect(asked).toEqual(['01', '02', '03'].map((month) => `HISTORY#${account}#2024-${month}`));
  });

  it('has the fills of a span in their order, a page for each month', async () => {
    const store = memory();
    await replay(paperOf(world, { store }), world);
    const { fills } = await readResults(store, account, world);
    const found = [];
    let pages = 0;
    for await (const page of fillPages(store, account, { fromMs, toMs: fromMs + 40 * DAY_MS })) {
      pages++;
      found.push(...page.map(({ id: _, ...fill }) => fill));
    }
    expect(found).toEqual(fills);
    expect(pages).toBe(3);
    const none = [];
    for await (const page of fillPages(store, account, { fromMs, toMs: hours(3) })) none.push(...page);
    expect(none).toEqual([]);
  });
});

it('an account is settled before its newest tick, and before what is open began', async () => {
  const settled = (lastTickMs: number | null, decidedMs: readonly number[], entryMs: readonly number[]) => {
    const valued = <Value>(all: readonly Value[]) =>
      new Map(all.map((value, at) => [`${at}`, { value, version: 1 }] as const));
    return unsettledMs({
      head: { value: { createdMs: 10, lastTickMs } },
      orders: valued(decidedMs.map((ms) => ({ decidedMs: ms }))),
      positions: valued(entryMs.map((ms) => ({ entryMs: ms }))),
    });
  };
  expect(settled(null, [], [])).toBe(10);
  expect(settled(90, [], [])).toBe(90);
  expect(settled(90, [90, 50, 70], [])).toBe(50);
  expect(settled(90, [80], [70, 40])).toBe(40);
});
