import { describe, expect, it } from 'vitest';
import { standardise } from '../../../shared/core/decision/standardise.ts';
import { hurst } from '../../../shared/core/decision/whittle.ts';
import { fractionalNoise } from '../../helpers/noise.ts';

const RETURNS = 499;
const STUDY_PATHS = 8000;
/** Bounds are so many standard errors wide: of 1,000 such figures less than one would be outside by chance. */
const ERRORS = 3.5;

/** Two samples of the same thing, ours and the study's, differ by √(1/ours + 1/theirs) of the deviation of one. */
const scatterOf = (deviation: number, paths: number) =>
  ERRORS * deviation * Math.sqrt(1 / paths + 1 / STUDY_PATHS);

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const deviationOf = (values: readonly number[]) => {
  const middle = mean(values);
  return Math.sqrt(mean(values.map((value) => (value - middle) ** 2)));
};
const zOf = (exponent: number) => (exponent - 0.5) / (0.642 / Math.sqrt(RETURNS));

// The study's figures: mean and deviation of the estimate at 499 returns, and the shares of paths, standardised
// as the engine does it, with z ≥ 2 and z ≤ −2.
const study = [
  { exponent: 0.3, paths: 400, center: 0.3, deviation: 0.025, above: 0, below: 1 },
  { exponent: 0.4, paths: 800, center: 0.399, deviation: 0.027, above: 0, below: 0.92 },
  { exponent: 0.5, paths: 3000, center: 0.499, deviation: 0.029, above: 0.014, below: 0.021 },
  { exponent: 0.6, paths: 800, center: 0.599, deviation: 0.03, above: 0.88, below: 0 },
  { exponent: 0.7, paths: 400, center: 0.699, deviation: 0.031, above: 1, below: 0 },
];

describe.each(study)('$paths exact paths of H $exponent', ({ exponent, paths, ...wanted }) => {
  const noise = fractionalNoise(exponent, { paths, length: RETURNS });

  it('have the estimates of the study, in mean and deviation', () => {
    const found = noise.map(hurst);
    const rounding = 0.0005;
    expect(Math.abs(mean(found) - wanted.center)).toBeLessThan(scatterOf(wanted.deviation, paths) + rounding);
    // A deviation that is estimated from n values has itself the deviation σ / √2n.
    expect(Math.abs(deviationOf(found) - wanted.deviation)).toBeLessThan(
      scatterOf(wanted.deviation / Math.SQRT2, paths) + rounding,
    );
  });

  it('are seen, or raise a false alarm, as often as in the study', () => {
    const z = noise.map((path) => zOf(hurst(standardise(path) ?? new Float64Array())));
    const shares = [
      [z.filter((value) => value >= 2).length / paths, wanted.above],
      [z.filter((value) => value <= -2).length / paths, wanted.below],
    ] as const;
    for (const [found, share] of shares) {
      // The study rounds to 0.1 % up to 10 %, else to 1 %; where it says 0 or 1 there is room for one path of ours.
      const rounding = share > 0.1 ? 0.005 : 0.0005;
      const deviation = Math.sqrt(share * (1 - share));
      expect(Math.abs(found - share)).toBeLessThan(scatterOf(deviation, paths) + rounding + 1 / paths);
    }
  });
});
