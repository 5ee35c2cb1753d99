import { describe, expect, it } from 'vitest';
import { stochrsi } from '../../../shared/core/indicators/stochrsi.ts';

const { NaN: none } = Number;

describe('stochrsi', () => {
  // The index is 75, 87.5, 43.75, as in its own test: at the top of the last two, then at the bottom.
  it('says where the index lies in its range', () => {
    const { k, d } = stochrsi(Float64Array.of(10, 13, 12, 14, 12), { rsi: 2, k: 2, d: 2 });
    expect([...k]).toEqual([none, none, none, none, 0]);
    expect([...d]).toEqual([none, none, none, none, 50]);
  });

  it('has no value where the market stands still', () => {
    const still = new Float64Array(200).fill(97.1);
    still.set([97.3, 97.5]);
    const { k, d } = stochrsi(still, { rsi: 14, k: 5, d: 3 });
    expect(new Set(k)).toEqual(new Set([none]));
    expect(new Set(d)).toEqual(new Set([none]));
  });
});
