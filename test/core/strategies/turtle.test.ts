import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { atr } from '../../../shared/core/indicators/atr.ts';
import type { Candles } from '../../../shared/core/market/candles.ts';
import { turtle } from '../../../shared/core/strategies/turtle.ts';
import { closesOf, walk } from '../../helpers/candles.ts';
import { indexesOf } from '../../helpers/signals.ts';

// Each candle reaches 1 above and below its close; the average true range of one candle is its true range.
const small = { entry: 3, exit: 2, range: 1, stop: 2 };
const say = (closes: readonly number[], change: Partial<typeof small> = {}) =>
  turtle.prepare(closesOf(closes), turtle.params.parse({ ...small, ...change }));

describe('turtle', () => {
  // Highest highs before: 11 at index 3 (11 meets it, 11.5 is above). In the climb 12 at index 4, 13 at 5, 13.5 at 6.
  it('votes when the close is above the highest high of the candles before, not when it meets it', () => {
    expect(indexesOf(say([10, 10, 10, 11]).vote, 1)).toEqual([]);
    expect(indexesOf(say([10, 10, 10, 11, 12, 12.5, 14]).vote, 1)).toEqual([6]);
    expect(indexesOf(say([10, 10, 10, 11.5]).vote, 1)).toEqual([3]);
  });

  // Lows before index 4 are 9, 9 and, a candle earlier, 6: 8.5 is below the two, not below the three; 9 meets the two.
  it('exits when the close is below the lowest low of the fewer candles before, not when it meets it', () => {
    const { vote, exit } = say([10, 7, 10, 10, 8.5]);
    expect(indexesOf(exit, 1)).toEqual([4]);
    expect(indexesOf(vote, -1)).toEqual([]);
    expect(indexesOf(say([10, 7, 10, 10, 9]).exit, 1)).toEqual([]);
  });

  // Lows: 9, 9, 9, then 7, 5, 3: each close of 8, 6, 4 lies below those before it, 3.5 does not.
  it('exits on every candle on which that holds', () => {
    expect(indexesOf(say([10, 10, 10, 8, 6, 4, 3.5]).exit, 1)).toEqual([3, 4, 5]);
  });

  it('votes short when the close is below the lowest low of the candles before, not when it meets it', () => {
    expect(indexesOf(say([10, 10, 10, 8.5]).vote, -1)).toEqual([3]);
    expect(indexesOf(say([10, 10, 10, 9]).vote, -1)).toEqual([]);
  });

  // The last candle reaches from the close before it, 10, to 12.5.
  it('puts the stop two average true ranges below the close', () => {
    expect(say([10, 10, 10, 11.5]).stop[3]).toBe(11.5 - 2 * 2.5);
  });

  it('votes on neither side while it has no stop, but exits', () => {
    const rise = say([10, 10, 10, 12, 14, 16], { range: 5 });
    expect(indexesOf(rise.vote, 1)).toEqual([5]);
    const fall = say([10, 10, 10, 8, 6, 4], { range: 5 });
    expect(indexesOf(fall.vote, -1)).toEqual([5]);
    expect(indexesOf(fall.exit, 1)).toEqual([3, 4, 5]);
  });

  // At 10¹⁶ the neighbouring prices are 2 apart: an average true range of 0.25 is lost in C − 2 ATR.
  it('votes on neither side where the stop is not beyond the close', () => {
    const far = (price: number) => [1e16, 1e16, 1e16, 1e16, price];
    const { vote } = turtle.prepare(
      closesOf(far(1e16 + 2), 0),
      turtle.params.parse({ ...small, stop: 0.25 }),
    );
    expect([...vote]).toEqual([0, 0, 0, 0, 0]);
    const under = turtle.prepare(closesOf(far(1e16 - 2), 0), turtle.params.parse({ ...small, stop: 0.25 }));
    expect([...under.vote]).toEqual([0, 0, 0, 0, 0]);
  });

  it('can vote on the first candle after its warm-up', () => {
    expect(turtle.warmup(turtle.params.parse(small), '4h')).toBe(3);
    expect(turtle.warmup(turtle.params.parse({ ...small, range: 5 }), '4h')).toBe(5);
    expect(indexesOf(say([10, 10, 10, 11.5]).vote, 1)).toEqual([3]);
  });

  it('refuses an exit channel longer than the entry channel', () => {
    const result = turtle.params.safeParse({ entry: 20, exit: 21 });
    expect(result.error?.issues[0]?.message).toBe('exit must not be longer than entry');
    expect(turtle.params.safeParse({ entry: 20, exit: 20 }).success).toBe(true);
  });

  it('says with its default parameters what its rules say, candle by candle', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const candles = walk(seed, 150);
        const said = turtle.prepare(candles, turtle.params.parse({}));
        expect(said).toEqual(byTheRules(candles));
      }),
      { numRuns: 30 },
    );
  });
});

/** The rules as they are written, each candle by itself; every window is looked through anew. */
function byTheRules({ high, low, close }: Candles) {
  const at = (line: Float64Array, i: number) => line[i] ?? Number.NaN;
  const range = atr(high, low, close, 20);
  const before = (line: Float64Array, i: number, count: number) =>
    i < count ? [Number.NaN] : [...line.subarray(i - count, i)];
  const voteAt = (i: number) => {
    if (!(at(range, i) > 0)) return 0;
    if (at(close, i) > Math.max(...before(high, i, 20))) return 1;
    return at(close, i) < Math.min(...before(low, i, 20)) ? -1 : 0;
  };
  return {
    vote: Int8Array.from(close, (_, i) => voteAt(i)),
    exit: Uint8Array.from(close, (_, i) => (at(close, i) < Math.min(...before(low, i, 10)) ? 1 : 0)),
    stop: close.map((price, i) => price - 2 * at(range, i)),
  };
}
