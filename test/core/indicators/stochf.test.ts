import { describe, expect, it } from 'vitest';
import { stochf } from '../../../shared/core/indicators/stochf.ts';

const { NaN: none } = Number;

describe('stochf', () => {
  // Ranges of three candles: 6 to 14, then 8 to 14 twice; the closes 12, 11 and 9.5 lie at 75, 50 and 25 % of them.
  it('says where the close lies in its range, from the first average of that on', () => {
    const high = Float64Array.of(10, 12, 14, 13, 13);
    const low = Float64Array.of(6, 8, 10, 8, 9);
    const close = Float64Array.of(9, 9, 12, 11, 9.5);
    const { k, d } = stochf(high, low, close, { k: 3, d: 2 });
    expect([...k]).toEqual([none, none, none, 50, 25]);
    expect([...d]).toEqual([none, none, none, 62.5, 37.5]);
  });

  it('has no value where the market stands still, nor an average over such a candle', () => {
    const price = Float64Array.of(5, 5, 5, 6, 7, 7, 7);
    const { k, d } = stochf(price, price, price, { k: 2, d: 2 });
    expect([...k]).toEqual([none, none, none, 100, 100, none, none]);
    expect([...d]).toEqual([none, none, none, none, 100, none, none]);
  });
});
