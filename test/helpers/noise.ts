import { type Random, randomOf } from '../../shared/core/market/random.ts';

const SIZE = 1024;

/** Complex numbers, as two columns of `SIZE`. */
interface Complex {
  readonly real: Float64Array;
  readonly imaginary: Float64Array;
}

/**
 * Exact paths of fractional Gaussian noise of variance 1, by the circulant embedding of Davies and Harte.
 * @param exponent Hurst's; 0.5 is white noise
 * @param shape `length` at most 512
 */
export function fractionalNoise(
  exponent: number,
  { paths, length }: { readonly paths: number; readonly length: number },
): readonly Float64Array[] {
  const { uniform } = randomOf(1, `fractional noise ${exponent}`);
  const circulant: Complex = {
    real: Float64Array.from({ length: SIZE }, (_, at) => covariance(exponent, Math.min(at, SIZE - at))),
    imaginary: new Float64Array(SIZE),
  };
  transform(circulant);
  const scales = circulant.real.map((power) => Math.sqrt(power / SIZE));
  const result: Float64Array[] = [];
  while (result.length < paths) {
    const pair = normals(scales, uniform);
    transform(pair); // its two parts do not depend on each other
    result.push(pair.real.slice(0, length), pair.imaginary.slice(0, length));
  }
  return result;
}

/** Covariance of two values `lag` apart. */
function covariance(exponent: number, lag: number): number {
  const power = (distance: number) => Math.abs(distance) ** (2 * exponent);
  return (power(lag + 1) - 2 * power(lag) + power(lag - 1)) / 2;
}

/** Normals of given deviations by Box and Muller: a sum of twelve uniforms would have too thin tails. */
function normals(deviations: Float64Array, uniform: Random['uniform']): Complex {
  const pair = { real: new Float64Array(SIZE), imaginary: new Float64Array(SIZE) };
  for (const [at, deviation] of deviations.entries()) {
    const radius = deviation * Math.sqrt(-2 * Math.log(1 - uniform()));
    const angle = 2 * Math.PI * uniform();
    pair.real[at] = radius * Math.cos(angle);
    pair.imaginary[at] = radius * Math.sin(angle);
  }
  return pair;
}

const cosine = Float64Array.from({ length: SIZE / 2 }, (_, k) => Math.cos((2 * Math.PI * k) / SIZE));
const sine = Float64Array.from({ length: SIZE / 2 }, (_, k) => Math.sin((2 * Math.PI * k) / SIZE));

/** Σ x_t exp(2πi j t / SIZE) for every j, in place: the plain radix-2 transform. */
function transform({ real, imaginary }: Complex): void {
  reorder(real);
  reorder(imaginary);
  for (let half = 1, step = SIZE >> 1; half < SIZE; half <<= 1, step >>= 1)
    for (let start = 0; start < SIZE; start += 2 * half)
      for (let a = start, b = start + half, turn = 0; a < start + half; a++, b++, turn += step) {
        const [c = 0, s = 0, x = 0, y = 0] = [cosine[turn], sine[turn], real[b], imaginary[b]];
        const [p = 0, q = 0] = [real[a], imaginary[a]];
        real[a] = p + x * c - y * s;
        imaginary[a] = q + x * s + y * c;
        real[b] = p - x * c + y * s;
        imaginary[b] = q - x * s - y * c;
      }
}

/** Every value to the place whose number has its bits in the opposite order. */
function reorder(values: Float64Array): void {
  for (let from = 1, to = 0; from < SIZE; from++) {
    let bit = SIZE >> 1;
    while (to & bit) {
      to ^= bit;
      bit >>= 1;
    }
    to |= bit;
    if (from < to) [values[from], values[to]] = [values[to] ?? 0, values[from] ?? 0];
  }
}
