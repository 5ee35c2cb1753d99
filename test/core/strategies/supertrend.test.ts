import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { supertrend as supertrendOf } from '../../../shared/core/indicators/supertrend.ts';
import type { Candles } from '../../../shared/core/market/candles.ts';
import { supertrend } from '../../../shared/core/strategies/supertrend.ts';
import { closesOf, walk } from '../../helpers/candles.ts';
import { indexesOf } from '../../helpers/signals.ts';

const { NaN: none } = Number;

// Each candle reaches 1 above and below its close; the average true range of one candle is its true range.
const small = { range: 1, distance: 1 };
const say = (closes: readonly number[]) =>
  supertrend.prepare(closesOf(closes), supertrend.params.parse(small));

describe('supertrend', () => {
  // The line worked by hand in the test of the indicator: 8, 9, 9, then 10.5 above twice, then 9.5, 10, 10 below.
  // Index 3 closes at 9 and index 5 at 10.5: both only meet the line.
  const closes = [10, 10, 11, 9, 8.5, 10.5, 12, 12, 12];

  it('votes long on the candle that turns upward, not where the close meets the line, and on no other', () => {
    expect(indexesOf(say(closes).vote, 1)).toEqual([6]);
  });

  it('votes short and exits on the candle that turns down, not where the close meets the line', () => {
    expect(indexesOf(say(closes).vote, -1)).toEqual([4]);
    expect(indexesOf(say(closes).exit, 1)).toEqual([4]);
  });

  it('does not vote on the side on which it begins', () => {
    expect(indexesOf(say([10, 12, 14, 16]).vote, 1)).toEqual([]);
  });

  it('stops at the line and trails by it, only while the line is below', () => {
    const { stop, trail } = say(closes);
    expect([...stop]).toEqual([none, 8, 9, 9, none, none, 9.5, 10, 10]);
    expect(trail).toEqual(stop);
  });

  // Index 2 closes at 5, below 10 − 0.1 × 2, and leaves an upper band of 5 + 0.1 × 6 = 5.6, which 6 is above. From 5.5 to
  // 6.2 the lower band is 5.85 − 0.1 × 1.2 = 5.73, below the close; from 5.5 to 15 it is 10.25 − 0.1 × 10 = 9.25, above it.
  it('does not vote where the line lies above the close of the turn', () => {
    const lastOf = (high: number) => {
      const candles = closesOf([10, 10, 5, 6]);
      candles.high[3] = high;
      candles.low[3] = 5.5;
      const { vote, stop } = supertrend.prepare(candles, { range: 1, distance: 0.1 });
      return { vote: vote[3], stop: stop[3] };
    };
    expect(lastOf(6.2)).toEqual({ vote: 1, stop: expect.closeTo(5.73, 12) });
    expect(lastOf(15)).toEqual({ vote: 0, stop: 9.25 });
  });

  it('can vote on the first candle after its warm-up', () => {
    expect(supertrend.warmup(supertrend.params.parse(small), '4h')).toBe(2);
    expect(indexesOf(say([10, 10, 5]).vote, -1)).toEqual([2]);
    expect(supertrend.warmup(supertrend.params.parse({}), '4h')).toBe(11);
  });

  it('knows no time stop', () => {
    expect(supertrend.timeStopBars).toBeUndefined();
  });

  it('says with its default parameters what its rules say, candle by candle', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const candles = walk(seed, 250, { gaps: 0.1 });
        expect(supertrend.prepare(candles, supertrend.params.parse({}))).toEqual(byTheRules(candles));
      }),
      { numRuns: 30 },
    );
  });
});

/** The rules as they are written, each candle by itself. */
function byTheRules({ high, low, close }: Candles) {
  const { line, direction } = supertrendOf(high, low, close, { period: 10, distance: 2 });
  const at = (column: Float64Array, i: number) => column[i] ?? none;
  const turns = (i: number, to: number) => at(direction, i - 1) === -to && at(direction, i) === to;
  const level = close.map((_, i) => (at(direction, i) === 1 ? at(line, i) : none));
  const voteAt = (i: number) => {
    if (turns(i, -1)) return -1;
    return turns(i, 1) && at(level, i) < at(close, i) ? 1 : 0;
  };
  return {
    vote: Int8Array.from(close, (_, i) => voteAt(i)),
    exit: Uint8Array.from(close, (_, i) => (turns(i, -1) ? 1 : 0)),
    stop: level,
    trail: level,
  };
}
