import { describe, expect, it } from 'vitest';
import { rma } from '../../../shared/core/indicators/rma.ts';

describe('rma', () => {
  // Worked by hand: mean(1,3) = 2, then (previous × 1 + value) / 2.
  it('starts at the mean and moves by one part in the period', () => {
    expect([...rma(Float64Array.of(1, 3, 6, 0), 2)]).toEqual([Number.NaN, 2, 4, 2]);
  });
});
