import type { Config } from '../config.ts';
import { WEIGHT_SLACK } from '../execution/levels.ts';
import type { Instance } from '../strategies/instances.ts';
import { regimes } from './regime.ts';
import { regimeWeight } from './weights.ts';

/**
 * Why no entry can ever come about, though every enabled strategy voted for it at full strength; null when one can.
 * Whoever disables strategies and leaves the thresholds would wait for ever.
 */
export function entryObstacle(
  { threshold, minSupporters, minFamilies }: Config['ensemble'],
  instances: readonly Instance[],
): string | null {
  const strategies = new Set(instances.map(({ strategy }) => strategy));
  const families = new Set([...strategies].map(({ family }) => family)).size;
  const scores = regimes.map((regime) =>
    [...strategies].reduce((sum, { id }) => sum + regimeWeight(id, regime), 0),
  );
  const most = Math.max(...scores);
  if (strategies.size < minSupporters)
    return `entries ask for ${minSupporters} strategies, with ${strategies.size} enabled`;
  if (families < minFamilies) return `entries ask for ${minFamilies} families, with ${families} enabled`;
  if (most < threshold - WEIGHT_SLACK)
    return `entries ask for a score of ${threshold}, with ${most.toFixed(2)} the most that the enabled strategies reach`;
  return null;
}
