import { describe, expect, it } from 'vitest';
import { donchian } from '../../../shared/core/indicators/donchian.ts';

describe('donchian', () => {
  it('spans the highest high and the lowest low, with the middle half way', () => {
    const { upper, lower, middle } = donchian(Float64Array.of(5, 7, 6), Float64Array.of(3, 4, 2), 2);
    expect([...upper]).toEqual([Number.NaN, 7, 7]);
    expect([...lower]).toEqual([Number.NaN, 3, 2]);
    expect([...middle]).toEqual([Number.NaN, 5, 4.5]);
  });
});
