import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Candles, sliceCandles } from '../../../shared/core/market/candles.ts';
import { strategies } from '../../../shared/core/strategies/registry.ts';
import type { Signals } from '../../../shared/core/strategies/strategy.ts';
import { markets, scaled, walk } from '../../helpers/candles.ts';
import { indexesOf } from '../../helpers/signals.ts';

const LENGTH = 300;
const seeds = fc.integer();

const shapes = fc.constantFrom(...Object.values(markets));

/** The first rows of every column, and every level times a factor. */
function changed(signals: Signals, length: number, factor = 1): Signals {
  const level = (line: Float64Array) => line.slice(0, length).map((price) => price * factor);
  return {
    ...signals,
    vote: signals.vote.slice(0, length),
    exit: signals.exit.slice(0, length),
    ...(signals.strength && { strength: signals.strength.slice(0, length) }),
    stop: level(signals.stop),
    ...(signals.trail && { trail: level(signals.trail) }),
    ...(signals.target && { target: level(signals.target) }),
  };
}

describe.each(strategies)('$id', (strategy) => {
  const params = strategy.params.parse({});
  const warmup = strategy.warmup(params, '4h');
  const say = (candles: Candles) => strategy.prepare(candles, params);

  it('speaks in these walks: the properties below are about something', () => {
    const said = Array.from({ length: 20 }, (_, seed) => say(walk(seed, LENGTH)));
    expect(said.some(({ vote }) => vote.includes(1))).toBe(true);
    expect(said.some(({ exit }) => exit.includes(1))).toBe(true);
  });

  it('says the same whether or not the future is known', () => {
    const known = fc.integer({ min: 0, max: LENGTH });
    fc.assert(
      fc.property(seeds, known, shapes, (seed, length, shape) => {
        const all = walk(seed, LENGTH, shape);
        expect(say(sliceCandles(all, 0, length))).toEqual(changed(say(all), length));
      }),
    );
  });

  it('scales its levels exactly by powers of two and says the same', () => {
    const powers = fc.integer({ min: -30, max: 30 });
    fc.assert(
      fc.property(seeds, powers, shapes, (seed, power, shape) => {
        const candles = walk(seed, LENGTH, shape);
        const wanted = changed(say(candles), LENGTH, 2 ** power);
        expect(say(scaled(candles, 2 ** power))).toEqual(wanted);
      }),
    );
  });

  it('does not vote during its warm-up', () => {
    fc.assert(
      fc.property(seeds, shapes, (seed, shape) => {
        expect(
          say(walk(seed, LENGTH, shape))
            .vote.subarray(0, warmup)
            .every((vote) => vote === 0),
        ).toBe(true);
      }),
    );
  });

  it.each(Object.entries(markets))(
    'fills whole columns in a market %s, with finite levels or none',
    (_, shape) => {
      fc.assert(
        fc.property(seeds, fc.integer({ min: 0, max: LENGTH }), (seed, length) => {
          for (const column of Object.values(say(walk(seed, length, shape)))) {
            expect(column).toHaveLength(length);
            expect(column.some((value: number) => Math.abs(value) === Number.POSITIVE_INFINITY)).toBe(false);
          }
        }),
      );
    },
  );

  it('votes long only where stop and trail lie below the close', () => {
    fc.assert(
      fc.property(seeds, shapes, (seed, shape) => {
        const candles = walk(seed, LENGTH, shape);
        const { vote, stop, trail = stop } = say(candles);
        for (const i of indexesOf(vote, 1)) {
          expect(stop[i]).toBeLessThan(candles.close[i] ?? Number.NaN);
          expect(trail[i]).toBeLessThan(candles.close[i] ?? Number.NaN);
        }
      }),
      { numRuns: 25 }, // in each of eight markets
    );
  });

  it('does not vote in a flat market', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-6, max: 1e6, noNaN: true }), (price) => {
        expect(say(walk(0, LENGTH, { price, move: 0 })).vote.every((vote) => vote === 0)).toBe(true);
      }),
    );
  });

  it('leaves the candles alone', () => {
    const candles = walk(1, LENGTH);
    say(candles);
    expect(candles).toEqual(walk(1, LENGTH));
  });
});
