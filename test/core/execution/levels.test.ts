import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ceilToTick, clampStop, weightedMedian } from '../../../shared/core/execution/levels.ts';

const at = (price: number, weight: number) => ({ price, weight });

describe('the weighted median', () => {
  it.each([
    ['the only level', [at(97, 0.3)], 97, 97],
    ['the loosest of two equal weights', [at(97, 0.5), at(95, 0.5)], 95, 97],
    ['the heavier of two', [at(97, 0.6), at(95, 0.5)], 97, 97],
    ['the middle of three equal weights', [at(95, 1), at(97, 1), at(96, 1)], 96, 96],
    // 0.1 + 0.2 is a hair above 0.3, so half of the whole is a hair above what has been added
    ['a tie that floats spell otherwise', [at(1, 0.3), at(2, 0.1), at(3, 0.2)], 1, 2],
    ['the level that carries half alone', [at(90, 0.1), at(91, 0.1), at(99, 0.9)], 99, 99],
  ])('is %s', (_, levels, lowestFirst, highestFirst) => {
    expect(weightedMedian(levels, 'lowest')).toBe(lowestFirst);
    expect(weightedMedian(levels, 'highest')).toBe(highestFirst);
  });

  it('is one of the levels, whatever their order', () => {
    const levels = fc.array(
      fc.record({ price: fc.integer({ min: 1, max: 50 }), weight: fc.integer({ min: 1, max: 10 }) }),
      { minLength: 1, maxLength: 9 },
    );
    fc.assert(
      fc.property(levels, (given) => {
        const median = weightedMedian(given, 'lowest');
        const upTo = given.filter(({ price }) => price <= median);
        const below = given.filter(({ price }) => price < median);
        const sum = (some: typeof given) => some.reduce((all, { weight }) => all + weight, 0);
        expect(2 * sum(upTo)).toBeGreaterThanOrEqual(sum(given));
        expect(2 * sum(below)).toBeLessThan(sum(given));
        expect(weightedMedian([...given].reverse(), 'lowest')).toBe(median);
      }),
    );
  });

  it('does not reorder what it was given', () => {
    const levels = Object.freeze([at(97, 1), at(95, 1)]);
    expect(weightedMedian(levels, 'lowest')).toBe(95);
  });

  it('does not exist of nothing', () => {
    expect(() => weightedMedian([], 'lowest')).toThrow('Bug: median of no level');
  });
});

describe('a stop', () => {
  it.each([
    [97, 97],
    [99, 98], // nearer than 1 ATR
    [105, 98], // above the price
    [80, 92], // farther than 4 ATR
    [98, 98],
    [92, 92],
  ])('at %d is held at %d, between 1 and 4 ATR of 2 below 100', (level, held) => {
    expect(clampStop(level, 100, 2)).toBe(held);
  });
});

describe('rounding a stop up', () => {
  it.each([
    [97.01, 1, 97.1],
    [97.1, 1, 97.1], // on the tick it stays
    [61_234.5, 1, 61_234.5],
    [61_234.50000000001, 1, 61_234.6],
    [0.3, 1, 0.3],
    [0.1 + 0.2, 1, 0.4], // 0.30000000000000004 is above 0.3
    [1234.567, 2, 1234.57],
    [97.2, 0, 98],
    [1e-9, 5, 0.00001],
    [0, 1, 0.1],
    [-5, 2, 0.01], // 4 ATR may reach below nothing: the lowest price there is
  ])('puts %d with %d decimals at %d', (level, decimals, rounded) => {
    expect(ceilToTick(level, decimals)).toBe(rounded);
  });

  it('is never below the level, and less than a tick above it', () => {
    // From 0.01 up a float64 has at most 18 places.
    const level = fc.double({ min: 0.01, max: 200_000, noNaN: true });
    fc.assert(
      fc.property(level, fc.integer({ min: 0, max: 5 }), (price, decimals) => {
        const rounded = ceilToTick(price, decimals);
        expect(rounded).toBeGreaterThanOrEqual(price);
        expect(rounded - price).toBeLessThan(10 ** -decimals * (1 + 1e-9));
        expect(Number(rounded.toFixed(decimals))).toBe(rounded);
        expect(ceilToTick(rounded, decimals)).toBe(rounded);
      }),
    );
  });

  it('refuses a level that is none: a stop that protects nothing is a bug', () => {
    for (const none of [Number.NaN, Number.POSITIVE_INFINITY])
      expect(() => ceilToTick(none, 1)).toThrow('Bug: a stop without a level');
  });
});
