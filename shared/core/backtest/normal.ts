import { assert } from '../assert.ts';

const ROOT_TWO_PI = Math.sqrt(2 * Math.PI);
/** Beyond this the series loses digits to the 0.5 that it is added to, and the fraction converges at once. */
const TAIL = 2.5;
const FRACTION_TERMS = 120;
/** Below its negative the probability is no float64 any more. */
const FARTHEST = 39;

/**
 * Φ: the probability that a standard normal value is below `z`, to 14 digits in the body and the lower tail.
 * @see Abramowitz and Stegun, Handbook of Mathematical Functions (1964), 26.2.11 (series) and 26.2.14 (fraction)
 */
export function normalProbability(z: number): number {
  if (z < -TAIL) return density(z) / tailFraction(-z);
  if (z > TAIL) return 1 - density(z) / tailFraction(z);
  let term = z;
  let sum = z;
  for (let odd = 3; sum + term !== sum; odd += 2) {
    term *= (z * z) / odd;
    sum += term;
  }
  return 0.5 + density(z) * sum;
}

/**
 * Φ⁻¹: the value that a standard normal one is below with this probability.
 * @param probability above 0 and below 1
 */
export function normalQuantile(probability: number): number {
  assert(probability > 0 && probability < 1, `probability ${probability}`);
  // The lower tail has more digits than the upper one.
  if (probability > 0.5) return -normalQuantile(1 - probability);
  let low = -FARTHEST;
  let high = 0;
  for (;;) {
    const middle = (low + high) / 2;
    if (middle === low || middle === high) return middle;
    if (normalProbability(middle) < probability) low = middle;
    else high = middle;
  }
}

function density(z: number): number {
  return Math.exp((-z * z) / 2) / ROOT_TWO_PI;
}

/** z + 1 / (z + 2 / (z + 3 / …)). */
function tailFraction(z: number): number {
  let fraction = z;
  for (let term = FRACTION_TERMS; term > 0; term--) fraction = z + term / fraction;
  return fraction;
}
