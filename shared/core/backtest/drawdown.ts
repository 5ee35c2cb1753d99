/** How deep and how long an equity curve fell below its highest point so far. */
export interface Drawdown {
  /** The deepest fall, a fraction of the peak, 0 or below. */
  readonly deepest: number;
  /** Where that fall began and where it was deepest, as indexes of the curve. */
  readonly peakIndex: number;
  readonly troughIndex: number;
  /** The first point after the trough that is not below that peak; null when there is none. */
  readonly recoveryIndex: number | null;
  /** Most points in a row that lie below the peak before them. */
  readonly underwaterMost: number;
  /** Root of the mean square of all drawdowns. */
  readonly ulcerIndex: number;
}

/** Fall of each point below the highest so far, a fraction, 0 or below. @param curve above 0, its start included */
export function drawdownsOf(curve: Float64Array): Float64Array {
  let peak = Number.NEGATIVE_INFINITY;
  return curve.map((equity) => {
    peak = Math.max(peak, equity);
    return equity / peak - 1;
  });
}

/**
 * Depth and length of the drawdowns of an equity curve.
 * @param curve above 0, oldest first, its start included
 * @see Martin and McCann, The Investor's Guide to Fidelity Funds (1989), for the ulcer index
 */
export function drawdownOf(curve: Float64Array): Drawdown {
  let [peakIndex, troughIndex, lastPeak, underwater, underwaterMost] = [0, 0, 0, 0, 0];
  let squares = 0;
  const falls = drawdownsOf(curve);
  falls.forEach((fall, i) => {
    squares += fall * fall;
    if (fall === 0) lastPeak = i;
    underwater = fall < 0 ? underwater + 1 : 0;
    underwaterMost = Math.max(underwaterMost, underwater);
    if (fall < falls[troughIndex]!) [troughIndex, peakIndex] = [i, lastPeak];
  });
  const recovery = curve.findIndex((equity, i) => i > troughIndex && equity >= curve[peakIndex]!);
  return {
    deepest: falls[troughIndex]!,
    peakIndex,
    troughIndex,
    recoveryIndex: recovery === -1 || troughIndex === 0 ? null : recovery,
    underwaterMost,
    ulcerIndex: Math.sqrt(squares / curve.length),
  };
}
