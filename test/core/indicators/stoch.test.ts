import { describe, expect, it } from 'vitest';
import { stoch } from '../../../shared/core/indicators/stoch.ts';

const { NaN: none } = Number;

describe('stoch', () => {
  // The closes lie at 75, 50 and 25 % of their ranges, as in the test of the fast one: 62.5 and 37.5, then their mean.
  it('averages the fast one once more', () => {
    const high = Float64Array.of(10, 12, 14, 13, 13);
    const low = Float64Array.of(6, 8, 10, 8, 9);
    const close = Float64Array.of(9, 9, 12, 11, 9.5);
    const { k, d } = stoch(high, low, close, { k: 3, slowK: 2, d: 2 });
    expect([...k]).toEqual([none, none, none, none, 37.5]);
    expect([...d]).toEqual([none, none, none, none, 50]);
  });

  it('has no value while one of its candles has no range', () => {
    const price = Float64Array.of(5, 6, 7, 8, 8, 9, 10, 11);
    const { k, d } = stoch(price, price, price, { k: 2, slowK: 2, d: 2 });
    expect([...k]).toEqual([none, none, none, 100, none, none, 100, 100]);
    expect([...d]).toEqual([none, none, none, 100, none, none, none, 100]);
  });
});
