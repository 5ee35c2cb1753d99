/** Weight of yesterday's variance in today's. */
const DECAY = 0.94;
const SEED_RETURNS = 20;

/**
 * Returns over the standard deviation to be expected before each of them, so that quiet and loud weeks weigh
 * the same: without it, the noise of clustered volatility passes for memory twice as often.
 *
 * @param returns oldest first
 * @returns same length; null where a variance is 0, or not a number
 * @see RiskMetrics Technical Document (1996), exponentially weighted moving average of squares
 */
export function standardise(returns: Float64Array): Float64Array | null {
  const seeds = Math.min(SEED_RETURNS, returns.length);
  let variance = 0;
  for (let t = 0; t < seeds; t++) variance += (returns[t]! * returns[t]!) / seeds;

  const result = new Float64Array(returns.length);
  for (let t = 0; t < returns.length; t++) {
    if (!(variance > 0)) return null;
    const now = returns[t]!;
    result[t] = now / Math.sqrt(variance);
    variance = DECAY * variance + (1 - DECAY) * now * now;
  }
  return result;
}
