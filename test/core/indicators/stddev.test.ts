import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stddev } from '../../../shared/core/indicators/stddev.ts';
import { walk } from '../../helpers/candles.ts';

const { NaN: none } = Number;

describe('stddev', () => {
  // Mean 5; distances −3 −1 −1 −1 0 0 2 4, their squares sum to 32: √(32 / 8) = 2.
  it('divides the squared distances from the mean by the period', () => {
    const line = stddev(Float64Array.of(2, 4, 4, 4, 5, 5, 7, 9), 8);
    expect([...line]).toEqual([none, none, none, none, none, none, none, 2]);
  });

  // 10⁹ + 4, 7, 13, 16 and 10: distances −6 −3 3 6 0 from the mean, √(90 / 5); running sums of squares give 0 here.
  it('keeps its digits where values are large and near each other', () => {
    const line = stddev(Float64Array.of(1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16, 1e9 + 10), 5);
    expect(line[4]).toBe(Math.sqrt(18));
  });

  it('is exactly 0 in a flat market, whatever was before', () => {
    const flat = new Float64Array(80).fill(97.3);
    flat.set(walk(1, 60).close);
    expect(stddev(flat, 20)[78]).toBeGreaterThan(0);
    expect(stddev(flat, 20)[79]).toBe(0);
  });

  it('knows nothing of the values before its window', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 60 }), (seed, period) => {
        const { close } = walk(seed, 80, { move: 0.08 });
        expect(stddev(close.subarray(80 - period), period).at(-1)).toBe(stddev(close, period).at(-1));
      }),
    );
  });
});
