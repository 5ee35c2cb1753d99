import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { atr } from '../../../shared/core/indicators/atr.ts';
import { rsi } from '../../../shared/core/indicators/rsi.ts';
import type { Candles } from '../../../shared/core/market/candles.ts';
import { rsiDivergence } from '../../../shared/core/strategies/rsi-divergence.ts';
import { closesOf, walk } from '../../helpers/candles.ts';
import { indexesOf } from '../../helpers/signals.ts';

const small = {
  rsi: 2,
  side: 1,
  gapMin: 2,
  gapMax: 5,
  rise: 1,
  oversold: 35,
  overbought: 65,
  exit: 70,
  range: 1,
  stop: 0.5,
  reward: 2,
};
type Change = Partial<typeof small>;
const paramsOf = (change: Change = {}) => rsiDivergence.params.parse({ ...small, ...change });
const say = (closes: readonly number[], change: Change = {}) =>
  rsiDivergence.prepare(closesOf(closes), paramsOf(change));
const mirrored = (closes: readonly number[]) => closes.map((close) => 40 - close);

// Each candle reaches 1 above and below its close. The first pivot low is index 2, at 13; the index is 0 there.
// Means of the changes from there on, up and down: 0 3, then 1 1.5, then 1 0.75, then 0.5 1.375, then 0.25 2.25.
// So at index 6, the second pivot low, at 10.875, the index is 100 × 0.25 / 2.5 = 10. Index 7 makes it a pivot.
const first = [20, 18, 14, 16];
const lower = [...first, 17, 15, 11.875, 16];

describe('rsi_divergence', () => {
  it('votes on the candle that makes the lower low a pivot, and on no other', () => {
    expect(indexesOf(say([...lower, 17, 18]).vote, 1)).toEqual([7]);
    expect(indexesOf(say(lower.slice(0, 7)).vote, 1)).toEqual([]);
  });

  it('votes short in the mirror image', () => {
    expect(indexesOf(say(mirrored([...lower, 17, 18])).vote, -1)).toEqual([7]);
    expect(indexesOf(say(mirrored(lower)).vote, 1)).toEqual([]);
  });

  it('wants the second low below the first, not at it', () => {
    expect(indexesOf(say([...first, 17, 15, 13.99, 16]).vote, 1)).toEqual([7]);
    expect(indexesOf(say([...first, 17, 15, 14, 16]).vote, 1)).toEqual([]);
    expect(indexesOf(say(mirrored([...first, 17, 15, 14, 16])).vote, -1)).toEqual([]);
  });

  it('wants the index higher by more than the rise, and below its level at the first low', () => {
    expect([say(lower, { rise: 9.99 }).vote[7], say(lower, { rise: 10 }).vote[7]]).toEqual([1, 0]);
    expect([say(lower, { oversold: 0.1 }).vote[7], say(lower, { oversold: 0 }).vote[7]]).toEqual([1, 0]);
  });

  it('mirrored, wants it lower by more than the rise, and above its level at the first high', () => {
    const higher = mirrored(lower);
    expect([say(higher, { rise: 9.99 }).vote[7], say(higher, { rise: 10 }).vote[7]]).toEqual([-1, 0]);
    const above = (overbought: number) => say(higher, { overbought }).vote[7];
    expect([above(99.9), above(100)]).toEqual([-1, 0]);
  });

  // Indexes 2 and 6: 4 candles.
  it('wants the pivots neither too near each other nor too far apart', () => {
    expect([say(lower, { gapMin: 4 }).vote[7], say(lower, { gapMin: 5 }).vote[7]]).toEqual([1, 0]);
    expect([say(lower, { gapMax: 4 }).vote[7], say(lower, { gapMax: 3 }).vote[7]]).toEqual([1, 0]);
  });

  // Between the two lies 15 at index 5, two candles before the last one: a pivot only if 15.5 follows, not if 14.5 does.
  it('compares with the pivot just before, however near, and with no earlier one', () => {
    const between = (close: number) => [...first, 17, 15, close, 11.875, 16];
    expect(indexesOf(say(between(14.5), { gapMin: 3 }).vote, 1)).toEqual([8]);
    expect(indexesOf(say(between(15.5), { gapMin: 3 }).vote, 1)).toEqual([]);
  });

  it('takes equal lows for no pivot, on neither side', () => {
    expect(indexesOf(say([...first, 17, 15, 11.875, 11.875, 16]).vote, 1)).toEqual([]);
    expect(indexesOf(say(mirrored([...first, 17, 15, 11.875, 11.875, 16])).vote, -1)).toEqual([]);
  });

  // With two candles on each side, index 8 is the first that can know. A low of 10.875 there is met, 10.9 is above it;
  // so is 10.875 two candles before index 6.
  it('looks at as many candles on each side as its parameter says', () => {
    const wide = { side: 2, gapMin: 3 };
    expect(indexesOf(say([...lower, 11.9], wide).vote, 1)).toEqual([8]);
    expect(indexesOf(say([...lower, 11.875], wide).vote, 1)).toEqual([]);
    expect(indexesOf(say([...first, 11.875, 15, 11.874, 16, 16], wide).vote, 1)).toEqual([]);
  });

  // With one way only, the index is 100.
  it('exits on every candle on which the index is above its level, not where it meets it', () => {
    const rise = [10, 11, 12, 13, 11];
    expect(indexesOf(say(rise).exit, 1)).toEqual([2, 3]);
    expect(indexesOf(say(rise, { exit: 100 }).exit, 1)).toEqual([]);
  });

  // Index 7 reaches from the close before it, 11.875, to 17: a true range of 5.125.
  it('puts the stop below the second low and the target as many times as far above the close', () => {
    const { stop, target } = say(lower);
    const level = 10.875 - 0.5 * 5.125;
    expect(stop[7]).toBe(level);
    expect(target?.[7]).toBe(16 + 2 * (16 - level));
  });

  it('votes on neither side while there is no index at the first pivot, or no stop', () => {
    for (const change of [{ rsi: 3 }, { range: 8 }]) {
      expect(new Set(say(lower, change).vote)).toEqual(new Set([0]));
      expect(new Set(say(mirrored(lower), change).vote)).toEqual(new Set([0]));
    }
    expect(say(lower, { range: 7 }).vote[7]).toBe(1);
  });

  // Changes −2 −4 4 6 −4 −1: an index of 0 at the low of index 2, 84 at the high of index 4, 37 at index 6.
  it('votes long where one candle diverges on both sides', () => {
    const candles = closesOf([20, 18, 14, 18, 24, 20, 19, 20]);
    candles.low[6] = 10;
    candles.high[6] = 30;
    const voteOf = (change: Change) => rsiDivergence.prepare(candles, paramsOf(change)).vote[7];
    expect([voteOf({}), voteOf({ oversold: 0 }), voteOf({ overbought: 90 })]).toEqual([1, -1, 1]);
  });

  it('says nothing in a flat market', () => {
    const candles = closesOf(new Array(80).fill(97.3), 0);
    const { vote, exit } = rsiDivergence.prepare(candles, rsiDivergence.params.parse({}));
    expect(new Set([...vote, ...exit])).toEqual(new Set([0]));
  });

  it('can vote on the first candle after its warm-up', () => {
    const warmup = (change: Change) => rsiDivergence.warmup(paramsOf(change), '4h');
    expect([warmup({ gapMin: 4 }), warmup({ range: 8 }), warmup({ gapMin: 1 })]).toEqual([7, 8, 5]);
    expect(indexesOf(say(lower, { gapMin: 4 }).vote, 1)).toEqual([7]);
    expect(rsiDivergence.warmup(rsiDivergence.params.parse({}), '4h')).toBe(14 + 5 + 3);
  });

  it('looks back to the index at the first of the two pivots', () => {
    const lookback = (change: Change) => rsiDivergence.lookback?.(paramsOf(change), '4h');
    // ln(1e-11) / ln(1 − 1 / 2) = 36.5: an index of two candles remembers 3 + 37, a range of twenty 21 + 494.
    expect([lookback({}), lookback({ side: 3 }), lookback({ range: 20 })]).toEqual([46, 48, 515]);
    expect(rsiDivergence.lookback?.(rsiDivergence.params.parse({}), '4h')).toBe(357 + 60 + 3);
  });

  it('knows no time stop, and refuses parameters that contradict each other', () => {
    expect(rsiDivergence.timeStopBars).toBeUndefined();
    const message = (change: Change) =>
      rsiDivergence.params.safeParse({ ...small, ...change }).error?.issues[0]?.message;
    expect(message({ gapMin: 6 })).toBe('gapMin must not be more than gapMax');
    expect(message({ oversold: 65 })).toBe('oversold must be below overbought');
    expect(message({ gapMin: 5 })).toBeUndefined();
    expect(message({ side: 5 })).toBe('gapMax must be more than side, or no two pivots are so near');
    expect(message({ side: 4 })).toBeUndefined();
  });

  it('says with its default parameters what its rules say, candle by candle', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const candles = walk(seed, 600, { gaps: 0.1, untraded: 0.05 });
        const said = rsiDivergence.prepare(candles, rsiDivergence.params.parse({}));
        expect(said).toEqual(byTheRules(candles));
      }),
      { numRuns: 30 },
    );
  });
});

/** The rules as they are written, each candle by itself; the pivots before it are looked for anew. */
function byTheRules({ high, low, close }: Candles) {
  const at = (line: ArrayLike<number>, i: number) => line[i] ?? Number.NaN;
  const index = rsi(close, 14);
  const range = atr(high, low, close, 14);
  const around = (i: number) => [i - 3, i - 2, i - 1, i + 1, i + 2, i + 3];
  const isLow = (i: number) => around(i).every((j) => at(low, i) < at(low, j));
  const isHigh = (i: number) => around(i).every((j) => at(high, i) > at(high, j));
  const lows = Array.from(low.keys()).filter(isLow);
  const highs = Array.from(high.keys()).filter(isHigh);
  const isNear = (p: number, q: number) => p - q >= 5 && p - q <= 60;
  const voteAt = (i: number) => {
    const p = i - 3;
    if (!(at(range, i) > 0)) return 0;
    const q = lows.findLast((one) => one < p) ?? Number.NaN;
    const isRising = at(index, p) > at(index, q) + 1 && at(index, q) < 35;
    if (lows.includes(p) && isNear(p, q) && at(low, p) < at(low, q) && isRising) return 1;
    const r = highs.findLast((one) => one < p) ?? Number.NaN;
    const isFalling = at(index, p) < at(index, r) - 1 && at(index, r) > 65;
    return highs.includes(p) && isNear(p, r) && at(high, p) > at(high, r) && isFalling ? -1 : 0;
  };
  const stop = (i: number) => at(low, i - 3) - 0.5 * at(range, i);
  return {
    vote: Int8Array.from(close, (_, i) => voteAt(i)),
    exit: Uint8Array.from(close, (_, i) => (at(index, i) > 70 ? 1 : 0)),
    stop: close.map((_, i) => stop(i)),
    target: close.map((price, i) => price + 2 * (price - stop(i))),
  };
}
