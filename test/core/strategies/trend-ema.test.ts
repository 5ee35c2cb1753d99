import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { atr } from '../../../shared/core/indicators/atr.ts';
import { ema } from '../../../shared/core/indicators/ema.ts';
import type { Candles } from '../../../shared/core/market/candles.ts';
import { trendEma } from '../../../shared/core/strategies/trend-ema.ts';
import { closesOf, walk } from '../../helpers/candles.ts';
import { indexesOf } from '../../helpers/signals.ts';

// The fast average moves half way to each close (weight 2/4), the slow one a quarter (2/8).
// Average true ranges of one candle are its true range; each candle reaches 1 above and below its close.
const small = { fast: 3, slow: 7, fresh: 3, range: 1, stop: 1.5, trailRange: 1, trail: 3 };
const flat = [10, 10, 10, 10, 10, 10, 10]; // both averages stand at 10 on the last of these, index 6
const say = (closes: readonly number[], change: Partial<typeof small> = {}) =>
  trendEma.prepare(closesOf([...flat, ...closes]), trendEma.params.parse({ ...small, ...change }));

describe('trend_ema', () => {
  // Index 7: fast 12 crosses slow 11; index 8: 13 and 11.75; index 9: 13.5 and 12.31; index 10: 13.75 and 12.73.
  it('votes on the candle of the cross and the next two, not on the third', () => {
    expect(indexesOf(say([14, 14, 14, 14]).vote, 1)).toEqual([7, 8, 9]);
  });

  // Index 9 closes at 13, where fast is: (13 + 13) / 2. Index 10 closes above it, but is the third after the cross.
  it('does not vote when the close is not above the fast average', () => {
    expect(indexesOf(say([14, 14, 13, 16]).vote, 1)).toEqual([7, 8]);
  });

  it('never votes short', () => {
    expect(indexesOf(say([14, 14, 14, 4, 4, 4, 20, 1, 1, 1]).vote, -1)).toEqual([]);
  });

  // Index 10 closes at 4: fast (13.5 + 4) / 2 = 8.75, slow 12.31 − (12.31 − 4) / 4 = 10.23; fast stays below after it.
  it('exits on the candle on which fast crosses below slow, and on no other', () => {
    expect(indexesOf(say([14, 14, 14, 4, 4, 4]).exit, 1)).toEqual([10]);
  });

  // Index 8: fast (12 + 9) / 2 = 10.5 and slow 11 − 2 / 4 = 10.5. Index 9: 10.75 and 10.625, index 10: 11.375 and 10.97.
  it('exits where fast only meets slow, and counts a cross from there anew', () => {
    const { vote, exit } = say([14, 9, 11, 12, 12, 12]);
    expect(indexesOf(exit, 1)).toEqual([8]);
    expect(indexesOf(vote, 1)).toEqual([7, 9, 10, 11]);
  });

  // Index 8: fast (12 + 9.01) / 2 = 10.505, slow 11 − 1.99 / 4 = 10.5025: still above, but the close is not.
  it('does not exit where fast stays a little above slow', () => {
    const { vote, exit } = say([14, 9.01]);
    expect(indexesOf(exit, 1)).toEqual([]);
    expect(indexesOf(vote, 1)).toEqual([7]);
  });

  // Index 7 reaches from the close before it, 10, to 15: a true range of 5.
  it('puts the stop below the close and hangs the trail from the highest high', () => {
    const { stop, trail } = say([14]);
    expect(stop[7]).toBe(14 - 1.5 * 5);
    expect(trail?.[7]).toBe(15 - 3 * 5);
  });

  // 15 − 0.2 × 5 = 14 is the close itself; 15 − 0.21 × 5 = 13.95 lies below it.
  it('does not vote where the trail is not below the close', () => {
    expect(indexesOf(say([14], { trail: 0.2 }).vote, 1)).toEqual([]);
    expect(indexesOf(say([14], { trail: 0.21 }).vote, 1)).toEqual([7]);
  });

  it('gives each column from its own first candle, and votes when it has all of them', () => {
    const { vote, exit, stop, trail } = say([14, 14, 14, 4], { range: 9, trailRange: 2 });
    expect(stop.findIndex(Number.isFinite)).toBe(9);
    expect(trail?.findIndex(Number.isFinite)).toBe(2);
    expect(indexesOf(vote, 1)).toEqual([9]);
    expect(indexesOf(exit, 1)).toEqual([10]);
  });

  it('never exits in a flat market, whatever the price', () => {
    for (const price of [97.3, 0.1, 1e6 / 3]) {
      const { exit } = trendEma.prepare(closesOf(new Array(80).fill(price), 0), trendEma.params.parse({}));
      expect(indexesOf(exit, 1), `${price}`).toEqual([]);
    }
  });

  it('can vote on the first candle after its warm-up', () => {
    expect(trendEma.warmup(trendEma.params.parse(small), '4h')).toBe(7);
    expect(trendEma.warmup(trendEma.params.parse({ ...small, range: 8 }), '4h')).toBe(8);
    expect(trendEma.warmup(trendEma.params.parse({ ...small, trailRange: 9 }), '4h')).toBe(9);
    expect(indexesOf(say([14]).vote, 1)).toEqual([7]);
  });

  it('refuses a fast average that is not the shorter one', () => {
    const result = trendEma.params.safeParse({ fast: 50, slow: 50 });
    expect(result.error?.issues[0]?.message).toBe('fast must be shorter than slow');
  });

  it('says with its default parameters what its rules say, candle by candle', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const candles = walk(seed, 250);
        const said = trendEma.prepare(candles, trendEma.params.parse({}));
        expect(said).toEqual(byTheRules(candles));
      }),
      { numRuns: 30 },
    );
  });
});

/** The rules as they are written, each candle by itself; the window of the high is looked through anew. */
function byTheRules({ high, low, close }: Candles) {
  const at = (line: Float64Array, i: number) => line[i] ?? Number.NaN;
  const fast = ema(close, 20);
  const slow = ema(close, 50);
  const stopRange = atr(high, low, close, 14);
  const trailRange = atr(high, low, close, 22);
  const isAbove = (i: number) => at(fast, i) > at(slow, i);
  const isNotAbove = (i: number) => at(fast, i) <= at(slow, i);
  const crossesAbove = (i: number) => isNotAbove(i - 1) && isAbove(i);
  const stop = (i: number) => at(close, i) - 1.5 * at(stopRange, i);
  const trail = (i: number) => Math.max(...high.subarray(i - 21, i + 1)) - 3 * at(trailRange, i);
  const votes = (i: number) =>
    [i, i - 1, i - 2].some(crossesAbove) &&
    isAbove(i) &&
    at(close, i) > at(fast, i) &&
    stop(i) < at(close, i) &&
    trail(i) < at(close, i);
  return {
    vote: Int8Array.from(close, (_, i) => (votes(i) ? 1 : 0)),
    exit: Uint8Array.from(close, (_, i) => (isAbove(i - 1) && isNotAbove(i) ? 1 : 0)),
    stop: close.map((_, i) => stop(i)),
    trail: close.map((_, i) => trail(i)),
  };
}
