import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { atr } from '../../../shared/core/indicators/atr.ts';
import { ema } from '../../../shared/core/indicators/ema.ts';
import { macd } from '../../../shared/core/indicators/macd.ts';
import { rsi } from '../../../shared/core/indicators/rsi.ts';
import { stochf } from '../../../shared/core/indicators/stochf.ts';
import type { Candles } from '../../../shared/core/market/candles.ts';
import { tripleMomentum } from '../../../shared/core/strategies/triple-momentum.ts';
import { closesOf, walk } from '../../helpers/candles.ts';
import { indexesOf } from '../../helpers/signals.ts';

// The index of one candle is 100 after a rise, 0 after a fall, 50 after neither. The fast average is the close; the slow
// one, the signal and the average of the close move half way. Each candle reaches 1 above and below its close, so a
// rise by d puts %K of two candles at 100 (d + 1) / (d + 2), a fall at 100 / (d + 2), a pause at 50.
const small = {
  rsi: 1,
  fast: 1,
  slow: 3,
  signal: 3,
  k: 2,
  d: 2,
  ema: 3,
  range: 1,
  stop: 2.5,
  trailPeriod: 3,
  trail: 2.5,
};
type Change = Partial<typeof small>;
const flat = [10, 10, 10, 10, 10]; // all lines are there on the last of these, index 4
function say(closes: readonly number[], change: Change = {}, reach = 1) {
  const candles = closesOf([...flat, ...closes], reach);
  return tripleMomentum.prepare(candles, tripleMomentum.params.parse({ ...small, ...change }));
}
const mirrored = (closes: readonly number[]) => closes.map((close) => 20 - close);

/** The votes with their strengths: [index, vote × strength]. */
function votesOf(closes: readonly number[], change: Change = {}, reach = 1) {
  const { vote, strength } = say(closes, change, reach);
  return Array.from(vote).flatMap((side, i) => (side === 0 ? [] : [[i, side * (strength?.[i] ?? 0)]]));
}

describe('triple_momentum', () => {
  // Index 5: the index crosses 50; difference 12 − 11 and signal 0.5; %K 75, %D 62.5; the average of the close is 11.
  it('votes with its whole weight on three points, and on the first candle only', () => {
    expect(votesOf([12])).toEqual([[5, 1]]);
    // Index 6: difference 1.75, signal 1.125; %K 77.8, %D 76.4: two points go on holding.
    expect(votesOf([12, 14.5])).toEqual([[5, 1]]);
  });

  it('votes short in the mirror image', () => {
    expect(votesOf(mirrored([12, 14.5]))).toEqual([[5, -1]]);
  });

  // A rise by 3 puts %K at 80, a fall by 3 at 20; by 2.9 at 79.6 and 20.4.
  it('votes with half of it on two points: at 80, or at 20, the stochastic gives none', () => {
    expect([votesOf([13]), votesOf([12.9])]).toEqual([[[5, 0.5]], [[5, 1]]]);
    expect([votesOf([7]), votesOf([7.1])]).toEqual([[[5, -0.5]], [[5, -1]]]);
  });

  // Index 6: the index stays at 100; difference 1, signal 0.75; %K 66.7, %D 70.8: one point. Index 7: difference 1.7,
  // signal 1.23; %K 77.3, %D 72: two.
  it('does not hold with one point, and votes again when it begins to hold anew', () => {
    expect(votesOf([12, 13])).toEqual([[5, 1]]);
    expect(votesOf([12, 13, 15.4])).toEqual([
      [5, 1],
      [7, 0.5],
    ]);
    expect(votesOf(mirrored([12, 13, 15.4]))).toEqual([
      [5, -1],
      [7, -0.5],
    ]);
  });

  // Index 6: a rise from 8 to 9 or 9.1; the average of the close is 9 there, which it meets, or 9.05.
  it('wants the close above the average, or below it, not at it', () => {
    expect(votesOf([8, 9.1])).toEqual([
      [5, -1],
      [6, 1],
    ]);
    expect(votesOf([8, 9])).toEqual([[5, -1]]);
    expect(votesOf(mirrored([8, 9]))).toEqual([[5, 1]]);
  });

  // Index 7: from 0 the index rises to 50, which is not above it; difference 0.25, signal 0.5; %K 50, %D 41.7.
  it('gives a point for a rise of the index from below 40, or a fall from above 60, that does not reach 50', () => {
    expect(votesOf([14, 13, 13])).toEqual([
      [5, 0.5],
      [7, 0.5],
    ]);
    expect(votesOf(mirrored([14, 13, 13]))).toEqual([
      [5, -0.5],
      [7, -0.5],
    ]);
  });

  // An index of two candles, after nine flat ones: means of the changes 4 and 0, 2 and 3, an index of 40, which the last candle rises
  // from; with 11.99 it is 39.96. The stochastic gives a point, the difference none; the average of the close is 11.76.
  it('wants the index below 40, or above 60, not at it', () => {
    const change = { rsi: 2, ema: 9, trailPeriod: 1 };
    const from = (closes: readonly number[]) => votesOf([10, 10, 10, 10, ...closes], change);
    const begun = [9, 0.5];
    expect(from([18, 11.99, 12.1])).toEqual([begun, [11, 0.5]]);
    expect(from([18, 12, 12.1])).toEqual([begun]);
    expect(from(mirrored([18, 11.99, 12.1]))).toEqual([
      [9, -0.5],
      [11, -0.5],
    ]);
    expect(from(mirrored([18, 12, 12.1]))).toEqual([[9, -0.5]]);
  });

  // As before; from 12 to 13 the means are 1.5 and 1.5, an index of 50, and to 13.1 it is above that.
  it('wants the index to cross 50, not to meet it', () => {
    const change = { rsi: 2, ema: 9, trailPeriod: 1 };
    const last = (closes: readonly number[]) => votesOf([10, 10, 10, 10, ...closes], change).at(-1);
    expect([last([18, 12, 13]), last([18, 12, 13.1])]).toEqual([
      [9, 0.5],
      [11, 0.5],
    ]);
    expect([last(mirrored([18, 12, 13])), last(mirrored([18, 12, 13.1]))]).toEqual([
      [9, -0.5],
      [11, -0.5],
    ]);
  });

  it('exits on every candle on which the mirror image holds', () => {
    expect(indexesOf(say(mirrored([12, 14.5])).exit, 1)).toEqual([5, 6]);
    expect(indexesOf(say(mirrored([12, 13])).exit, 1)).toEqual([5]);
    expect(indexesOf(say([12, 14.5]).exit, 1)).toEqual([]);
  });

  // Index 6: 12.5 and 0.5 under a signal of 0.75. Index 7: at 14 the difference is 0.75 and meets its signal, at 14.1 it is
  // above it. The index crosses 50 and %K is above %D in both.
  it('wants the difference above its signal, or below it, not at it', () => {
    const last = (closes: readonly number[]) => votesOf(closes).at(-1);
    expect([last([14, 13, 14]), last([14, 13, 14.1])]).toEqual([
      [7, 0.5],
      [7, 1],
    ]);
    expect([last(mirrored([14, 13, 14])), last(mirrored([14, 13, 14.1]))]).toEqual([
      [7, -0.5],
      [7, -1],
    ]);
  });

  // Without reach, a pause has no range and no %K. Index 5 holds, but nothing is known of index 4; index 6 does not hold
  // (difference 0, signal 0.25), and index 7 does (1 and 0.625; the index crosses 50).
  it('needs the candle before to begin to hold, and counts nothing where %K is missing', () => {
    expect(votesOf([12], {}, 0)).toEqual([]);
    expect(votesOf([12, 11, 13], {}, 0)).toEqual([[7, 0.5]]);
  });

  // Index 5 has a range, but %D has not two of them yet.
  it('knows enough of a candle on which %D alone is missing', () => {
    expect(indexesOf(say([9], {}, 0).exit, 1)).toEqual([5]);
    expect(votesOf([9, 12], {}, 0)).toEqual([[6, 0.5]]);
  });

  // The index falls from 100 to 50 and the difference, −5.1, is below its signal of −5.0: with %K missing it counts not.
  it('does not exit where %K is missing', () => {
    const fall = [...new Array(12).fill(10), 8, 2, 2.1, 2.1];
    expect(indexesOf(say(fall, { slow: 15 }, 0).exit, 1)).not.toContain(20);
    expect(indexesOf(say(fall, { slow: 15 }, 0.01).exit, 1)).toContain(20);
  });

  // Index 5 reaches from the close before it, 10, to 13: a true range of 3. Index 7 has one of 2.
  it('puts the stop below the close and hangs the trail from the highest close', () => {
    const { stop, trail } = say([14, 13, 13], { stop: 2 });
    expect(stop[7]).toBe(13 - 2 * 2);
    expect(trail?.[7]).toBe(14 - 2.5 * 2);
    expect(say([14, 13, 13], { trailPeriod: 2 }).trail?.[7]).toBe(13 - 2.5 * 2);
  });

  // At index 7, 14 − 0.5 × 2 is the close itself; 14 − 0.51 × 2 = 12.98 lies below it.
  it('does not vote where the trail is not below the close, and does not make up for it', () => {
    const last = (trail: number) => votesOf([14, 13, 13, 13.5], { trail }).filter(([i = 0]) => i > 5);
    expect(last(0.51)).toEqual([[7, 0.5]]);
    expect(last(0.5)).toEqual([]);
  });

  it('votes on neither side while it has no stop or no trail, but exits', () => {
    for (const change of [{ range: 6 }, { trailPeriod: 7 }]) {
      expect(votesOf([12], change)).toEqual([]);
      expect(votesOf([8], change)).toEqual([]);
      expect(indexesOf(say([8], change).exit, 1)).toEqual([5]);
    }
    expect(votesOf([12], { range: 5, trailPeriod: 6 })).toEqual([[5, 1]]);
  });

  // At 10¹⁶ the neighbouring prices are 2 apart: a distance of 0.1 × 8 from the close is lost, one of 0.5 × 8 is not.
  it('votes on neither side where the stop is not beyond the close', () => {
    const far = (price: number, stop: number) => {
      const candles = closesOf([1e16, 1e16, 1e16, 1e16, 1e16, price], 0);
      candles.high.fill(1e16 + 2, 0, 5);
      candles.low.fill(1e16 - 2, 0, 5);
      return tripleMomentum.prepare(candles, tripleMomentum.params.parse({ ...small, stop })).vote[5];
    };
    expect([far(1e16 + 8, 0.5), far(1e16 + 8, 0.05)]).toEqual([1, 0]);
    expect([far(1e16 - 8, 0.5), far(1e16 - 8, 0.05)]).toEqual([-1, 0]);
  });

  it('says nothing in a flat market', () => {
    for (const reach of [0, 1]) {
      const candles = closesOf(new Array(80).fill(97.3), reach);
      const { vote, exit } = tripleMomentum.prepare(candles, tripleMomentum.params.parse({}));
      expect(new Set([...vote, ...exit])).toEqual(new Set([0]));
    }
  });

  it('can vote on the first candle after its warm-up', () => {
    const warmup = (change: Change) =>
      tripleMomentum.warmup(tripleMomentum.params.parse({ ...small, ...change }), '4h');
    expect([warmup({}), warmup({ ema: 6 }), warmup({ rsi: 5 }), warmup({ k: 7 })]).toEqual([5, 6, 7, 8]);
    expect([warmup({ range: 9 }), warmup({ trailPeriod: 11 })]).toEqual([9, 10]);
    expect(tripleMomentum.warmup(tripleMomentum.params.parse({}), '4h')).toBe(50);
    expect(votesOf([12])).toEqual([[5, 1]]);
  });

  it('knows no time stop, and refuses a fast average that is not the shorter one', () => {
    expect(tripleMomentum.timeStopBars).toBeUndefined();
    const result = tripleMomentum.params.safeParse({ fast: 26 });
    expect(result.error?.issues[0]?.message).toBe('fast must be shorter than slow');
  });

  it('says with its default parameters what its rules say, candle by candle', () => {
    fc.assert(
      fc.property(fc.integer(), fc.constantFrom(0, 0.5), (seed, untraded) => {
        const candles = walk(seed, 250, { untraded });
        const said = tripleMomentum.prepare(candles, tripleMomentum.params.parse({}));
        expect(said).toEqual(byTheRules(candles));
      }),
      { numRuns: 30 },
    );
  });
});

/** The rules as they are written, each candle by itself. */
function byTheRules({ high, low, close }: Candles) {
  const at = (line: Float64Array, i: number) => line[i] ?? Number.NaN;
  const index = rsi(close, 14);
  const { macd: line, signal } = macd(close, { fast: 12, slow: 26, signal: 9 });
  const { k, d } = stochf(high, low, close, { k: 14, d: 3 });
  const average = ema(close, 50);
  const range = atr(high, low, close, 14);
  const count = (...points: boolean[]) => points.filter(Boolean).length;
  const pointsUp = (i: number) =>
    count(
      (at(index, i - 1) <= 50 && at(index, i) > 50) ||
        (at(index, i - 1) < 40 && at(index, i) > at(index, i - 1)),
      at(line, i) > at(signal, i),
      at(k, i) > at(d, i) && at(k, i) < 80,
    );
  const pointsDown = (i: number) =>
    count(
      (at(index, i - 1) >= 50 && at(index, i) < 50) ||
        (at(index, i - 1) > 60 && at(index, i) < at(index, i - 1)),
      at(line, i) < at(signal, i),
      at(k, i) < at(d, i) && at(k, i) > 20,
    );
  const isThere = (i: number) => at(k, i) >= 0 && at(average, i) > 0;
  const isUp = (i: number) => isThere(i) && pointsUp(i) >= 2 && at(close, i) > at(average, i);
  const isDown = (i: number) => isThere(i) && pointsDown(i) >= 2 && at(close, i) < at(average, i);
  const stop = (i: number) => at(close, i) - 2.5 * at(range, i);
  const trail = (i: number) =>
    i < 21 ? Number.NaN : Math.max(...close.subarray(i - 21, i + 1)) - 2.5 * at(range, i);
  const voteAt = (i: number) => {
    if (!isThere(i - 1) || !(at(range, i) > 0)) return 0;
    if (isUp(i) && !isUp(i - 1)) return trail(i) < at(close, i) ? 1 : 0;
    return isDown(i) && !isDown(i - 1) ? -1 : 0;
  };
  const strengthAt = (i: number) => {
    if (voteAt(i) === 0) return 1;
    return (voteAt(i) === 1 ? pointsUp(i) : pointsDown(i)) === 3 ? 1 : 0.5;
  };
  return {
    vote: Int8Array.from(close, (_, i) => voteAt(i)),
    strength: close.map((_, i) => strengthAt(i)),
    exit: Uint8Array.from(close, (_, i) => (isDown(i) ? 1 : 0)),
    stop: close.map((_, i) => stop(i)),
    trail: close.map((_, i) => trail(i)),
  };
}
