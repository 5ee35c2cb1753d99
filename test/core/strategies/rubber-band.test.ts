import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { atr } from '../../../shared/core/indicators/atr.ts';
import { rsi } from '../../../shared/core/indicators/rsi.ts';
import { sma } from '../../../shared/core/indicators/sma.ts';
import { stddev } from '../../../shared/core/indicators/stddev.ts';
import type { Candles } from '../../../shared/core/market/candles.ts';
import { rubberBand } from '../../../shared/core/strategies/rubber-band.ts';
import { closesOf, walk } from '../../helpers/candles.ts';
import { indexesOf } from '../../helpers/signals.ts';

// As in the test of mean_reversion_bb: the mean of 11 11 11 11 6 is 10, their deviation 2; mirrored for 16. The index of
// two candles is 0 or 100 there, since all movement goes one way.
const small = {
  period: 5,
  width: 1.75,
  range: 1,
  stop: 2,
  time: 7,
  rsi: 2,
  oversold: 30,
  overbought: 70,
};
const say = (closes: readonly number[], change: Partial<typeof small> = {}) =>
  rubberBand.prepare(closesOf([11, 11, 11, ...closes]), rubberBand.params.parse({ ...small, ...change }));

describe('rubber_band', () => {
  // The lower band is 10 − 1.75 × 2 = 6.5, or 10 − 2 × 2 = 6, which the close meets; mirrored 15.5 and 16.
  it('votes when the close is beyond a band, not when it meets it', () => {
    expect([say([11, 6]).vote[4], say([11, 6], { width: 2 }).vote[4]]).toEqual([1, 0]);
    expect([say([11, 16]).vote[4], say([11, 16], { width: 2 }).vote[4]]).toEqual([-1, 0]);
  });

  // 11 11 11 12 10.5: mean 11.1, deviation √(1.2 / 5) = 0.49, lower band 10.61. The means of the changes are 0.25 up and
  // 0.75 down: an index of 25. Mirrored 10 and 11.5: upper band 11.39, index 75.
  it('votes only where the index is beyond its level, not where it meets it', () => {
    const low = (oversold: number) => say([12, 10.5], { width: 1, oversold }).vote[4];
    expect([low(25.01), low(25)]).toEqual([1, 0]);
    const high = (overbought: number) => say([10, 11.5], { width: 1, overbought }).vote[4];
    expect([high(74.99), high(75)]).toEqual([-1, 0]);
  });

  it('is not confirmed by an index that is missing, but exits', () => {
    expect(new Set(say([11, 6], { rsi: 5 }).vote)).toEqual(new Set([0]));
    const { vote, exit } = say([11, 16], { rsi: 5 });
    expect(new Set(vote)).toEqual(new Set([0]));
    expect(indexesOf(exit, 1)).toEqual([4]);
  });

  // 11 11 11 6 C: the mean is (39 + C) / 5, which C meets at 9.75, whatever the index says.
  it('exits when the close is at the average or above it, not below', () => {
    expect(indexesOf(say([11, 6, 9.75]).exit, 1)).toEqual([5]);
    expect(indexesOf(say([11, 6, 9.74]).exit, 1)).toEqual([]);
  });

  // Index 4 reaches from the close before it, 11, down to 5: a true range of 6.
  it('puts the stop two average true ranges below the close and the target at the average', () => {
    const { stop, target } = say([11, 6]);
    expect(stop[4]).toBe(6 - 2 * 6);
    expect(target?.[4]).toBe(10);
  });

  it('gives up after twelve candles, or as many as its parameter says', () => {
    expect(rubberBand.timeStopBars?.(rubberBand.params.parse(small))).toBe(7);
    expect(rubberBand.timeStopBars?.(rubberBand.params.parse({}))).toBe(12);
  });

  it('can vote on the first candle after its warm-up', () => {
    const warmup = (change: Partial<typeof small>) =>
      rubberBand.warmup(rubberBand.params.parse({ ...small, ...change }), '4h');
    expect([warmup({}), warmup({ range: 6 }), warmup({ rsi: 7 })]).toEqual([4, 6, 7]);
    expect(indexesOf(say([11, 6]).vote, 1)).toEqual([4]);
    expect(indexesOf(say([11, 6], { rsi: 4 }).vote, 1)).toEqual([4]);
  });

  it('refuses a level of oversold that is not below that of overbought', () => {
    const result = rubberBand.params.safeParse({ oversold: 70 });
    expect(result.error?.issues[0]?.message).toBe('oversold must be below overbought');
    expect(rubberBand.params.safeParse({ misspelt: 1 }).success).toBe(false);
  });

  it('does not vote in a flat market, where it stands at its average', () => {
    const { vote, exit } = rubberBand.prepare(
      closesOf(new Array(40).fill(97.3), 0),
      rubberBand.params.parse({}),
    );
    expect(new Set(vote)).toEqual(new Set([0]));
    expect(indexesOf(exit, 0)).toEqual(Array.from({ length: 19 }, (_, i) => i));
  });

  it('says with its default parameters what its rules say, candle by candle', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const candles = walk(seed, 250, { gaps: 0.1 });
        const said = rubberBand.prepare(candles, rubberBand.params.parse({}));
        expect(said).toEqual(byTheRules(candles));
      }),
      { numRuns: 30 },
    );
  });
});

/** The rules as they are written, each candle by itself. */
function byTheRules({ high, low, close }: Candles) {
  const at = (line: Float64Array, i: number) => line[i] ?? Number.NaN;
  const average = sma(close, 20);
  const deviation = stddev(close, 20);
  const index = rsi(close, 14);
  const range = atr(high, low, close, 14);
  const voteAt = (i: number) => {
    if (!(at(range, i) > 0)) return 0;
    if (at(close, i) < at(average, i) - 2.5 * at(deviation, i) && at(index, i) < 30) return 1;
    return at(close, i) > at(average, i) + 2.5 * at(deviation, i) && at(index, i) > 70 ? -1 : 0;
  };
  return {
    vote: Int8Array.from(close, (_, i) => voteAt(i)),
    exit: Uint8Array.from(close, (_, i) => (at(close, i) >= at(average, i) ? 1 : 0)),
    stop: close.map((price, i) => price - 2 * at(range, i)),
    target: average,
  };
}
