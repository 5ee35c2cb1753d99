import { describe, expect, it } from 'vitest';
import { cci } from '../../../shared/core/indicators/cci.ts';

const { NaN: none } = Number;

describe('cci', () => {
  // Typical prices 1, 2, 6: mean 3, distances 2, 1, 3, in the mean 2. The last is 3 above: 3 / (0.015 × 2).
  it('measures how far the typical price is from its average', () => {
    const line = cci(Float64Array.of(3, 4, 9), Float64Array.of(0, 1, 4), Float64Array.of(0, 1, 5), 3);
    expect([...line]).toEqual([none, none, expect.closeTo(100, 12)]);
  });

  it('is 0 where all prices are the same', () => {
    const flat = new Float64Array(30).fill(97.3);
    expect(new Set(cci(flat, flat, flat, 20).subarray(19))).toEqual(new Set([0]));
  });
});
