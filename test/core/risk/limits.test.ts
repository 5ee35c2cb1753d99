import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { unitsOf } from '../../../shared/core/decimal.ts';
import { hasFallen, hasMoved, type Limit, reaches } from '../../../shared/core/risk/limits.ts';

describe('an amount', () => {
  it.each<[string, string, Limit, boolean]>([
    ['10000', '9800', 0.02, true], // at the limit it has
    ['10000', '9800.000000000000000001', 0.02, false], // one unit less than 2 %
    ['10000', '9799.999999999999999999', 0.02, true],
    ['30000', '27000', 0.1, true], // in floats 1 − 27,000 / 30,000 is 0.09999999999999998
    ['10000', '12000', 0.02, false],
    ['10000', '0', 'off', false],
    ['0', '-5', 0.02, false], // of nothing there is no fraction
    ['-100', '-200', 0.02, false],
  ])('from %s to %s has fallen by %s: %s', (from, to, limit, expected) => {
    expect(hasFallen(unitsOf(from), unitsOf(to), limit)).toBe(expected);
  });

  it('that has fallen has fallen by every smaller limit, and stays so when it falls further', () => {
    const amount = fc.bigInt({ min: 1n, max: 10n ** 24n });
    const fraction = fc.double({ min: 1e-6, max: 0.5, noNaN: true });
    fc.assert(
      fc.property(amount, amount, amount, fraction, (from, to, more, limit) => {
        fc.pre(hasFallen(from, to, limit));
        expect(hasFallen(from, to - more, limit)).toBe(true);
        expect(hasFallen(from, to, limit / 2)).toBe(true);
      }),
    );
  });
});

describe('a part', () => {
  it('reaches a fraction of the whole at that fraction', () => {
    expect(reaches(unitsOf('0.2603'), unitsOf('260.3'), 0.001)).toBe(true); // as floats 0.2603 / 260.3 is less
    expect(reaches(unitsOf('0.2602'), unitsOf('260.3'), 0.001)).toBe(false);
  });
});

describe('a price', () => {
  it.each([
    [100, 105, 0.05, true],
    [100, 104.99, 0.05, false],
    [100, 95, 0.05, true],
    [100, 95.01, 0.05, false],
    [0.7, 0.595, 0.15, true], // in floats 0.14999999999999997
    [10, 9, 0.1, true], // in floats 9 / 10 − 1 is −0.09999999999999998
    [100, 104.9999999999, 0.05, false], // nearer to the limit than the quick division can tell
    [100, 95.0000000001, 0.05, false],
    [61_234.5, 61_234.5, 0.01, false],
  ])('from %d to %d has moved by %d: %s', (from, to, limit, expected) => {
    expect(hasMoved(from, to, limit)).toBe(expected);
  });

  it('has moved by the limit itself, and by no tick less, whatever decimals spell it', () => {
    const tenths = fc.integer({ min: 1000, max: 2_000_000 });
    fc.assert(
      fc.property(tenths, fc.integer({ min: 1, max: 30 }), fc.constantFrom(1, -1), (price, percent, side) => {
        const from = price / 10;
        const to = (price * (100 + side * percent)) / 1000;
        const nearer = (price * (100 + side * percent) - side) / 1000;
        expect(hasMoved(from, to, percent / 100)).toBe(true);
        expect(hasMoved(from, nearer, percent / 100)).toBe(false);
      }),
    );
  });
});
