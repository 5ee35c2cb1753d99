import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { atr } from '../../../shared/core/indicators/atr.ts';
import { sma } from '../../../shared/core/indicators/sma.ts';
import { stddev } from '../../../shared/core/indicators/stddev.ts';
import type { Candles } from '../../../shared/core/market/candles.ts';
import { meanReversionBb } from '../../../shared/core/strategies/mean-reversion-bb.ts';
import { closesOf, walk } from '../../helpers/candles.ts';
import { indexesOf } from '../../helpers/signals.ts';

// Four closes of 11 and one of 6: mean 10, standard deviation √((1 + 1 + 1 + 1 + 16) / 5) = 2; mirrored for 16: 12 and 2.
// Each candle reaches 1 above and below its close; the average true range of one candle is its true range.
const small = { period: 5, width: 1.75, range: 1, stop: 2, time: 7 };
const flat = [11, 11, 11, 11];
const say = (closes: readonly number[], change: Partial<typeof small> = {}) =>
  meanReversionBb.prepare(
    closesOf([...flat, ...closes]),
    meanReversionBb.params.parse({ ...small, ...change }),
  );

describe('mean_reversion_bb', () => {
  // The lower band is 10 − 1.75 × 2 = 6.5, or 10 − 2 × 2 = 6, which the close meets.
  it('votes when the close is below the lower band, not when it meets it', () => {
    expect(indexesOf(say([6]).vote, 1)).toEqual([4]);
    expect(indexesOf(say([6], { width: 2 }).vote, 1)).toEqual([]);
  });

  // The upper band is 12 + 1.75 × 2 = 15.5, or 12 + 2 × 2 = 16.
  it('votes short when the close is above the upper band, not when it meets it', () => {
    expect(indexesOf(say([16]).vote, -1)).toEqual([4]);
    expect(indexesOf(say([16], { width: 2 }).vote, -1)).toEqual([]);
  });

  // 11 11 11 6 C: the mean is (39 + C) / 5, which C meets at 9.75.
  it('exits when the close is at the average or above it, not below', () => {
    expect(indexesOf(say([6, 9.75]).exit, 1)).toEqual([5]);
    expect(indexesOf(say([6, 9.74]).exit, 1)).toEqual([]);
  });

  // Index 6: mean of 11 11 6 10 11 is 9.8; index 7: of 11 6 10 11 9 is 9.4; index 8: of 6 10 11 9 9.4 is 9.08.
  it('exits on every candle on which that holds', () => {
    expect(indexesOf(say([6, 10, 11, 9, 9.4]).exit, 1)).toEqual([5, 6, 8]);
  });

  // Index 4 reaches from the close before it, 11, down to 5: a true range of 6.
  it('puts the stop two average true ranges below the close and the target at the average', () => {
    const { stop, target } = say([6]);
    expect(stop[4]).toBe(6 - 2 * 6);
    expect(target?.[4]).toBe(10);
  });

  it('votes on neither side while it has no stop, but exits', () => {
    expect(indexesOf(say([6], { range: 5 }).vote, 1)).toEqual([]);
    expect(indexesOf(say([6], { range: 4 }).vote, 1)).toEqual([4]);
    const { vote, exit } = say([16], { range: 5 });
    expect(indexesOf(vote, -1)).toEqual([]);
    expect(indexesOf(exit, 1)).toEqual([4]);
  });

  // At 10¹⁶ the neighbouring prices are 2 apart: a distance of 0.05 × 10 from the close is lost, one of 0.25 × 10 is not.
  it('votes on neither side where the stop is not beyond the close', () => {
    const far = (price: number, stop: number) =>
      meanReversionBb.prepare(
        closesOf([1e16, 1e16, 1e16, 1e16, price], 0),
        meanReversionBb.params.parse({ ...small, width: 1.5, stop }),
      ).vote[4];
    expect([far(1e16 - 10, 0.25), far(1e16 - 10, 0.05)]).toEqual([1, 0]);
    expect([far(1e16 + 10, 0.25), far(1e16 + 10, 0.05)]).toEqual([-1, 0]);
  });

  it('stands at its average in a flat market: it exits and does not vote, whatever the price', () => {
    for (const price of [97.3, 0.1, 1e6 / 3]) {
      const candles = closesOf(new Array(40).fill(price), 0);
      const { vote, exit } = meanReversionBb.prepare(candles, meanReversionBb.params.parse({}));
      expect(new Set(vote), `${price}`).toEqual(new Set([0]));
      expect(indexesOf(exit, 0), `${price}`).toEqual(Array.from({ length: 19 }, (_, i) => i));
    }
  });

  it('gives up after as many candles as its parameter says', () => {
    expect(meanReversionBb.timeStopBars?.(meanReversionBb.params.parse(small))).toBe(7);
    expect(meanReversionBb.timeStopBars?.(meanReversionBb.params.parse({}))).toBe(20);
  });

  it('can vote on the first candle after its warm-up', () => {
    expect(meanReversionBb.warmup(meanReversionBb.params.parse(small), '4h')).toBe(4);
    expect(meanReversionBb.warmup(meanReversionBb.params.parse({ ...small, range: 6 }), '4h')).toBe(6);
    expect(indexesOf(say([6]).vote, 1)).toEqual([4]);
  });

  it('says with its default parameters what its rules say, candle by candle', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const candles = walk(seed, 250, { gaps: 0.1 });
        const said = meanReversionBb.prepare(candles, meanReversionBb.params.parse({}));
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
  const range = atr(high, low, close, 14);
  const voteAt = (i: number) => {
    if (!(at(range, i) > 0)) return 0;
    if (at(close, i) < at(average, i) - 2.5 * at(deviation, i)) return 1;
    return at(close, i) > at(average, i) + 2.5 * at(deviation, i) ? -1 : 0;
  };
  return {
    vote: Int8Array.from(close, (_, i) => voteAt(i)),
    exit: Uint8Array.from(close, (_, i) => (at(close, i) >= at(average, i) ? 1 : 0)),
    stop: close.map((price, i) => price - 2 * at(range, i)),
    target: average,
  };
}
