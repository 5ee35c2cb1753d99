/** Complex numbers, as two columns. */
interface Complex {
  readonly real: Float64Array;
  readonly imaginary: Float64Array;
}

/** What the transform of a length needs and what depends on nothing else. */
interface Plan {
  /** exp(−2πi k / size), the first half of the circle. */
  readonly turns: Complex;
  /** exp(−πi t² / n). */
  readonly chirp: Complex;
  /** Transform of the conjugate chirp, over `size`. */
  readonly kernel: Complex;
}

const plans = new Map<number, Plan>();

/**
 * Power |Σ x_t exp(−2πi j t / n)|² at the Fourier frequencies j = 1 … ⌊(n − 1) / 2⌋.
 *
 * The lengths wanted here are primes such as 499. By j t = (j² + t² − (j − t)²) / 2 the sum becomes a
 * convolution, which two transforms of the next power of two do in half the time of the plain sums.
 *
 * @param values any length n
 * @returns one value a frequency, in squares of the values' unit
 * @see Bluestein, A linear filtering approach to the computation of discrete Fourier transform (1970)
 */
export function periodogram(values: Float64Array): Float64Array {
  const power = new Float64Array(frequenciesOf(values.length));
  if (power.length === 0) return power;
  const { turns, chirp, kernel } = planOf(values.length);
  const sums = zeros(kernel.real.length);
  for (let t = 0; t < values.length; t++) {
    sums.real[t] = values[t]! * chirp.real[t]!;
    sums.imaginary[t] = values[t]! * chirp.imaginary[t]!;
  }
  forward(sums, turns);
  multiply(sums, kernel);
  backward(sums, turns);
  for (let j = 0; j < power.length; j++) power[j] = sums.real[j + 1]! ** 2 + sums.imaginary[j + 1]! ** 2;
  return power;
}

/** How many frequencies the periodogram of `count` values has. */
export function frequenciesOf(count: number): number {
  return Math.max(0, Math.floor((count - 1) / 2));
}

function zeros(size: number): Complex {
  return { real: new Float64Array(size), imaginary: new Float64Array(size) };
}

function planOf(count: number): Plan {
  const known = plans.get(count);
  if (known !== undefined) return known;
  const plan = makePlan(count);
  plans.set(count, plan);
  return plan;
}

function makePlan(count: number): Plan {
  const frequencies = frequenciesOf(count);
  let size = 1;
  while (size < count + frequencies) size *= 2;
  const turns = circle(size / 2, (k) => (-2 * Math.PI * k) / size);
  const chirp = circle(count, (t) => (-Math.PI * ((t * t) % (2 * count))) / count);
  const kernel = zeros(size);
  for (let lag = 2 - count; lag <= frequencies; lag++) {
    const at = (lag + size) % size;
    kernel.real[at] = chirp.real[Math.abs(lag)]! / size;
    kernel.imaginary[at] = -chirp.imaginary[Math.abs(lag)]! / size;
  }
  forward(kernel, turns);
  return { turns, chirp, kernel };
}

function circle(count: number, angleOf: (at: number) => number): Complex {
  const points = zeros(count);
  for (let at = 0; at < count; at++) {
    points.real[at] = Math.cos(angleOf(at));
    points.imaginary[at] = Math.sin(angleOf(at));
  }
  return points;
}

function multiply({ real, imaginary }: Complex, factor: Complex): void {
  for (let i = 0; i < real.length; i++) {
    const before = real[i]!;
    real[i] = before * factor.real[i]! - imaginary[i]! * factor.imaginary[i]!;
    imaginary[i] = before * factor.imaginary[i]! + imaginary[i]! * factor.real[i]!;
  }
}

/** Fast Fourier transform in place. Leaves the order of the bits reversed: products do not mind. */
function forward({ real, imaginary }: Complex, { real: cosine, imaginary: sine }: Complex): void {
  const size = real.length;
  for (let half = size >> 1, step = 1; half > 0; half >>= 1, step <<= 1)
    for (let start = 0; start < size; start += 2 * half)
      for (let a = start, b = start + half, turn = 0; a < start + half; a++, b++, turn += step) {
        const realGap = real[a]! - real[b]!;
        const imaginaryGap = imaginary[a]! - imaginary[b]!;
        real[a]! += real[b]!;
        imaginary[a]! += imaginary[b]!;
        real[b] = realGap * cosine[turn]! - imaginaryGap * sine[turn]!;
        imaginary[b] = realGap * sine[turn]! + imaginaryGap * cosine[turn]!;
      }
}

/** Undoes `forward`, but for the factor `size`. */
function backward({ real, imaginary }: Complex, { real: cosine, imaginary: sine }: Complex): void {
  const size = real.length;
  for (let half = 1, step = size >> 1; half < size; half <<= 1, step >>= 1)
    for (let start = 0; start < size; start += 2 * half)
      for (let a = start, b = start + half, turn = 0; a < start + half; a++, b++, turn += step) {
        const realTurned = real[b]! * cosine[turn]! + imaginary[b]! * sine[turn]!;
        const imaginaryTurned = imaginary[b]! * cosine[turn]! - real[b]! * sine[turn]!;
        real[b] = real[a]! - realTurned;
        imaginary[b] = imaginary[a]! - imaginaryTurned;
        real[a]! += realTurned;
        imaginary[a]! += imaginaryTurned;
      }
}
