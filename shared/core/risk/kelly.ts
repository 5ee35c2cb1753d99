/** Fewer closed positions than this say nothing about the edge. */
const POSITIONS_MIN = 10;
/** Most of the equity that half of Kelly's fraction may put at risk. */
const FRACTION_MAX = 0.05;

/** What closed positions say about the part of the equity to put at risk. */
export interface Kelly {
  /** Kelly's f*: p − (1 − p) / b, with p the share of wins and b the average win over the average loss. */
  readonly edge: number;
  /** Half of it, between 0 and 5 %. */
  readonly fraction: number;
}

/**
 * Half-Kelly from closed positions in net R; a result of 0 or less is a loss.
 * @param netRs of the newest closed positions
 * @returns null where it may not shrink a size: fewer than ten positions, or none of them lost
 * @see spec: size; Kelly, A New Interpretation of Information Rate (1956)
 */
export function kellyOf(netRs: readonly number[]): Kelly | null {
  const wins = netRs.filter((r) => r > 0);
  const losses = netRs.filter((r) => !(r > 0));
  if (netRs.length < POSITIONS_MIN || losses.length === 0) return null;
  const winShare = wins.length / netRs.length;
  const averageLoss = -mean(losses);
  // Without a win the payoff is 0 and the edge −∞; losses of 0 cost nothing, and the payoff is infinite.
  const payoff = wins.length === 0 ? 0 : mean(wins) / averageLoss;
  const edge = winShare - (1 - winShare) / payoff;
  return { edge, fraction: Math.min(Math.max(edge / 2, 0), FRACTION_MAX) };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/**
 * Fraction of the equity that an entry may risk.
 * @param probe what is left of `riskPerTrade` when Kelly says none, a fraction of it: who never trades never learns
 */
export function riskOf(
  kelly: Kelly | null,
  { riskPerTrade, probe }: { readonly riskPerTrade: number; readonly probe: number },
): number {
  if (kelly === null) return riskPerTrade;
  return Math.min(riskPerTrade, Math.max(kelly.fraction, probe * riskPerTrade));
}
