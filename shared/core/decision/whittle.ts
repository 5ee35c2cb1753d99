import { frequenciesOf, periodogram } from './periodogram.ts';

/** The exponents that are tried: 0.01, 0.02 … 0.99. */
const GRID_STEP = 0.01;
const GRID_SIZE = 99;

/** Aliases of the spectral density that are added one by one; an integral stands for the rest. */
const ALIASES = 60;

/** Below this part of the whole power a series is a constant and the noise of its last digits. */
const VARIATION_MIN = 1e-18;

/** The spectral densities of a length, by exponent of the grid. */
interface Densities {
  /** 1 / density: rows of `GRID_SIZE`, one a frequency. */
  readonly inverse: Float64Array;
  /** Mean of the logarithms of the densities at all frequencies. */
  readonly meanLog: Float64Array;
}

const cache = new Map<number, Densities>();

/**
 * Hurst exponent of returns: Whittle's estimate for fractional Gaussian noise. 0.5 has no memory, above it
 * moves go on, below it they turn back.
 *
 * @param returns oldest first; their level and scale do not matter
 * @returns 0.01 to 0.99; 0.5 for returns that are all equal, or not all finite
 * @see Beran, Statistics for Long-Memory Processes (1994), chapters 2 and 6
 */
export function hurst(returns: Float64Array): number {
  const power = periodogram(returns);
  if (!isVarying(returns, power)) return 0.5;
  const misfit = misfits(power, densitiesOf(returns.length));
  let best = 0;
  for (let i = 1; i < GRID_SIZE; i++) if (misfit[i]! < misfit[best]!) best = i;
  return GRID_STEP * (best + 1 + vertex(misfit, best));
}

/** False for what is not finite too, as comparisons are. */
function isVarying(returns: Float64Array, power: Float64Array): boolean {
  let squares = 0;
  for (let t = 0; t < returns.length; t++) squares += returns[t]! * returns[t]!;
  let variation = 0;
  for (let j = 0; j < power.length; j++) variation += power[j]!;
  return variation > VARIATION_MIN * squares * returns.length;
}

/** How badly each exponent explains the power: log of the mean of power / density, plus the mean of log density. */
function misfits(power: Float64Array, { inverse, meanLog }: Densities): Float64Array {
  const misfit = new Float64Array(GRID_SIZE);
  for (let j = 0, at = 0; j < power.length; j++)
    for (let i = 0; i < GRID_SIZE; i++, at++) misfit[i]! += power[j]! * inverse[at]!;
  for (let i = 0; i < GRID_SIZE; i++) misfit[i] = Math.log(misfit[i]! / power.length) + meanLog[i]!;
  return misfit;
}

/** Where the parabola through the least value and its neighbours is least, in steps; 0 at the edges. */
function vertex(values: Float64Array, least: number): number {
  if (least === 0 || least === values.length - 1) return 0;
  const before = values[least - 1]!;
  const after = values[least + 1]!;
  return (before - after) / 2 / (before - 2 * values[least]! + after);
}

function densitiesOf(count: number): Densities {
  const known = cache.get(count);
  if (known !== undefined) return known;
  const densities = makeDensities(count);
  cache.set(count, densities);
  return densities;
}

/**
 * Spectral density of fractional Gaussian noise at each Fourier frequency λ, up to a factor that depends on
 * the exponent alone and so cancels: (1 − cos λ) Σ |2πk + λ|^(−2H − 1) over all whole k.
 */
function makeDensities(count: number): Densities {
  const frequencies = frequenciesOf(count);
  const inverse = new Float64Array(GRID_SIZE * frequencies);
  const meanLog = new Float64Array(GRID_SIZE);
  const sums = new Float64Array(GRID_SIZE);
  const edge = 2 * Math.PI * (ALIASES + 0.5);
  for (let j = 1; j <= frequencies; j++) {
    const frequency = (2 * Math.PI * j) / count;
    sums.fill(0);
    addPowers(sums, frequency);
    for (let k = 1; k <= ALIASES; k++) {
      addPowers(sums, 2 * Math.PI * k + frequency);
      addPowers(sums, 2 * Math.PI * k - frequency);
    }
    for (let i = 0; i < GRID_SIZE; i++) {
      const exponent = GRID_STEP * (i + 1);
      const tail = (edge + frequency) ** (-2 * exponent) + (edge - frequency) ** (-2 * exponent);
      const density = (1 - Math.cos(frequency)) * (sums[i]! + tail / (4 * Math.PI * exponent));
      inverse[(j - 1) * GRID_SIZE + i] = 1 / density;
      meanLog[i]! += Math.log(density) / frequencies;
    }
  }
  return { inverse, meanLog };
}

/** Adds base^(−2H − 1) for each H of the grid: each is the one before times the same factor. */
function addPowers(sums: Float64Array, base: number): void {
  const factor = base ** (-2 * GRID_STEP);
  let power = 1 / base;
  for (let i = 0; i < GRID_SIZE; i++) {
    power *= factor;
    sums[i]! += power;
  }
}
