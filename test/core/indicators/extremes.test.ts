import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { highest, lowest } from '../../../shared/core/indicators/extremes.ts';

const { NaN: none } = Number;

describe('highest and lowest', () => {
  it('look at the current value and those before it, the period in all', () => {
    const values = Float64Array.of(3, 1, 2, 5, 4, 0);
    expect([...highest(values, 3)]).toEqual([none, none, 3, 5, 5, 5]);
    expect([...lowest(values, 3)]).toEqual([none, none, 1, 1, 2, 0]);
  });

  it('are the extremes of every window, wherever it lies', () => {
    const price = fc.double({ min: -1e6, max: 1e6, noNaN: true }).map((value) => value + 0);
    const values = fc.array(price, { maxLength: 60 });
    fc.assert(
      fc.property(values, fc.integer({ min: 1, max: 20 }), (list, period) => {
        const windows = list.map((_, i) => list.slice(Math.max(0, i - period + 1), i + 1));
        const extremes = (best: (...window: number[]) => number) =>
          windows.map((window) => (window.length < period ? none : best(...window) + 0));
        const line = Float64Array.from(list);
        expect([...highest(line, period)].map((value) => value + 0)).toEqual(extremes(Math.max));
        expect([...lowest(line, period)].map((value) => value + 0)).toEqual(extremes(Math.min));
      }),
    );
  });
});
