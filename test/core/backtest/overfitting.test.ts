import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { momentsOf } from '../../../shared/core/backtest/moments.ts';
import {
  expectedBestSharpe,
  overfittingProbability,
  probabilisticSharpe,
} from '../../../shared/core/backtest/overfitting.ts';

const blocks = (...rows: readonly (readonly number[])[]) => rows.map((row) => Float64Array.from(row));

describe('the probability of overfitting', () => {
  it('is 0 where one is better on every block, of sixteen too', () => {
    const better = Array.from({ length: 16 }, (_, i) => 2 + i);
    const worse = Array.from({ length: 16 }, (_, i) => i % 2);
    expect(overfittingProbability(blocks(better, worse))).toBe(0);
  });

  it('counts equal results against whoever was chosen', () => {
    // Two blocks, two splits; all the same: rank 1 of 2, 1/3 is at most a half.
    expect(overfittingProbability(blocks([1, 1], [1, 1]))).toBe(1);
  });

  it('by hand: each is best on its own block and worst on the other', () => {
    expect(overfittingProbability(blocks([2, 0], [0, 2], [1, 1]))).toBe(1);
    // On the first block the first wins (2), on the second (3 > 2) it has rank 3; on the second it wins again.
    expect(overfittingProbability(blocks([2, 3], [1, 2], [0, 1]))).toBe(0);
  });

  it('does not depend on the unit of the scores', () => {
    const row = fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 6, maxLength: 6 });
    fc.assert(
      fc.property(fc.array(row, { minLength: 2, maxLength: 5 }), (rows) => {
        const chance = overfittingProbability(blocks(...rows));
        expect(overfittingProbability(blocks(...rows.map((one) => one.map((score) => 8 * score))))).toBe(
          chance,
        );
        expect(chance).toBeGreaterThanOrEqual(0);
        expect(chance).toBeLessThanOrEqual(1);
      }),
      { numRuns: 50 },
    );
  });

  it.each([
    ['one configuration', blocks([1, 2])],
    ['an odd number of blocks', blocks([1, 2, 3], [1, 2, 3])],
    ['no block', blocks([], [])],
  ])('is not asked of %s', (_, scores) => {
    expect(() => overfittingProbability(scores)).toThrow(/^Bug: /);
  });
});

describe('a Sharpe ratio that was chosen', () => {
  it('has more to beat with every configuration that was tried', () => {
    const bests = [2, 10, 100, 1000].map((trials) => expectedBestSharpe(trials, 0.001));
    expect(bests).toEqual([...bests].sort((a, b) => a - b));
    expect(() => expectedBestSharpe(1, 0.001)).toThrow('Bug: the best of 1 trials');
  });

  it('is as likely as not to be above itself, and surer above a lower one', () => {
    const moments = momentsOf(Float64Array.of(0.01, -0.02, 0.03, 0.01, 0));
    const own = moments.mean / moments.deviation;
    expect(probabilisticSharpe(moments, own)).toBe(0.5);
    expect(probabilisticSharpe(moments, 0)).toBeGreaterThan(0.5);
  });
});
