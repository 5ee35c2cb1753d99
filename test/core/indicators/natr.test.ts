import { describe, expect, it } from 'vitest';
import { natr } from '../../../shared/core/indicators/natr.ts';

const { NaN: none } = Number;

describe('natr', () => {
  // The average true ranges 3 and 5 of the test of atr, at closes of 10 and 17.
  it('is the average true range in percent of the close', () => {
    const high = Float64Array.of(99, 11, 12, 17);
    const low = Float64Array.of(1, 9, 8, 11);
    const close = Float64Array.of(10, 10, 10, 17);
    expect([...natr(high, low, close, 2)]).toEqual([none, none, 30, 500 / 17]);
  });
});
