import { describe, expect, it } from 'vitest';
import { ttmSqueeze } from '../../../shared/core/indicators/ttm-squeeze.ts';
import { closesOf, walk } from '../../helpers/candles.ts';

const { NaN: none } = Number;

describe('ttm squeeze', () => {
  // Two closes of 10 and 12: mean 11, deviation 1. Each candle reaches 3 about its close, so true ranges are 6, and
  // the channel of 1/3 of them reaches 2 about 11. Bands of 2 deviations meet it; of 1.9 they lie inside.
  it('is on while the bands lie inside the channel, not when they meet it', () => {
    const onOf = (width: number) => [
      ...ttmSqueeze(closesOf([10, 12, 10, 12], 3), { period: 2, width, reach: 1 / 3 }).on,
    ];
    expect(onOf(2)).toEqual([none, none, 0, 0]);
    expect(onOf(1.9)).toEqual([none, none, 1, 1]);
  });

  it('is off in a flat market, where bands and channel are one line, and has no momentum', () => {
    const { on, momentum } = ttmSqueeze(closesOf(new Array(40).fill(97.3), 0), {
      period: 20,
      width: 2,
      reach: 1.5,
    });
    expect([...on.subarray(19)]).toEqual([none, ...new Array(20).fill(0)]);
    expect([...momentum.subarray(37)]).toEqual([none, 0, 0]);
  });

  // Index 1: extremes 9 and 15, middle 12, average 12: 14 lies 2 above. Index 2: 9 and 15, 12, average (14 + 10) / 2:
  // 10 lies 2 below. Index 3: extremes 9 and 19, middle 14, average 14: 18 lies 4 above. A line through two is the last.
  it('has a momentum of each candle’s own distance from its own average and middle', () => {
    const { momentum } = ttmSqueeze(closesOf([10, 14, 10, 18]), { period: 2, width: 2, reach: 1.5 });
    expect([...momentum]).toEqual([none, none, -2, 4]);
  });

  it('lays its line through as many distances as the period', () => {
    const candles = walk(3, 60);
    const { momentum } = ttmSqueeze(candles, { period: 3, width: 2, reach: 1.5 });
    const distance = (i: number) => {
      const window = (line: Float64Array) => line.subarray(i - 2, i + 1);
      const middle = (Math.max(...window(candles.high)) + Math.min(...window(candles.low))) / 2;
      const average = window(candles.close).reduce((sum, value) => sum + value, 0) / 3;
      return (candles.close[i] ?? none) - (middle + average) / 2;
    };
    // Height of the line through three values at the last one: (−a + 2b + 5c) / 6.
    for (let i = 4; i < 60; i++) {
      const height = (-distance(i - 2) + 2 * distance(i - 1) + 5 * distance(i)) / 6;
      expect(momentum[i]).toBeCloseTo(height, 10);
    }
  });
});
