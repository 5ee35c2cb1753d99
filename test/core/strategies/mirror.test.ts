import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Candles } from '../../../shared/core/market/candles.ts';
import { strategies } from '../../../shared/core/strategies/registry.ts';
import type { Signals, Strategy } from '../../../shared/core/strategies/strategy.ts';
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

/** Whether a long could be voted for here: only a trail that is not below the close forbids it, and to a short it does not. */
function isFree({ trail }: Signals, close: Float64Array, i: number): boolean {
  const level = trail?.[i] ?? Number.NaN;
  return Number.isNaN(level) || level < (close[i] ?? Number.NaN);
}

/** The votes of a market, and those of its mirror image turned back, where nothing but the rule decides. */
function votesOf(strategy: Strategy, candles: Candles) {
  const params = strategy.params.parse({});
  const image = mirrored(candles);
  const said = strategy.prepare(candles, params);
  const turned = strategy.prepare(image, params);
  const rows = [...said.vote.keys()].filter(
    (i) => i >= SETTLED && isFree(said, candles.close, i) && isFree(turned, image.close, i),
  );
  return {
    votes: rows.map((i) => [i, said.vote[i] ?? 0]),
    turned: rows.map((i) => [i, 0 - (turned.vote[i] ?? 0)]),
  };
}

describe.each(strategies.filter(({ id }) => !Object.hasOwn(lopsided, id)))('$id', (strategy) => {
  it('votes short in the mirror where it votes long, and long where short', () => {
    const seen = new Set<number>();
    fc.assert(
      fc.property(fc.integer(), fc.constantFrom({}, { gaps: 0.1 }, { move: 0.03 }), (seed, shape) => {
        const { votes, turned } = votesOf(strategy, walk(seed, LENGTH, shape));
        expect(turned).toEqual(votes);
        for (const [, vote = 0] of votes) seen.add(vote);
      }),
    );
    expect(seen).toEqual(new Set([0, 1, -1]));
  });
});

it('every strategy without a mirror image is one that exists', () => {
  const ids = strategies.map(({ id }) => id);
  expect(Object.keys(lopsided).filter((id) => !ids.includes(id))).toEqual([]);
});
