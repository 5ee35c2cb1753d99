/** The exponents that are tried: 0.01, 0.02 … 0.99. */
const GRID_STEP = 0.01;
const GRID_SIZE = 99;

/** Aliases of the spectral density that are added one by one; an integral stands for the rest. */
const ALIASES = 60;

/** Below this part of the whole power a series is a constant and the noise of its last digits. */
const VARIATION_MIN = 1e-18;

/** More lengths than one decision looks at while a history is still growing; a length of 499 takes 1.2 MB. */
const LENGTHS_MAX = 50;

/** What depends on the number of returns alone. Tables by row: one row a frequency or an exponent. */
interface Tables {
  /** cos and sin of 2π j t / n, j and t from 1 to `frequencies`. */
  readonly cosine: Float64Array;
  readonly sine: Float64Array;
  /** 1 / density, one row an exponent of the grid. */
  readonly inverse: Float64Array;
  /** Mean of the logarithm of the density, by exponent. */
  readonly meanLog: Float64Array;
}

const cache = new Map<number, Tables>();

/**
 * Hurst exponent of returns: Whittle's estimate for fractional Gaussian noise. 0.5 has no memory, above it
 * moves go on, below it they turn back.
 *
 * @param returns as they are: level and scale do not matter, steady variance does
 * @returns from 0.01 to 0.99; 0.5 for returns that are all equal, or not all finite
 * @see Beran, Statistics for Long-Memory Processes (1994), chapters 2 and 6
 */
export function hurst(returns: Float64Array): number {
  const tables = tablesOf(returns.length);
  const power = periodogram(returns, tables);
  if (!isVarying(returns, power)) return 0.5;

  const { inverse, meanLog } = tables;
  const misfit = new Float64Array(GRID_SIZE);
  let best = 0;
  for (let i = 0, at = 0; i < GRID_SIZE; i++) {
    let sum = 0;
    for (let j = 0; j < power.length; j++, at++) sum += power[j]! * inverse[at]!;
    misfit[i] = Math.log(sum / power.length) + meanLog[i]!;
    if (misfit[i]! < misfit[best]!) best = i;
  }
  return GRID_STEP * (best + 1 + vertex(misfit, best));
}

/** Where between its neighbours the parabola through the least value has its own, in steps; 0 at the edges. */
function vertex(values: Float64Array, least: number): number {
  if (least === 0 || least === values.length - 1) return 0;
  const before = values[least - 1]!;
  const after = values[least + 1]!;
  return (before - after) / 2 / (before - 2 * values[least]! + after);
}

/** False for what is not finite too: such a comparison is false. */
function isVarying(returns: Float64Array, power: Float64Array): boolean {
  let squares = 0;
  for (let t = 0; t < returns.length; t++) squares += returns[t]! * returns[t]!;
  let variation = 0;
  for (let j = 0; j < power.length; j++) variation += power[j]!;
  return variation > VARIATION_MIN * squares * returns.length;
}

/** Power at the Fourier frequencies 1 … ⌊(n − 1) / 2⌋, up to a factor that the estimate does not depend on. */
function periodogram(returns: Float64Array, { cosine, sine }: Tables): Float64Array {
  const count = returns.length;
  const frequencies = frequenciesOf(count);
  // A cosine is the same at t and n − t and a sine the opposite: half of the products are enough.
  const sums = new Float64Array(frequencies);
  const differences = new Float64Array(frequencies);
  for (let t = 1; t <= frequencies; t++) {
    sums[t - 1] = returns[t]! + returns[count - t]!;
    differences[t - 1] = returns[t]! - returns[count - t]!;
  }
  const first = returns[0] ?? 0;
  const middle = count % 2 === 0 ? (returns[count / 2] ?? 0) : 0;
  const power = new Float64Array(frequencies);
  for (let j = 0, at = 0; j < frequencies; j++) {
    let real = j % 2 === 0 ? first - middle : first + middle;
    let imaginary = 0;
    for (let t = 0; t < frequencies; t++, at++) {
      real += sums[t]! * cosine[at]!;
      imaginary += differences[t]! * sine[at]!;
    }
    power[j] = real * real + imaginary * imaginary;
  }
  return power;
}

function frequenciesOf(count: number): number {
  return Math.max(0, Math.floor((count - 1) / 2));
}

function tablesOf(count: number): Tables {
  const known = cache.get(count);
  if (known !== undefined) return known;
  if (cache.size === LENGTHS_MAX) cache.clear();
  const tables = { ...waves(count), ...densities(count) };
  cache.set(count, tables);
  return tables;
}

function waves(count: number): Pick<Tables, 'cosine' | 'sine'> {
  const frequencies = frequenciesOf(count);
  const cosine = new Float64Array(frequencies * frequencies);
  const sine = new Float64Array(frequencies * frequencies);
  for (let j = 1, at = 0; j <= frequencies; j++)
    for (let t = 1; t <= frequencies; t++, at++) {
      const angle = (2 * Math.PI * ((j * t) % count)) / count;
      cosine[at] = Math.cos(angle);
      sine[at] = Math.sin(angle);
    }
  return { cosine, sine };
}

/**
 * Spectral density of fractional Gaussian noise at each Fourier frequency λ, up to a factor by exponent:
 * (1 − cos λ) Σ |2πk + λ|^(−2H − 1) over all whole k.
 */
function densities(count: number): Pick<Tables, 'inverse' | 'meanLog'> {
  const frequencies = frequenciesOf(count);
  const inverse = new Float64Array(GRID_SIZE * frequencies);
  const meanLog = new Float64Array(GRID_SIZE);
  const sums = new Float64Array(GRID_SIZE);
  const edge = 2 * Math.PI * (ALIASES + 0.5);
  for (let j = 0; j < frequencies; j++) {
    const frequency = (2 * Math.PI * (j + 1)) / count;
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
      inverse[i * frequencies + j] = 1 / density;
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
