import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { atr } from '../../../shared/core/indicators/atr.ts';
import { sma } from '../../../shared/core/indicators/sma.ts';
import type { Candles } from '../../../shared/core/market/candles.ts';
import { gridLadder } from '../../../shared/core/strategies/grid-ladder.ts';
import { closesOf, walk } from '../../helpers/candles.ts';
import { indexesOf } from '../../helpers/signals.ts';

// Each candle reaches 5 above and below its close: true ranges are 10 as long as the close does not fall by more than 5.
// So the second level lies 2 × 0.125 × 10 = 2.5 below the average, and the stop 5 × 0.125 × 10 = 6.25.
const small = { sma: 5, range: 1, step: 0.125, levels: 4, level: 2, time: 7 };
const flat = [11, 11, 11, 11, 11];
const say = (closes: readonly number[], change: Partial<typeof small> = {}) =>
  gridLadder.prepare(closesOf([...flat, ...closes], 5), gridLadder.params.parse({ ...small, ...change }));

describe('grid_ladder', () => {
  // 11 11 11 11 C: mean (44 + C) / 5, level (31.5 + C) / 5, which C meets at 7.875.
  it('votes when the close crosses below its level, not when it meets it', () => {
    expect(indexesOf(say([7.87]).vote, 1)).toEqual([5]);
    expect(indexesOf(say([7.875]).vote, 1)).toEqual([]);
  });

  // Index 6: mean of 11 11 11 7.8 7 is 9.56, the level 7.06.
  it('does not vote again while the close stays below its level', () => {
    expect(indexesOf(say([7.8, 7]).vote, 1)).toEqual([5]);
  });

  // Index 6: mean of 11 11 11 7.875 7 is 9.575, the level 7.075; on the candle before, the close met it.
  it('crosses from where close and level have met', () => {
    expect(indexesOf(say([7.875, 7]).vote, 1)).toEqual([6]);
  });

  it('never votes short', () => {
    expect(indexesOf(say([15, 18, 14, 9, 16]).vote, -1)).toEqual([]);
  });

  // 11 11 11 7.8 C: the mean is (40.8 + C) / 5, which C meets at 10.2.
  it('exits on every candle on which the close is at the average or above it, not below', () => {
    expect(indexesOf(say([7.8, 10.2, 11]).exit, 1)).toEqual([4, 6, 7]);
    expect(indexesOf(say([7.8, 10.19]).exit, 1)).toEqual([4]);
  });

  it('puts the stop one step below the last level and the target at the average', () => {
    const { stop, target } = say([7]);
    expect(target?.[5]).toBe(10.2);
    expect(stop[5]).toBe(10.2 - 6.25);
  });

  // Range of four candles: 10, then a quarter of the way to 11 − (C − 5). At 2.6 the stop is 2.54, at 2.4 it is 2.47.
  it('does not vote where the close has fallen below the stop', () => {
    expect(indexesOf(say([2.6], { range: 4 }).vote, 1)).toEqual([5]);
    expect(indexesOf(say([2.4], { range: 4 }).vote, 1)).toEqual([]);
  });

  // The average range of five candles has its first value at index 5: at index 4 there is no level to cross from.
  it('needs the level of the candle before, and its own', () => {
    expect(indexesOf(say([7], { range: 5 }).vote, 1)).toEqual([]);
    expect(indexesOf(say([11, 7], { range: 5 }).vote, 1)).toEqual([6]);
  });

  it('stands at its average in a flat market: it exits and does not vote, whatever the price', () => {
    for (const price of [97.3, 0.1, 1e6 / 3]) {
      const candles = closesOf(new Array(80).fill(price), 0);
      const { vote, exit } = gridLadder.prepare(candles, gridLadder.params.parse({}));
      expect(new Set(vote), `${price}`).toEqual(new Set([0]));
      expect(indexesOf(exit, 0), `${price}`).toEqual(Array.from({ length: 49 }, (_, i) => i));
    }
  });

  it('gives up after as many candles as its parameter says', () => {
    expect(gridLadder.timeStopBars?.(gridLadder.params.parse(small))).toBe(7);
    expect(gridLadder.timeStopBars?.(gridLadder.params.parse({}))).toBe(60);
  });

  it('can vote on the first candle after its warm-up', () => {
    expect(gridLadder.warmup(gridLadder.params.parse(small), '4h')).toBe(5);
    expect(gridLadder.warmup(gridLadder.params.parse({ ...small, range: 6 }), '4h')).toBe(7);
    expect(indexesOf(say([7]).vote, 1)).toEqual([5]);
  });

  it('refuses a level beyond the last one', () => {
    const result = gridLadder.params.safeParse({ levels: 2 });
    expect(result.error?.issues[0]?.message).toBe('level must not be beyond the last of the levels');
    expect(gridLadder.params.safeParse({ levels: 3 }).success).toBe(true);
  });

  it('says with its default parameters what its rules say, candle by candle', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const candles = walk(seed, 250, { gaps: 0.1 });
        const said = gridLadder.prepare(candles, gridLadder.params.parse({}));
        expect(said).toEqual(byTheRules(candles));
      }),
      { numRuns: 30 },
    );
  });
});

/** The rules as they are written, each candle by itself. */
function byTheRules({ high, low, close }: Candles) {
  const at = (line: Float64Array, i: number) => line[i] ?? Number.NaN;
  const average = sma(close, 50);
  const range = atr(high, low, close, 14);
  const level = (i: number) => at(average, i) - 1.5 * at(range, i);
  const stop = (i: number) => at(average, i) - 3 * at(range, i);
  const crossesBelow = (i: number) => at(close, i - 1) >= level(i - 1) && at(close, i) < level(i);
  return {
    vote: Int8Array.from(close, (price, i) => (crossesBelow(i) && stop(i) < price ? 1 : 0)),
    exit: Uint8Array.from(close, (price, i) => (price >= at(average, i) ? 1 : 0)),
    stop: close.map((_, i) => stop(i)),
    target: average,
  };
}
