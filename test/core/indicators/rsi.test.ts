import { describe, expect, it } from 'vitest';
import { rsi } from '../../../shared/core/indicators/rsi.ts';

const { NaN: none } = Number;

describe('rsi', () => {
  // Changes: 3, −1, 2, −2. Means of the first two: 1.5 up and 0.5 down; then half of each and half of the new one:
  // 1.75 and 0.25, then 0.875 and 1.125.
  it('is the part of all movement that went up, the first changes averaged plainly', () => {
    expect([...rsi(Float64Array.of(10, 13, 12, 14, 12), 2)]).toEqual([none, none, 75, 87.5, 43.75]);
  });

  it('is 50 where nothing moves: neither oversold nor overbought', () => {
    expect([...rsi(new Float64Array(4).fill(97.3), 2)]).toEqual([none, none, 50, 50]);
  });

  it('has its first value also where the price pauses there', () => {
    expect([...rsi(Float64Array.of(10, 13, 13), 2)]).toEqual([none, none, 100]);
  });

  // Changes 0.2 and −0.4, then none: two means that shrink alike.
  it('stays exactly as it is while the price does', () => {
    const still = new Float64Array(200).fill(97.1);
    still.set([97.3, 97.5]);
    expect(new Set(rsi(still, 14).subarray(14)).size).toBe(1);
  });
});
