import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quantile } from '../../../shared/core/indicators/quantile.ts';

const { NaN: none } = Number;

describe('quantile', () => {
  // Sorted windows of three: 1 3 7, 1 5 7, 1 1 5; a share of 0.75 stands at 1.5, half way from the second to the third.
  it('lies on the line between the two sorted values next to its place', () => {
    const values = Float64Array.of(3, 7, 1, 5, 1);
    expect([...quantile(values, 3, 0.75)]).toEqual([none, none, 5, 6, 3]);
    expect([...quantile(values, 3, 0)]).toEqual([none, none, 1, 1, 1]);
    expect([...quantile(values, 3, 1)]).toEqual([none, none, 7, 7, 5]);
  });

  it('waits until the values have begun', () => {
    expect([...quantile(Float64Array.of(none, none, 4, 8), 2, 0.5)]).toEqual([none, none, none, 6]);
    expect([...quantile(Float64Array.of(none, none), 2, 0.5)]).toEqual([none, none]);
  });

  it('refuses a share that is none', () => {
    for (const share of [-0.1, 1.1, none])
      expect(() => quantile(Float64Array.of(1), 1, share)).toThrow(/^Bug: quantile share/);
  });

  it('is that of every window sorted anew, ties and all', () => {
    const list = fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 60 });
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(list, fc.integer({ min: 1, max: 20 }), share, (values, period, part) => {
        const wanted = values.map((_, i) => {
          const window = values.slice(Math.max(0, i - period + 1), i + 1).sort((a, b) => a - b);
          if (window.length < period) return none;
          const place = part * (period - 1);
          const [low = none, high = low] = window.slice(Math.floor(place));
          return low + (place - Math.floor(place)) * (high - low);
        });
        expect([...quantile(Float64Array.from(values), period, part)]).toEqual(wanted);
      }),
    );
  });
});
