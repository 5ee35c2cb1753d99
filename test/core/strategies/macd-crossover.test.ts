import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { atr } from '../../../shared/core/indicators/atr.ts';
import { macd } from '../../../shared/core/indicators/macd.ts';
import type { Candles } from '../../../shared/core/market/candles.ts';
import { macdCrossover } from '../../../shared/core/strategies/macd-crossover.ts';
import { closesOf, walk } from '../../helpers/candles.ts';
import { indexesOf } from '../../helpers/signals.ts';

// The fast average and the signal move half way to each value (weight 2/4), the slow average a quarter (2/8).
// Each candle reaches 1 above and below its close; the average true range of one candle is its true range.
const small = { fast: 3, slow: 7, signal: 3, range: 1, stop: 2, reward: 2 };
const flat = new Array(9).fill(10); // difference and signal stand at 0 on the last of these, index 8, their first
const say = (closes: readonly number[], change: Partial<typeof small> = {}) =>
  macdCrossover.prepare(closesOf([...flat, ...closes]), macdCrossover.params.parse({ ...small, ...change }));

describe('macd_crossover', () => {
  // Index 9: fast 12, slow 11: difference 1, signal 0.5. Index 10: 13 and 11.75: 1.25 and 0.875.
  it('votes on the candle on which the difference crosses above its signal, and not on the next', () => {
    expect(indexesOf(say([14, 14]).vote, 1)).toEqual([9]);
  });

  it('votes short and exits on the candle on which it crosses below, and not on the next', () => {
    const { vote, exit } = say([6, 6]);
    expect(indexesOf(vote, -1)).toEqual([9]);
    expect(indexesOf(exit, 1)).toEqual([9]);
  });

  // Index 10: fast 11.5, slow 11: 0.5 meets the signal of 0.5. At 11.04 it is 0.51, above 0.505; at 10.96 below it.
  // Mirrored at 9 and 9.04.
  it('does not take meeting for crossing', () => {
    expect(indexesOf(say([6, 9]).vote, 1)).toEqual([]);
    expect(indexesOf(say([6, 9.04]).vote, 1)).toEqual([10]);
    expect(indexesOf(say([14, 11]).exit, 1)).toEqual([]);
    expect(indexesOf(say([14, 11.04]).exit, 1)).toEqual([]);
    expect(indexesOf(say([14, 10.96]).exit, 1)).toEqual([10]);
  });

  // From where they meet: at 13 the difference is 0.75 and the signal 0.625, at 11 they are 0.25 and 0.375.
  it('crosses from where the two have met, to either side', () => {
    expect(indexesOf(say([14, 11, 13]).vote, 1)).toEqual([9, 11]);
    const { vote, exit } = say([14, 11, 11]);
    expect(indexesOf(vote, -1)).toEqual([11]);
    expect(indexesOf(exit, 1)).toEqual([11]);
  });

  // Index 9 reaches from the close before it, 10, to 15: a true range of 5, and twice that to the stop.
  it('puts the stop below the close and the target as many times as far above it', () => {
    const { stop, target } = say([14], { reward: 3 });
    expect(stop[9]).toBe(14 - 2 * 5);
    expect(target?.[9]).toBe(14 + 3 * 10);
  });

  it('votes on neither side while it has no stop, but exits', () => {
    expect(indexesOf(say([14], { range: 10 }).vote, 1)).toEqual([]);
    const { vote, exit } = say([6], { range: 10 });
    expect(indexesOf(vote, -1)).toEqual([]);
    expect(indexesOf(exit, 1)).toEqual([9]);
    expect(indexesOf(say([14], { range: 9 }).vote, 1)).toEqual([9]);
  });

  // At 10¹⁶ the neighbouring prices are 2 apart: a distance of 0.1 × 8 from the close is lost, one of 0.5 × 8 is not.
  it('votes on neither side where the stop is not beyond the close', () => {
    const far = (price: number, stop: number) =>
      macdCrossover.prepare(
        closesOf([...new Array(9).fill(1e16), price], 0),
        macdCrossover.params.parse({ ...small, stop }),
      ).vote[9];
    expect([far(1e16 + 8, 0.5), far(1e16 + 8, 0.1)]).toEqual([1, 0]);
    expect([far(1e16 - 8, 0.5), far(1e16 - 8, 0.1)]).toEqual([-1, 0]);
  });

  it('says nothing in a flat market, whatever the price', () => {
    for (const price of [97.3, 0.1, 1e6 / 3]) {
      const candles = closesOf(new Array(80).fill(price), 0);
      const { vote, exit } = macdCrossover.prepare(candles, macdCrossover.params.parse({}));
      expect(new Set([...vote, ...exit]), `${price}`).toEqual(new Set([0]));
    }
  });

  it('can vote on the first candle after its warm-up', () => {
    expect(macdCrossover.warmup(macdCrossover.params.parse(small), '4h')).toBe(9);
    expect(macdCrossover.warmup(macdCrossover.params.parse({ ...small, range: 11 }), '4h')).toBe(11);
    expect(macdCrossover.warmup(macdCrossover.params.parse({}), '4h')).toBe(34);
    expect(indexesOf(say([14]).vote, 1)).toEqual([9]);
  });

  it('knows no time stop, and refuses a fast average that is not the shorter one', () => {
    expect(macdCrossover.timeStopBars).toBeUndefined();
    const result = macdCrossover.params.safeParse({ fast: 26 });
    expect(result.error?.issues[0]?.message).toBe('fast must be shorter than slow');
  });

  it('says with its default parameters what its rules say, candle by candle', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const candles = walk(seed, 250, { gaps: 0.1 });
        const said = macdCrossover.prepare(candles, macdCrossover.params.parse({}));
        expect(said).toEqual(byTheRules(candles));
      }),
      { numRuns: 30 },
    );
  });
});

/** The rules as they are written, each candle by itself. */
function byTheRules({ high, low, close }: Candles) {
  const at = (line: Float64Array, i: number) => line[i] ?? Number.NaN;
  const range = atr(high, low, close, 14);
  const { macd: line, signal } = macd(close, { fast: 12, slow: 26, signal: 9 });
  const crossesAbove = (i: number) => at(line, i - 1) <= at(signal, i - 1) && at(line, i) > at(signal, i);
  const crossesBelow = (i: number) => at(line, i - 1) >= at(signal, i - 1) && at(line, i) < at(signal, i);
  const stop = (i: number) => at(close, i) - 2 * at(range, i);
  const voteAt = (i: number) => {
    if (!(at(range, i) > 0)) return 0;
    if (crossesAbove(i)) return 1;
    return crossesBelow(i) ? -1 : 0;
  };
  return {
    vote: Int8Array.from(close, (_, i) => voteAt(i)),
    exit: Uint8Array.from(close, (_, i) => (crossesBelow(i) ? 1 : 0)),
    stop: close.map((_, i) => stop(i)),
    target: close.map((price, i) => price + 2 * (price - stop(i))),
  };
}
