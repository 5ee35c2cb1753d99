import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sma } from '../../../shared/core/indicators/sma.ts';
import { walk } from '../../helpers/candles.ts';

describe('sma', () => {
  // (1 + 2 + 6) / 3, (2 + 6 + 4) / 3, (6 + 4 − 1) / 3.
  it('is the mean of the current value and those before it, the period in all', () => {
    expect([...sma(Float64Array.of(1, 2, 6, 4, -1), 3)]).toEqual([Number.NaN, Number.NaN, 3, 4, 3]);
  });

  // 97.3 added fifty times and divided by fifty is not 97.3: a flat market would be below its own average.
  it('is exactly the price of a flat market, whatever the period and whatever was before', () => {
    for (const price of [97.3, 0.1, 1e6 / 3]) {
      const flat = new Float64Array(120).fill(price);
      flat.set(walk(1, 60).close);
      for (const period of [3, 20, 50]) {
        expect(new Set(sma(flat, period).subarray(59 + period)), `${price}`).toEqual(new Set([price]));
      }
    }
  });

  it('knows nothing of the values before its window', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 60 }), (seed, period) => {
        const { close } = walk(seed, 80, { move: 0.08 });
        expect(sma(close.subarray(80 - period), period).at(-1)).toBe(sma(close, period).at(-1));
      }),
    );
  });
});
