import { describe, expect, it } from 'vitest';
import { hurst } from '../../../shared/core/decision/whittle.ts';
import { fractionalNoise } from '../../helpers/noise.ts';

const [path = new Float64Array()] = fractionalNoise(0.6, { paths: 1, length: 499 });

describe('the Hurst exponent of', () => {
  // An impulse has the same power at all frequencies, as only H = 0.5 explains without a rest.
  it('a single spike is 0.5', () => {
    const spike = new Float64Array(499);
    spike[123] = 7;
    expect(hurst(spike)).toBeCloseTo(0.5, 3);
  });

  it('returns that turn back every time is the least of the grid', () => {
    expect(hurst(path.map((_, t) => (t % 2 === 0 ? 1 : -1)))).toBe(0.01);
  });

  it('returns that drift for good is the greatest of the grid', () => {
    expect(hurst(path.map((_, t) => t))).toBe(0.99);
  });

  it('returns does not depend on their level, scale or direction in time', () => {
    expect(hurst(path.map((value) => 1e-3 * value + 5))).toBeCloseTo(hurst(path), 9);
    expect(hurst(path.map((value) => -1e6 * value))).toBeCloseTo(hurst(path), 9);
    expect(hurst(path.slice().reverse())).toBeCloseTo(hurst(path), 9);
  });

  it('returns without any change is 0.5', () => {
    expect(hurst(new Float64Array(499))).toBe(0.5);
    expect(hurst(path.map(() => 0.3))).toBe(0.5);
    expect(hurst(path.map((_, t) => 0.3 + 1e-14 * (t % 3)))).toBe(0.5); // the noise of last digits
    // Power 10⁻¹⁸ of the whole is 10⁻⁹ of the level: less than that is no change, more is.
    expect(hurst(path.map((_, t) => 0.3 + 1e-10 * (t % 3)))).toBe(0.5);
    expect(hurst(path.map((_, t) => 0.3 + 1e-8 * (t % 3)))).not.toBe(0.5);
  });

  it('returns that are not all finite is 0.5', () => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])
      expect(hurst(path.map((good, t) => (t === 250 ? value : good)))).toBe(0.5);
  });

  it('ever so few returns is one of the grid', () => {
    for (let length = 0; length <= 20; length++) {
      const found = hurst(path.slice(0, length));
      expect(found >= 0.01 && found <= 0.99, `${length} returns: ${found}`).toBe(true);
    }
    expect([0, 1, 2].map((length) => hurst(path.slice(0, length)))).toEqual([0.5, 0.5, 0.5]);
  });
});
