import { describe, expect, it } from 'vitest';
import { regimeSize, regimeWeight } from '../../../shared/core/decision/weights.ts';
import { strategies } from '../../../shared/core/strategies/registry.ts';

describe('the weight of a strategy', () => {
  // strategies.md: STRONG, WEAK, MEAN_REV; RANDOM_WALK is their mean
  it.each([
    ['trend_ema', 1.0, 0.7, 0.1, 0.6],
    ['supertrend', 1.0, 0.7, 0.2, 1.9 / 3],
    ['ichimoku', 0.8, 0.6, 0.1, 0.5],
    ['velociraptor', 1.0, 0.6, 0, 1.6 / 3],
    ['turtle', 0.9, 0.5, 0.1, 0.5],
    ['squeeze_breakout', 0.6, 0.8, 0.3, 1.7 / 3],
    ['volatility_squeeze', 0.6, 0.8, 0.2, 1.6 / 3],
    ['dual_thrust', 0.6, 0.6, 0.1, 1.3 / 3],
    ['triple_momentum', 0.8, 0.6, 0.2, 1.6 / 3],
    ['macd_crossover', 0.7, 0.7, 0.3, 1.7 / 3],
    ['mean_reversion_bb', 0.1, 0.3, 1.0, 1.4 / 3],
    ['rubber_band', 0, 0.2, 1.0, 0.4],
    ['volatility_hunter', 0.5, 0.6, 0.4, 0.5],
    ['vwap_bounce', 0.2, 0.4, 0.8, 1.4 / 3],
    ['mean_reversion_scalp', 0, 0.1, 0.6, 0.7 / 3],
    ['rsi_divergence', 0.1, 0.3, 0.9, 1.3 / 3],
    ['grid_ladder', 0, 0.1, 0.5, 0.2],
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
