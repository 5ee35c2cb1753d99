import { describe, expect, it } from 'vitest';
import { textOf, unitsOf } from '../../../shared/core/decimal.ts';
import { list, money } from '../../../shared/core/decision/words.ts';

describe('words', () => {
  it.each([
    [[], ''],
    [['a'], 'a'],
    [['a', 'b'], 'a and b'],
    [['a', 'b', 'c'], 'a, b and c'],
  ])('%j are listed as "%s"', (words, expected) => {
    expect(list(words)).toBe(expected);
  });
});

describe('money', () => {
  it.each([
    ['0', '0.00'],
    ['999', '999.00'],
    ['1000.5', '1,000.50'],
    ['1234567.899', '1,234,567.89'], // cents are cut, never more than there is
  ])('of %s is written %s', (amount, expected) => {
    expect(money(textOf(unitsOf(amount)))).toBe(expected);
  });
});
