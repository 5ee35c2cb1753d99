import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { strategies } from '../../../shared/core/strategies/registry.ts';
import { mirrored, walk } from '../../helpers/candles.ts';

const LENGTH = 400;

/** Strategies whose definition has no mirror image, each with the reason. */
const lopsided: Readonly<Record<string, string>> = {
  trend_ema: 'never votes short',
  grid_ladder: 'never votes short',
  squeeze_breakout: 'measures the width of the band against the price, which has no mirror image',
};

/** Candles from which on both sides know the same: the supertrend begins upward on either side of the mirror. */
const SETTLED = 150;

describe.each(strategies.filter(({ id }) => !Object.hasOwn(lopsided, id)))('$id', (strategy) => {
  it('votes short in the mirror where it votes long, and long where short', () => {
    const params = strategy.params.parse({});
    const seen = { 1: 0, '-1': 0 };
    fc.assert(
      fc.property(fc.integer(), fc.constantFrom({}, { gaps: 0.1 }, { move: 0.03 }), (seed, shape) => {
        const candles = walk(seed, LENGTH, shape);
        const { vote } = strategy.prepare(candles, params);
        const turned = strategy.prepare(mirrored(candles), params).vote;
        for (let i = SETTLED; i < LENGTH; i++) {
          expect(turned[i], `candle ${i}`).toBe(0 - (vote[i] ?? 0));
          if (vote[i] === 1) seen[1]++;
          if (vote[i] === -1) seen['-1']++;
        }
      }),
    );
    expect(Math.min(...Object.values(seen))).toBeGreaterThan(0);
  });
});

it('every strategy without a mirror image is one that exists', () => {
  const ids = strategies.map(({ id }) => id);
  expect(Object.keys(lopsided).filter((id) => !ids.includes(id))).toEqual([]);
});
