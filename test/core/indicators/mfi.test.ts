import { describe, expect, it } from 'vitest';
import { mfi } from '../../../shared/core/indicators/mfi.ts';

const { NaN: none } = Number;

describe('mfi', () => {
  // Typical prices 10, 12, 9 with volumes of 1 and 4 on the last two: 12 went in, 36 out. Then 9, 9: nothing, twice, and
  // 10 without volume.
  it('is the part of the money that went in, and 50 where none went either way', () => {
    const close = Float64Array.of(10, 12, 9, 9, 9, 10);
    const high = close.map((price) => price + 2);
    const low = close.map((price) => price - 2);
    const volume = Float64Array.of(7, 1, 4, 5, 5, 0);
    expect([...mfi({ high, low, close, volume }, 2)]).toEqual([none, none, 25, 0, 50, 50]);
  });

  it('has nothing left of what was traded before its window', () => {
    const close = Float64Array.of(0.1, 0.3, 0.7, 0.7, 0.7, 0.7);
    const volume = Float64Array.of(1e9, 1e9, 3, 1, 1, 1);
    expect(mfi({ high: close, low: close, close, volume }, 2)[5]).toBe(50);
  });
});
