import { describe, expect, it } from 'vitest';
import { dema } from '../../../shared/core/indicators/dema.ts';

const { NaN: none } = Number;

describe('dema', () => {
  // Average: mean(2, 4) = 3, then two thirds of the way to 6 and to 5.75: 5, 5.5. Its own: mean(3, 5) = 4, then 5.
  it('is twice the average minus the average of it', () => {
    expect([...dema(Float64Array.of(2, 4, 6, 5.75), 2)]).toEqual([none, none, 6, 6]);
  });
});
