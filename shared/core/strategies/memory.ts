/**
 * What is left of a seed when it counts as forgotten. A decision sees 720 candles, the engine all of them; their
 * averages differ by the weight of the seed times what the seed is wrong by, a few percent of the price. That leaves
 * less than 1e-12 of the price, where ticks and lots are coarser than 1e-9 of it.
 *
 * @see docs/decisions/0017-what-720-candles-can-remember.md for the arithmetic and why it is not 1e-12
 */
const FORGOTTEN = 1e-11;

/** Longest run that was measured on real candles, rounded up: candles for each average true range of distance. */
const RUN_CANDLES = 100;

/**
 * Candles of an exponential average: seeded with `period` values, it keeps 1 − 2 / (period + 1) of the seed a candle.
 * @returns candles that must be seen for the newest value to be that of all candles
 */
export function emaMemory(period: number): number {
  return period + candlesUntil(FORGOTTEN, emaKept(period));
}

/**
 * The same of Wilder's average true range and relative strength index, whose seed needs a candle before its first
 * one. They keep 1 − 1 / period a candle. The index is a ratio: it forgets as well while the price moves as it used
 * to, and by a thousandth as well when it moves a thousand times less.
 */
export function wilderMemory(period: number): number {
  return period + 1 + candlesUntil(FORGOTTEN, 1 - 1 / period);
}

/** The same of the average directional index, which is Wilder's average of a ratio of his averages. */
export function adxMemory(period: number): number {
  return 2 * period + candlesUntilTwice(1 - 1 / period, 1 / period);
}

/**
 * The same of a MACD and its average, which is one of exponential averages: the longer of them keeps most.
 * @param slow candles of the slow average; the fast one has its first value on the same candle
 */
export function macdMemory({ slow, signal }: { readonly slow: number; readonly signal: number }): number {
  const kept = emaKept(Math.max(slow, signal));
  return slow + signal - 1 + candlesUntilTwice(kept, 2 / (signal + 1));
}

/**
 * The same of a supertrend. Its bands hold what they were until a close beyond them lets them go, which no number of
 * candles is certain to bring. So this is the memory of its average true range and the longest time that bands begun
 * anywhere took to become those that began long before: measured, and proportional to their distance.
 *
 * @param distance average true ranges from the middle of a candle to each band
 */
export function supertrendMemory({
  range,
  distance,
}: {
  readonly range: number;
  readonly distance: number;
}): number {
  return wilderMemory(range) + Math.ceil(RUN_CANDLES * Math.max(distance, 1));
}

function emaKept(period: number): number {
  return 1 - 2 / (period + 1);
}

/** Candles after which a share that shrinks to `kept` of itself on each of them is at most `share`. */
function candlesUntil(share: number, kept: number): number {
  return Math.ceil(Math.log(share) / Math.log(kept));
}

/**
 * The same of an average of an average. Of the first one's seed, kept^k is left after k candles; the second has taken
 * in `weight` of what was left on each of them, and kept at most as much of it: (1 + k × weight) × kept^k.
 */
function candlesUntilTwice(kept: number, weight: number): number {
  let candles = candlesUntil(FORGOTTEN, kept);
  // Grows towards the answer; each step is less than a tenth of the one before.
  for (let step = 0; step < 9; step++) {
    candles = candlesUntil(FORGOTTEN / (1 + candles * weight), kept);
  }
  return candles;
}
