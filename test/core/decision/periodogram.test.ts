import { describe, expect, it } from 'vitest';
import { frequenciesOf, periodogram } from '../../../shared/core/decision/periodogram.ts';
import { randomOf } from '../../../shared/core/market/random.ts';

function noise(length: number): Float64Array {
  const { normal } = randomOf(1, `periodogram ${length}`);
  return Float64Array.from({ length }, normal);
}

function plainSums(values: Float64Array): Float64Array {
  const count = values.length;
  return Float64Array.from({ length: frequenciesOf(count) }, (_, at) => {
    const angleOf = (t: number) => (2 * Math.PI * (((at + 1) * t) % count)) / count;
    const real = values.reduce((sum, value, t) => sum + value * Math.cos(angleOf(t)), 0);
    const imaginary = values.reduce((sum, value, t) => sum + value * Math.sin(angleOf(t)), 0);
    return real ** 2 + imaginary ** 2;
  });
}

describe('the periodogram', () => {
  // 256 to 259: where lags first reach the middle of the padded length. 499: the length in use.
  const lengths = [...Array.from({ length: 70 }, (_, i) => i + 1), 256, 257, 258, 259, 499];

  it.each(lengths)('of %i values is that of the plain sums', (length) => {
    const wanted = plainSums(noise(length));
    const found = periodogram(noise(length));
    expect(found.length).toBe(wanted.length);
    for (const [at, power] of found.entries())
      expect(Math.abs(power - (wanted[at] ?? 0))).toBeLessThan(1e-10 * length);
  });

  it('ends below half of the sampling frequency', () => {
    expect([0, 1, 2, 3, 4, 5, 499, 500].map(frequenciesOf)).toEqual([0, 0, 0, 1, 1, 2, 249, 249]);
  });

  // A wave of amplitude 1 that fits j times into n values has (n / 2)² at j and nothing elsewhere.
  it('shows a wave at its own frequency', () => {
    const wave = Float64Array.from({ length: 499 }, (_, t) => Math.sin((2 * Math.PI * 7 * t) / 499 + 1));
    const power = periodogram(wave);
    expect(power[6]).toBeCloseTo(249.5 ** 2, 6);
    expect(power.filter((value) => value > 1e-18)).toHaveLength(1);
  });

  it('leaves its input as it was', () => {
    const values = noise(30);
    periodogram(values);
    expect(values).toEqual(noise(30));
  });
});
