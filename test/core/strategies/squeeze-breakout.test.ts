import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { atr } from '../../../shared/core/indicators/atr.ts';
import { bollinger } from '../../../shared/core/indicators/bollinger.ts';
import type { Candles } from '../../../shared/core/market/candles.ts';
import { squeezeBreakout } from '../../../shared/core/strategies/squeeze-breakout.ts';
import { closesOf, walk } from '../../helpers/candles.ts';
import { indexesOf } from '../../helpers/signals.ts';

// Of two closes the mean is half way and the deviation half their distance: bands of 0.5 deviations lie a quarter of
// the last move about the middle, bands of 1 end at the last two closes. The quantile of three is the second of them.
// Each candle reaches 1 above and below its close; the average true range of one candle is its true range.
const small = { period: 2, width: 0.5, window: 3, quantile: 0.5, range: 1, stop: 1.5, reward: 2 };
const say = (closes: readonly number[], change: Partial<typeof small> = {}, reach = 1) =>
  squeezeBreakout.prepare(closesOf(closes, reach), squeezeBreakout.params.parse({ ...small, ...change }));

describe('squeeze_breakout', () => {
  // Widths 1/11, 1/11, 0: index 3 is narrow. Index 4: the upper band is 10.5 + 0.25, or 10.5 + 0.5, which the close meets.
  it('votes when the close is above the upper band after a narrow candle, not when it meets it', () => {
    expect(indexesOf(say([10, 12, 10, 10, 11]).vote, 1)).toEqual([4]);
    expect(indexesOf(say([10, 12, 10, 10, 11], { width: 1 }).vote, 1)).toEqual([]);
  });

  it('votes short when the close is below the lower band after a narrow candle, not when it meets it', () => {
    expect(indexesOf(say([10, 12, 10, 10, 9]).vote, -1)).toEqual([4]);
    expect(indexesOf(say([10, 12, 10, 10, 9], { width: 1 }).vote, -1)).toEqual([]);
  });

  // Widths: 1/11, 2 / 10.5 = 0.14, 2 / 11 = 0.18: index 3 is wide. 0.05 / 13.05: index 4 is narrow, the one before not.
  it('wants the candle before narrow, not the candle itself', () => {
    expect(indexesOf(say([10, 12, 9, 13, 13.1, 13.3]).vote, 1)).toEqual([5]);
  });

  // Three times the same move between 10 and 12, so three equal widths.
  it('counts a width that meets the quantile as narrow', () => {
    expect(indexesOf(say([10, 12, 10, 12, 14]).vote, 1)).toEqual([4]);
  });

  // Widths 1/11, 1/11, 0.5 / 10.5 = 0.048: the place is 0.4 × 2 = 0.8, so the quantile is above the lowest of them.
  it('takes the quantile from the line between two widths', () => {
    const closes = [10, 12, 10, 11, 12];
    expect(indexesOf(say(closes, { quantile: 0.4 }).vote, 1)).toEqual([4]);
    // Widths 1/11, 1/11, 0, 0.048, of which the last counts: at place 0.9 the quantile is 0.9 × 0.048, at 1.02 above it.
    const four = [10, 12, 10, 10, 11, 12];
    expect(indexesOf(say(four, { window: 4, quantile: 0.3 }).vote, 1)).toEqual([]);
    expect(indexesOf(say(four, { window: 4, quantile: 0.34 }).vote, 1)).toEqual([5]);
  });

  // Middles: 11, 11, 10 (met), 9.5.
  it('exits on every candle that closes below the average, not where it meets it', () => {
    expect(indexesOf(say([10, 12, 10, 10, 9, 8]).exit, 1)).toEqual([2, 4, 5]);
  });

  // Index 4 reaches from 10 to 12: a true range of 2.
  it('puts the stop below the close and the target twice as far above it', () => {
    const { stop, target } = say([10, 12, 10, 10, 11]);
    expect(stop[4]).toBe(11 - 1.5 * 2);
    expect(target?.[4]).toBe(11 + 2 * 3);
  });

  it('votes on neither side while it has no stop, but exits', () => {
    expect(indexesOf(say([10, 12, 10, 10, 11], { range: 5 }).vote, 1)).toEqual([]);
    const { vote, exit } = say([10, 12, 10, 10, 9], { range: 5 });
    expect(indexesOf(vote, -1)).toEqual([]);
    expect(indexesOf(exit, 1)).toEqual([2, 4]);
  });

  // At 10¹⁶ the neighbouring prices are 2 apart: a distance of 0.05 × 8 from the close is lost, one of 0.5 × 8 is not.
  it('votes on neither side where the stop is not beyond the close', () => {
    const far = (move: number, stop: number) =>
      say([1e16, 1e16 + 16, 1e16, 1e16, 1e16 + move], { stop }, 0).vote[4];
    expect([far(8, 0.5), far(8, 0.05)]).toEqual([1, 0]);
    expect([far(-8, 0.5), far(-8, 0.05)]).toEqual([-1, 0]);
  });

  it('says nothing in a flat market, whatever the price', () => {
    for (const price of [97.3, 0.1, 1e6 / 3]) {
      const candles = closesOf(new Array(200).fill(price), 0);
      const { vote, exit } = squeezeBreakout.prepare(candles, squeezeBreakout.params.parse({}));
      expect(new Set([...vote, ...exit]), `${price}`).toEqual(new Set([0]));
    }
  });

  it('can vote on the first candle after its warm-up', () => {
    expect(squeezeBreakout.warmup(squeezeBreakout.params.parse(small), '4h')).toBe(4);
    expect(squeezeBreakout.warmup(squeezeBreakout.params.parse({ ...small, range: 6 }), '4h')).toBe(6);
    expect(squeezeBreakout.warmup(squeezeBreakout.params.parse({}), '4h')).toBe(144);
    expect(indexesOf(say([10, 12, 10, 10, 11]).vote, 1)).toEqual([4]);
  });

  it('says with its default parameters what its rules say, candle by candle', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const candles = walk(seed, 400, { gaps: 0.05, untraded: 0.1 });
        const said = squeezeBreakout.prepare(candles, squeezeBreakout.params.parse({}));
        expect(said).toEqual(byTheRules(candles));
      }),
      { numRuns: 30 },
    );
  });
});

/** The rules as they are written, each candle by itself; every window of widths is sorted anew. */
function byTheRules({ high, low, close }: Candles) {
  const at = (line: Float64Array, i: number) => line[i] ?? Number.NaN;
  const { upper, lower, middle } = bollinger(close, { period: 20, width: 2 });
  const range = atr(high, low, close, 14);
  const widths = close.map((_, i) => (at(upper, i) - at(lower, i)) / at(middle, i));
  const isNarrow = (i: number) => {
    if (i < 143) return false;
    const sorted = widths.slice(i - 124, i + 1).sort();
    const place = 0.05 * 124;
    return at(widths, i) <= at(sorted, 6) + (place - 6) * (at(sorted, 7) - at(sorted, 6));
  };
  const voteAt = (i: number) => {
    if (!(at(range, i) > 0) || !isNarrow(i - 1)) return 0;
    if (at(close, i) > at(upper, i)) return 1;
    return at(close, i) < at(lower, i) ? -1 : 0;
  };
  const stop = close.map((price, i) => price - 1.5 * at(range, i));
  return {
    vote: Int8Array.from(close, (_, i) => voteAt(i)),
    exit: Uint8Array.from(close, (_, i) => (at(close, i) < at(middle, i) ? 1 : 0)),
    stop,
    target: close.map((price, i) => price + 2 * (price - at(stop, i))),
  };
}
