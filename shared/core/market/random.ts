/** Draws from one stream of chance. Same state, same draws, on every machine. */
export interface Random {
  /** A number from 0 (included) to 1 (excluded), in steps of 2⁻³². */
  readonly uniform: () => number;
  /** A number of mean 0 and standard deviation 1, within ±6. */
  readonly normal: () => number;
}

/** Four 32-bit words, not all zero. */
export type RandomState = readonly [number, number, number, number];

/**
 * The generator xoshiro128** 1.1, its state held by the returned functions.
 *
 * `normal` is the sum of twelve uniforms less six: only additions, so that no machine's logarithm
 * or cosine can change a digit of it. Its tails are a little thin: who wants fat ones adds jumps.
 * @see https://prng.di.unimi.it/xoshiro128starstar.c (Blackman and Vigna, public domain)
 */
export function randomFrom(state: RandomState): Random {
  let [a, b, c, d] = state;
  const uniform = () => {
    const word = Math.imul(rotate(Math.imul(b, 5), 7), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotate(d, 11);
    return word / 2 ** 32;
  };
  const normal = () => {
    let sum = -6;
    for (let i = 0; i < 12; i++) sum += uniform();
    return sum;
  };
  return { uniform, normal };
}

/** One of many independent streams of a seed: `stream` names what the chance is for. */
export function randomOf(seed: number, stream: string): Random {
  const word = (i: number) => mixed(`${seed}/${stream}/${i}`);
  return randomFrom([word(0), word(1), word(2), word(3)]);
}

function rotate(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}

/** FNV-1a of the text, then the finish of MurmurHash3: neighbouring texts give unrelated words. */
function mixed(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
