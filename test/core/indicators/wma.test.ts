import { describe, expect, it } from 'vitest';
import { wma } from '../../../shared/core/indicators/wma.ts';

const { NaN: none } = Number;

describe('wma', () => {
  // (1 × 3 + 2 × 6 + 3 × 9) / 6, then (1 × 6 + 2 × 9 + 3 × 3) / 6.
  it('weighs the newest value most', () => {
    expect([...wma(Float64Array.of(3, 6, 9, 3), 3)]).toEqual([none, none, 7, 5.5]);
  });

  it('is exactly the price of a flat market', () => {
    expect(new Set(wma(new Float64Array(30).fill(97.3), 20).subarray(19))).toEqual(new Set([97.3]));
  });
});
