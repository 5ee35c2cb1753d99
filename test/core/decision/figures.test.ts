import { describe, expect, it } from 'vitest';
import { textOf, unitsOf } from '../../../shared/core/decimal.ts';
import { nearestText, ratio, stopText, trimmed } from '../../../shared/core/decision/figures.ts';

describe('a figure as text', () => {
  it.each([
    [1.005, 2, '1'], // the float is below 1.005
    [1.006, 2, '1.01'],
    [2.5, 0, '3'],
    [61_234.56, 1, '61234.6'],
    [100, 2, '100'],
    [0, 2, '0'],
    [-1.236, 2, '-1.24'], // as far from zero as the same amount above it
    [-0.001, 2, '0'], // no minus nothing
    [1e-7, 8, '0.0000001'],
  ])('%d with %d places is %s', (value, places, expected) => {
    expect(nearestText(value, places)).toBe(expected);
  });

  it('has no trailing zeros', () => {
    expect(trimmed(textOf(unitsOf('1.50')))).toBe('1.5');
    expect(trimmed('12.50000000' as Parameters<typeof trimmed>[0])).toBe('12.5');
  });
});

describe('a stop as text', () => {
  it.each([
    [96.04, 1, '96.1'], // up: never looser
    [96, 1, '96'],
    [1234.561, 2, '1234.57'],
  ])('%d with %d places is %s', (level, places, expected) => {
    expect(stopText(level, places)).toBe(expected);
  });
});

describe('a ratio of a record', () => {
  it.each([
    [1 / 3, 0.333333],
    [2 / 3, 0.666667],
    [-0.00000049, -0],
    [12, 12],
    [null, null],
    [Number.NaN, null],
    [Number.POSITIVE_INFINITY, null],
  ])('%s is %s', (value, expected) => {
    expect(ratio(value)).toBe(expected);
  });
});
