import { describe, expect, it } from 'vitest';
import { adx } from '../../../shared/core/indicators/adx.ts';

const { NaN: none } = Number;

describe('adx', () => {
  // Moves up: 2, 2.5, 5.5, −1, 1; down: −1, 3, −3, −2, 1. So +2, then −3, +5.5, and none on the last two: the fourth
  // candle lies inside the third, the fifth reaches beyond it equally on both sides. True ranges: 3, 8.5, 11, 8, 10.
  const high = Float64Array.of(10, 12, 14.5, 20, 19, 20);
  const low = Float64Array.of(8, 9, 6, 9, 11, 10);
  const close = Float64Array.of(9, 11, 10, 19, 15, 15);
  const lines = adx(high, low, close, 2);

  // Half is kept of each sum, from the second candle with a move on. Range: 3, 1.5 + 8.5 = 10, 5 + 11, 8 + 8, 8 + 10.
  it('adds up the larger of two moves with the smoothing of Wilder', () => {
    expect([...lines.plusDm]).toEqual([none, 2, 1, 6, 3, 1.5]);
    expect([...lines.minusDm]).toEqual([none, 0, 3, 1.5, 0.75, 0.375]);
  });

  it('gives the moves in percent of the true ranges', () => {
    expect([...lines.plusDi.subarray(0, 5)]).toEqual([none, none, 10, 37.5, 18.75]);
    expect([...lines.minusDi.subarray(0, 5)]).toEqual([none, none, 30, 9.375, 4.6875]);
  });

  // dx: 100 × 2 / 4, 4.5 / 7.5, and 60 from there on. Mean of the first two: 55, then half way to 60 each time.
  it('smooths how far one side outweighs the other', () => {
    expect([...lines.dx]).toEqual([none, none, 50, 60, 60, 60]);
    expect([...lines.adx]).toEqual([none, none, none, 55, 57.5, 58.75]);
  });

  it('is 0 where nothing moves', () => {
    const flat = new Float64Array(6).fill(97.3);
    expect([...adx(flat, flat, flat, 2).adx]).toEqual([none, none, none, 0, 0, 0]);
  });
});
