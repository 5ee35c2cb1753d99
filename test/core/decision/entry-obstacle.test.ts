import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../../config/load.ts';
import { entryObstacle } from '../../../shared/core/decision/entry-obstacle.ts';
import { instancesOf } from '../../../shared/core/strategies/instances.ts';

const config = loadConfig();
const instancesWith = (...ids: readonly string[]) =>
  instancesOf({
    ...config,
    strategies: Object.fromEntries(ids.map((id) => [id, { enabled: true, timeframes: ['4h'], params: {} }])),
  });
const both = instancesWith('trend_ema', 'turtle');
const ensemble = (threshold: number, minSupporters: number, minFamilies: number) => ({
  threshold,
  minSupporters,
  minFamilies,
});

describe('what stands in the way of every entry', () => {
  it('is nothing with the config of the project', () => {
    expect(entryObstacle(config.ensemble, instancesOf(config))).toBeNull();
  });

  it('is too few strategies, however many timeframes they vote on', () => {
    const one = instancesOf({
      ...config,
      strategies: { turtle: { enabled: true, timeframes: ['4h', '1d'], params: {} } },
    });
    expect(entryObstacle(ensemble(0.1, 2, 1), one)).toBe('entries ask for 2 strategies, with 1 enabled');
  });

  it('is too few families: trend and breakout are two', () => {
    expect(entryObstacle(ensemble(0.1, 2, 2), both)).toBeNull();
    expect(entryObstacle(ensemble(0.1, 2, 3), both)).toBe('entries ask for 3 families, with 2 enabled');
  });

  // In a strong trend turtle weighs 0.9, its most.
  it('is a score that they do not reach in any regime', () => {
    expect(entryObstacle(ensemble(0.9, 1, 1), instancesWith('turtle'))).toBeNull();
    expect(entryObstacle(ensemble(0.91, 1, 1), instancesWith('turtle'))).toBe(
      'entries ask for a score of 0.91, with 0.90 the most that the enabled strategies reach',
    );
  });
});
