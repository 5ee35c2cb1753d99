import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normalProbability, normalQuantile } from '../../../shared/core/backtest/normal.ts';

describe('the normal distribution', () => {
  // Computed with 30 digits by mpmath 1.3.0, `ncdf`, and rounded to a float64.
  it.each([
    [-37, 5.725571222524577e-300],
    [-10, 7.619853024160525e-24],
    [-5, 2.866515718791939e-7],
    [-3, 0.0013498980316300946],
    [-2.5, 0.006209665325776135],
    [0, 0.5],
    [1, 0.8413447460685429],
    [3, 0.9986501019683699],
  ])('is below %d with a probability of %d', (z, expected) => {
    expect(Math.abs(normalProbability(z) / expected - 1)).toBeLessThan(1e-13);
  });

  // Where mpmath's `ncdf` has that probability, found with 40 digits.
  it.each([
    [0.25, -0.6744897501960817],
    [0.001, -3.090232306167814],
    [1e-20, -9.262340089798409],
    [0.9, 1.2815515655446004],
  ])('is below its quantile with a probability of %d', (probability, expected) => {
    expect(Math.abs(normalQuantile(probability) / expected - 1)).toBeLessThan(1e-13);
  });

  it('has probabilities and quantiles that undo each other, and is symmetric', () => {
    const tail = fc.double({ min: 1e-300, max: 0.5, noNaN: true });
    fc.assert(
      fc.property(tail, (probability) => {
        const z = normalQuantile(probability);
        expect(Math.abs(normalProbability(z) / probability - 1)).toBeLessThan(1e-11);
        expect(Math.abs(normalProbability(z) + normalProbability(-z) - 1)).toBeLessThan(1e-14);
      }),
    );
  });

  it.each([0, 1, -0.1, Number.NaN])('has no quantile for a probability of %d', (probability) => {
    expect(() => normalQuantile(probability)).toThrow(/^Bug: probability /);
  });
});
