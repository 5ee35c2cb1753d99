import { describe, expect, it } from 'vitest';
import { standardise } from '../../../shared/core/decision/standardise.ts';
import { randomOf } from '../../../shared/core/market/random.ts';

const { normal } = randomOf(1, 'standardise');
const noise = Float64Array.from({ length: 200 }, () => normal() / 100);
const steady = Array.from({ length: 20 }, (_, t) => (t % 2 === 0 ? 0.01 : -0.01));
const valuesOf = (returns: readonly number[]) => standardise(Float64Array.from(returns)) ?? [];

describe('standardised returns', () => {
  it('are over the deviation of the first twenty, then over that of all before', () => {
    const [first, second, ...rest] = valuesOf([...steady, 0.02, 0.01]);
    expect(first).toBeCloseTo(1, 12);
    expect(second).toBeCloseTo(-1, 12);
    // 0.02 meets 0.01². After it the variance is 0.94 × 0.0001 + 0.06 × 0.0004 = 0.000118.
    expect(rest.at(-2)).toBeCloseTo(2, 12);
    expect(rest.at(-1)).toBeCloseTo(0.01 / Math.sqrt(0.000118), 12);
  });

  it('do not change with the scale', () => {
    expect(standardise(noise.map((value) => value * 1024))).toEqual(standardise(noise));
  });

  it('do not know the returns after them, from the twentieth on', () => {
    const other = noise.map((value, t) => (t > 100 ? value * 5 : value));
    expect(standardise(other)?.slice(0, 101)).toEqual(standardise(noise)?.slice(0, 101));
    expect(standardise(other)?.[102]).not.toBe(standardise(noise)?.[102]);
  });

  it('are none when the first twenty do not move, or one is not a number', () => {
    expect(standardise(noise.map((value, t) => (t < 20 ? 0 : value)))).toBeNull();
    expect(standardise(noise.map((value, t) => (t === 3 ? Number.NaN : value)))).toBeNull();
    expect(standardise(noise.map((value, t) => (t < 19 ? 0 : value)))).not.toBeNull();
  });

  it('leave their input as it was', () => {
    const before = noise.slice();
    standardise(noise);
    expect(noise).toEqual(before);
  });
});
