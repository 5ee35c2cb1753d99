import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sqliteStateStore } from '../../shared/adapters/sqlite/state-store.ts';
import { curveSampler } from '../../shared/app/sample-curve.ts';
import { textOf } from '../../shared/core/decimal.ts';
import { DAY_MS, HOUR_MS } from '../../shared/core/market/timeframes.ts';
import type { StateStore } from '../../shared/ports/state-store.ts';
import { makeAccountIn } from '../helpers/made-account.ts';

const account = 'replay-test';
const createdMs = Date.UTC(2024, 0, 30);
const DAYS = 6;
const toMs = createdMs + DAYS * DAY_MS;
const hours = (n: number) => createdMs + n * HOUR_MS;

/** An account with marks and flows at hours after its beginning; all of a mark is cash. */
async function madeWith(
  marks: readonly (readonly [hour: number, equity: number])[],
  flows: readonly (readonly [hour: number, amount: number])[],
): Promise<StateStore> {
  const store = sqliteStateStore({ file: ':memory:', durability: 'relaxed' });
  await makeAccountIn(store, {
    account,
    createdMs,
    lastTickMs: toMs,
    capital: '1000',
    marks: marks.map(([hour, equity]) => [hours(hour), `${equity}`, `${equity}`] as const),
    flows: flows.map(([hour, amount]) => [hours(hour), `${amount}`] as const),
  });
  return store;
}

async function spanOf(store: StateStore, span: { readonly fromMs: number; readonly toMs: number }) {
  const sample = await curveSampler(store, account, { fromMs: span.fromMs, stepMs: 4 * HOUR_MS });
  const { growth, first, last, flow, marks } = await sample({ toMs: span.toMs, movedToMs: span.toMs });
  return { growth: growth.at(-1) ?? 1, first, last, flow, marks };
}

const hour = fc.integer({ min: 1, max: DAYS * 24 });
const happened = (amount: fc.Arbitrary<number>) =>
  fc
    .uniqueArray(fc.tuple(hour, amount), { selector: ([at]) => at, maxLength: 12 })
    .map((all) => all.toSorted(([a], [b]) => a - b));

describe('spans of an equity curve', () => {
  it('that meet on any day multiply to the whole, and hand on the equity with what was moved', async () => {
    await fc.assert(
      fc.asyncProperty(
        happened(fc.integer({ min: 500, max: 2000 })),
        happened(fc.integer({ min: -40, max: 400 }).filter((amount) => amount !== 0)),
        async (marks, flows) => {
          const store = await madeWith(marks, flows);
          const whole = await spanOf(store, { fromMs: createdMs, toMs });
          expect(textOf(whole.first)).toBe('1000');
          expect(textOf(whole.flow)).toBe(`${flows.reduce((sum, [, amount]) => sum + amount, 0)}`);
          for (let day = 0; day <= DAYS; day++) {
            const meetMs = createdMs + day * DAY_MS;
            const before = await spanOf(store, { fromMs: createdMs, toMs: meetMs });
            const after = await spanOf(store, { fromMs: meetMs, toMs });
            expect(before.growth * after.growth).toBeCloseTo(whole.growth, 9);
            expect([before.first, before.last, after.last]).toEqual([whole.first, after.first, whole.last]);
            expect(before.flow + after.flow).toBe(whole.flow);
            expect(before.marks + after.marks).toBe(whole.marks);
          }
        },
      ),
      { numRuns: 40 },
    );
  });

  it('count capital that was moved while nothing was open where it was moved, not at the next mark', async () => {
    // 1,000 fall to 990; 5,000 come on the fourth day at 00:00; the 5,990 of the sixth become 6,589.
    const flat = await madeWith([[2, 990]], [[72, 5000]]);
    const traded = await madeWith(
      [
        [2, 990],
        [130, 6589],
      ],
      [[72, 5000]],
    );
    const of = async (store: StateStore, fromDay: number, toDay: number) => {
      const span = { fromMs: createdMs + fromDay * DAY_MS, toMs: createdMs + toDay * DAY_MS };
      const { first, last, flow, growth } = await spanOf(store, span);
      return [textOf(first), textOf(last), textOf(flow), Number(growth.toFixed(9))];
    };
    expect(await of(flat, 0, DAYS)).toEqual(['1000', '5990', '5000', 0.99]);
    expect(await of(traded, 0, DAYS)).toEqual(['1000', '6589', '5000', 1.089]);
    // 00:00 of the fourth day is the end of the third, as for a mark.
    expect(await of(traded, 0, 3)).toEqual(['1000', '5990', '5000', 0.99]);
    expect(await of(traded, 3, DAYS)).toEqual(['5990', '6589', '0', 1.1]);
    expect(await of(traded, 4, 5)).toEqual(['5990', '5990', '0', 1]);
    expect(await of(traded, 2, DAYS)).toEqual(['990', '6589', '5000', 1.1]);
  });
});

describe('a curve that is sampled again', () => {
  const marks = Array.from({ length: 100 }, (_, i) => [i + 1, 1000 + 3 * ((i * 7) % 11)] as const);
  const flows = [
    [30, 200],
    [60, -100],
    [110, 50],
  ] as const;

  it('is as one that is sampled once, from whichever day on', async () => {
    const store = await madeWith(marks, flows);
    for (let day = 0; day <= DAYS; day++) {
      const fromMs = createdMs + day * DAY_MS;
      const again = await curveSampler(store, account, { fromMs, stepMs: 4 * HOUR_MS });
      for (let endMs = fromMs; endMs <= toMs; endMs += 7 * HOUR_MS) {
        const once = await curveSampler(store, account, { fromMs, stepMs: 4 * HOUR_MS });
        const until = { toMs: endMs, movedToMs: endMs };
        expect(await again(until)).toEqual(await once(until));
      }
    }
  });

  it('has what was marked meanwhile before the beginning that it waits for', async () => {
    const store = await madeWith(marks, flows);
    const fromMs = hours(48);
    const sample = await curveSampler(store, account, { fromMs, stepMs: 4 * HOUR_MS });
    const query = store.query.bind(store);
    // The marks of the second day are not there yet at the first look.
    store.query = async (pk, options) =>
      (await query(pk, options)).filter(({ body }) => !(Number(body['atMs']) > hours(24)));
    expect((await sample({ toMs: fromMs, movedToMs: fromMs })).first).toBe(
      (await spanOf(store, { fromMs: hours(24), toMs: hours(24) })).first,
    );
    store.query = query;
    const found = await sample({ toMs, movedToMs: toMs });
    const { first, last, flow } = await spanOf(store, { fromMs, toMs });
    expect([found.first, found.last, found.flow]).toEqual([first, last, flow]);
  });
});
