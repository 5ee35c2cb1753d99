/** The textbook estimators that the vectors compare with. The engine uses none of them: their bias is its old fault. */

const mean = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
const variance = (values: Float64Array) => {
  const middle = mean(values);
  return mean(values.map((value) => (value - middle) ** 2));
};
const walkOf = (values: Float64Array) => {
  const middle = mean(values);
  let sum = 0;
  return values.map((value) => {
    sum += value - middle;
    return sum;
  });
};

/** Neighbouring chunks from the start; what is left over at the end is not used. */
const chunksOf = (values: Float64Array, size: number) =>
  Array.from({ length: Math.floor(values.length / size) }, (_, i) =>
    values.subarray(i * size, (i + 1) * size),
  );

/** Least-squares slope of y over x. */
function slope(x: Float64Array, y: Float64Array): number {
  const [middleX, middleY] = [mean(x), mean(y)];
  return mean(x.map((value, i) => (value - middleX) * ((y[i] ?? 0) - middleY))) / variance(x);
}

function exponentOf(sizes: readonly number[], measure: (size: number) => number): number {
  return slope(
    Float64Array.from(sizes, (size) => Math.log(size)),
    Float64Array.from(sizes, (size) => Math.log(measure(size))),
  );
}

function rescaledRange(returns: Float64Array, size: number): number {
  const ratios = chunksOf(returns, size).map((chunk) => {
    const walk = walkOf(chunk);
    return (Math.max(...walk) - Math.min(...walk)) / Math.sqrt(variance(chunk));
  });
  return mean(Float64Array.from(ratios));
}

/** Hurst exponent by rescaled range (R/S). */
export function rescaledRangeExponent(returns: Float64Array, sizes: readonly number[]): number {
  return exponentOf(sizes, (size) => rescaledRange(returns, size));
}

/** The same, less what a series without memory would show. */
export function correctedRangeExponent(returns: Float64Array, sizes: readonly number[]): number {
  return 0.5 + exponentOf(sizes, (size) => rescaledRange(returns, size) / expectedRescaledRange(size));
}

/**
 * Rescaled range of `size` values without memory: Anis and Lloyd, with the factor of Peters.
 * Above 340 Γ((n − 1) / 2) / (√π Γ(n / 2)) is Stirling's √(2 / πn), as in the library of the vectors.
 */
export function expectedRescaledRange(size: number): number {
  let sum = 0;
  for (let i = 1; i < size; i++) sum += Math.sqrt((size - i) / i);
  const isLarge = size > 340;
  const gammas = isLarge ? Math.sqrt(2 / (Math.PI * size)) : gammaRatio(size) / Math.sqrt(Math.PI);
  return ((size - 0.5) / size) * gammas * sum;
}

/** Γ((n − 1) / 2) / Γ(n / 2), from Γ(x + 1) = x Γ(x): no number on the way is large. */
function gammaRatio(n: number): number {
  const isEven = n % 2 === 0;
  let ratio = isEven ? Math.sqrt(Math.PI) : 2 / Math.sqrt(Math.PI);
  for (let k = isEven ? 2 : 3; k < n; k += 2) ratio *= (k - 1) / k;
  return ratio;
}

/** Hurst exponent by detrended fluctuations of first order (DFA1). */
export function fluctuationExponent(returns: Float64Array, sizes: readonly number[]): number {
  const walk = walkOf(returns);
  return exponentOf(sizes, (size) => {
    const x = Float64Array.from({ length: size }, (_, i) => i);
    const around = chunksOf(walk, size).map((chunk) => variance(chunk) - slope(x, chunk) ** 2 * variance(x));
    return Math.sqrt(mean(Float64Array.from(around)));
  });
}
