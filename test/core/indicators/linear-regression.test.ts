import { describe, expect, it } from 'vitest';
import { linearRegression } from '../../../shared/core/indicators/linear-regression.ts';

const { NaN: none } = Number;

describe('linear regression', () => {
  // 1 2 6 about the middle candle: mean 3, slope (6 − 1) / 2 = 2.5, height at the last 3 + 2.5 = 5.5.
  // 2 6 1: mean 3, slope (1 − 2) / 2 = −0.5, height 2.5.
  it('is the height at the last value of the line of least squares, and its slope', () => {
    const { value, slope } = linearRegression(Float64Array.of(1, 2, 6, 1), 3);
    expect([...value]).toEqual([none, none, 5.5, 2.5]);
    expect([...slope]).toEqual([none, none, 2.5, -0.5]);
  });

  it('goes through two values', () => {
    const { value, slope } = linearRegression(Float64Array.of(4, 7, 5), 2);
    expect([...value]).toEqual([none, 7, 5]);
    expect([...slope]).toEqual([none, 3, -2]);
  });

  it('waits until the values have begun', () => {
    const { value } = linearRegression(Float64Array.of(none, none, 4, 7, 5), 2);
    expect([...value]).toEqual([none, none, none, 7, 5]);
  });

  it('is exactly the price of a flat market', () => {
    const { value, slope } = linearRegression(new Float64Array(20).fill(97.3), 20);
    expect([value[19], slope[19]]).toEqual([97.3, 0]);
  });
});
