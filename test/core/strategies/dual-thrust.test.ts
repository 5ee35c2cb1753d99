import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Candles } from '../../../shared/core/market/candles.ts';
import { DAY_MS, HOUR_MS } from '../../../shared/core/market/timeframes.ts';
import { dualThrust } from '../../../shared/core/strategies/dual-thrust.ts';
import { closesOf, walk } from '../../helpers/candles.ts';
import { indexesOf } from '../../helpers/signals.ts';

// Days of six candles of 4h, each reaching 1 above and below its close. Two days close at 10 and 12 with a high of 15 and
// a low of 9: 15 − 10 = 5 is the longer way, and half of it about a day's open of 12 are lines of 14.5 and 9.5.
const small = { days: 2, share: 0.5, reward: 2 };
const before = [10, 14, 10, 10, 10, 10, 12, 12, 12, 12, 12, 12];
const ask = (candles: Candles, change: Partial<typeof small> = {}) =>
  dualThrust.prepare(candles, dualThrust.params.parse({ ...small, ...change }));

/** The two days, then days that open at 12 and close their candles so. */
function days(...closes: readonly (readonly number[])[]): Candles {
  const candles = closesOf([...before, ...closes.flat()]);
  for (let i = 12; i < candles.open.length; i += 6) candles.open[i] = 12;
  return candles;
}

describe('dual_thrust', () => {
  it('votes on the first candle of the day that closes above the upper line, not where it meets it', () => {
    expect(indexesOf(ask(days([14, 14.5, 14.6, 14.7, 14, 14.6])).vote, 1)).toEqual([14]);
    expect(indexesOf(ask(days([14, 14.5, 14.5, 14, 14, 14])).vote, 1)).toEqual([]);
  });

  it('votes short on the first candle of the day that closes below the lower line, not where it meets it', () => {
    expect(indexesOf(ask(days([10, 9.5, 9.4, 9.3, 10, 9.4])).vote, -1)).toEqual([14]);
    expect(indexesOf(ask(days([10, 9.5, 9.5, 10, 10, 10])).vote, -1)).toEqual([]);
  });

  it('votes to both sides on a day that goes to both', () => {
    const { vote } = ask(days([15, 9, 15, 9, 15, 9]));
    expect([...vote.subarray(12)]).toEqual([1, -1, 0, 0, 0, 0]);
  });

  // The third day closes at 15; its high of 16 and the lowest close of 12 about 12: lines of 14 and 10 at least.
  it('votes anew on the first candle of the next day', () => {
    const { vote } = ask(days([12, 12, 12, 12, 12, 15], [20, 20, 20, 20, 20, 20]));
    expect(indexesOf(vote, 1)).toEqual([17, 18]);
    const under = ask(days([12, 12, 12, 12, 12, 9], [2, 2, 2, 2, 2, 2]));
    expect(indexesOf(under.vote, -1)).toEqual([17, 18]);
  });

  it('exits on every candle that closes below the lower line, not where it meets it', () => {
    expect(indexesOf(ask(days([10, 9.5, 9.4, 9.3, 10, 9.4])).exit, 1)).toEqual([14, 15, 17]);
  });

  // A share of 0.6 of 5: 15 and 9.
  it('draws its lines at its share of the range', () => {
    expect(indexesOf(ask(days([14, 15, 15.1, 9, 8.9, 9]), { share: 0.6 }).vote, 1)).toEqual([14]);
    expect(indexesOf(ask(days([14, 15, 15.1, 9, 8.9, 9]), { share: 0.6 }).vote, -1)).toEqual([16]);
  });

  it('puts the stop at the open of the day and the target twice as far above the close', () => {
    const { stop, target } = ask(days([14, 15, 16, 14, 14, 14]));
    expect([...stop.subarray(12)]).toEqual(Array(6).fill(12));
    expect([...(target?.subarray(13, 15) ?? [])]).toEqual([15 + 2 * 3, 16 + 2 * 4]);
    expect([stop[0], stop[6]]).toEqual([10, 12]);
  });

  // All opens an hour later: there is no candle at midnight, and no whole day.
  it('says nothing without a candle at midnight', () => {
    const candles = days([14, 15, 16, 9, 9, 9]);
    const { vote, exit, stop } = ask({ ...candles, openMs: candles.openMs.map((ms) => ms + HOUR_MS) });
    expect(new Set([...vote, ...exit])).toEqual(new Set([0]));
    expect(stop.every(Number.isNaN)).toBe(true);
  });

  it('says nothing in a flat market, whatever the price', () => {
    for (const price of [97.3, 0.1, 1e6 / 3]) {
      const { vote, exit } = ask(closesOf(new Array(60).fill(price), 0), { days: 4 });
      expect(new Set([...vote, ...exit]), `${price}`).toEqual(new Set([0]));
    }
  });

  it('can vote on the first candle after its warm-up', () => {
    const params = dualThrust.params.parse(small);
    expect([dualThrust.warmup(params, '4h'), dualThrust.warmup(params, '15m')]).toEqual([12, 192]);
    expect(indexesOf(ask(days([15, 15])).vote, 1)).toEqual([12]);
    expect(indexesOf(ask(days([9, 9])).vote, -1)).toEqual([12]);
  });

  it('looks back on its days and the whole of today', () => {
    const rows = (['4h', '1h', '15m', '5m'] as const).map((timeframe) =>
      dualThrust.lookback?.(dualThrust.params.parse({}), timeframe),
    );
    expect(rows).toEqual([30, 120, 480, 1440]);
  });

  it('means nothing on candles longer than 4h', () => {
    expect(dualThrust.longest).toBe('4h');
  });

  it('says with its default parameters what its rules say, candle by candle', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const candles = walk(seed, 250, { gaps: 0.05 });
        expect(dualThrust.prepare(candles, dualThrust.params.parse({}))).toEqual(byTheRules(candles));
      }),
      { numRuns: 30 },
    );
  });
});

/** The rules as they are written, each candle by itself; each day is looked up anew. All days of a walk are whole. */
function byTheRules({ openMs, open, high, low, close }: Candles) {
  const at = (line: Float64Array, i: number) => line[i] ?? Number.NaN;
  const dayOf = (i: number) => Math.floor(at(openMs, i) / DAY_MS);
  const rowsOf = (day: number) => [...close.keys()].filter((i) => dayOf(i) === day);
  const bandsOf = (day: number) => {
    const four = [1, 2, 3, 4].map((ago) => rowsOf(day - ago));
    if (four.some((rows) => rows.length === 0)) return { upper: Number.NaN, lower: Number.NaN };
    const closes = four.map((rows) => at(close, rows.at(-1) ?? Number.NaN));
    const up = Math.max(...four.flat().map((i) => at(high, i))) - Math.min(...closes);
    const down = Math.max(...closes) - Math.min(...four.flat().map((i) => at(low, i)));
    const first = at(open, rowsOf(day)[0] ?? Number.NaN);
    return { upper: first + 0.5 * Math.max(up, down), lower: first - 0.5 * Math.max(up, down) };
  };
  const bands = new Map([...new Set([...close.keys()].map(dayOf))].map((day) => [day, bandsOf(day)]));
  const isOver = (i: number) => at(close, i) > (bands.get(dayOf(i))?.upper ?? Number.NaN);
  const isUnder = (i: number) => at(close, i) < (bands.get(dayOf(i))?.lower ?? Number.NaN);
  const isFirst = (i: number, holds: (i: number) => boolean) => rowsOf(dayOf(i)).find(holds) === i;
  const voteAt = (i: number) => {
    if (isFirst(i, isOver)) return 1;
    return isFirst(i, isUnder) ? -1 : 0;
  };
  const stop = close.map((_, i) => at(open, i - (i % 6)));
  return {
    vote: Int8Array.from(close, (_, i) => voteAt(i)),
    exit: Uint8Array.from(close, (_, i) => (isUnder(i) ? 1 : 0)),
    stop,
    target: close.map((price, i) => price + 2 * (price - at(stop, i))),
  };
}
