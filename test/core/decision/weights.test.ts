import { describe, expect, it } from 'vitest';
import { regimeSize, regimeWeight } from '../../../shared/core/decision/weights.ts';
import { strategies } from '../../../shared/core/strategies/registry.ts';

describe('the weight of a strategy', () => {
  // strategies.md: STRONG, WEAK, MEAN_REV; RANDOM_WALK is their mean
  it.each([
    ['trend_ema', 1.0, 0.7, 0.1, 0.6],
    ['supertrend', 1.0, 0.7, 0.2, 1.9 / 3],
    ['turtle', 0.9, 0.5, 0.1, 0.5],
    ['mean_reversion_bb', 0.1, 0.3, 1.0, 1.4 / 3],
  ])('%s is that of the table', (id, strong, weak, reverting, randomWalk) => {
    expect(regimeWeight(id, 'STRONG_TREND')).toBe(strong);
    expect(regimeWeight(id, 'WEAK_TREND')).toBe(weak);
    expect(regimeWeight(id, 'MEAN_REVERTING')).toBe(reverting);
    expect(regimeWeight(id, 'RANDOM_WALK')).toBeCloseTo(randomWalk, 12);
  });

  it.each(strategies)('$id is in the table', ({ id }) => {
    expect(regimeWeight(id, 'RANDOM_WALK')).toBeGreaterThan(0);
  });

  it('that nobody knows is 0', () => {
    expect(regimeWeight('no_such_strategy', 'RANDOM_WALK')).toBe(0);
  });
});

describe('the risk of an entry', () => {
  it('is halved in a random walk only', () => {
    expect(regimeSize('RANDOM_WALK')).toBe(0.5);
    for (const regime of ['STRONG_TREND', 'WEAK_TREND', 'MEAN_REVERTING'] as const)
      expect(regimeSize(regime)).toBe(1);
  });
});
