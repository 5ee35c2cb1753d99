import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decide } from '../../../shared/core/decision/decide.ts';
import { sideOf } from '../../../shared/core/decision/ensemble.ts';
import { readRegime, regimes } from '../../../shared/core/decision/regime.ts';
import type { InstanceSignal } from '../../../shared/core/decision/signals.ts';
import { adx } from '../../../shared/core/indicators/adx.ts';
import { type Candles, sliceCandles } from '../../../shared/core/market/candles.ts';
import { strategies } from '../../../shared/core/strategies/registry.ts';
import { type Shape, scaled, walk } from '../../helpers/candles.ts';
import { decideInput, decideRules, readingOf, signalOf } from '../../helpers/decisions.ts';

const LENGTH = 560;
const shapes = fc.constantFrom<Shape>(
  {},
  { gaps: 0.1 },
  { untraded: 0.3 },
  { price: 1e-6 },
  { price: 1e6 },
  { move: 0 },
  { move: 0, untraded: 1 },
);
const seeds = fc.integer();
const powers = fc.integer({ min: -20, max: 20 });

/** The regime at a row of candles, of the rows up to it or of all of them as the lookback has it. */
function regimeAt(candles: Candles, row: number) {
  const { high, low, close } = candles;
  return readRegime({ close, adx: adx(high, low, close, 14).adx, row, firstRow: 0 });
}

describe('the regime', () => {
  it('is the same whether or not the future is known', () => {
    const rows = fc.integer({ min: 150, max: LENGTH - 1 });
    fc.assert(
      fc.property(seeds, rows, shapes, (seed, row, shape) => {
        const all = walk(seed, LENGTH, shape);
        expect(regimeAt(sliceCandles(all, 0, row + 1), row)).toEqual(regimeAt(all, row));
      }),
      { numRuns: 30 },
    );
  });

  it('is the same in any unit of price, and finite in every market', () => {
    fc.assert(
      fc.property(seeds, powers, shapes, (seed, power, shape) => {
        const candles = walk(seed, LENGTH, shape);
        const reading = regimeAt(candles, LENGTH - 1);
        expect(regimeAt(scaled(candles, 2 ** power), LENGTH - 1)).toEqual(reading);
        for (const value of [reading.hurst, reading.z, reading.adx, reading.confidence])
          expect(Number.isFinite(value)).toBe(true);
      }),
      { numRuns: 30 },
    );
  });

  // A falling market remembers as much as the rising one whose mirror image it is: the returns change their sign.
  it('reads as much memory in the mirror image of a market', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const candles = walk(seed, LENGTH, { gaps: 0.05 });
        const mirrored = { ...candles, close: candles.close.map((price) => 1e4 / price) };
        expect(regimeAt(mirrored, LENGTH - 1).z).toBeCloseTo(regimeAt(candles, LENGTH - 1).z, 6);
      }),
      { numRuns: 30 },
    );
  });
});

/** Numbers evenly spread over a span: `fc.double` gives mostly tiny ones. */
const between = (min: number, max: number) =>
  fc.integer({ min: 0, max: 10_000 }).map((n) => min + ((max - min) * n) / 10_000);

/** Some of the registry's strategies on 4h, each voting as it likes, in the order of their ids. */
const signals = fc
  .subarray(strategies.map(({ id, family }) => ({ id, family })))
  .chain((chosen) =>
    fc.tuple(
      ...chosen.map(({ id, family }) =>
        fc
          .record({
            vote: fc.constantFrom(-1, 0, 1),
            weight: between(0, 1),
            isExit: fc.boolean(),
            stop: between(80, 99.9),
            target: fc.oneof(fc.constant(Number.NaN), between(101, 150)),
          })
          .map((said) => signalOf(`${id}@4h`, { family, ...said })),
      ),
    ),
  )
  .map((said): readonly InstanceSignal[] => [...said].sort((a, b) => (a.instance < b.instance ? -1 : 1)));

describe('the ensemble', () => {
  it('exchanges its sides when every vote is turned round', () => {
    fc.assert(
      fc.property(signals, (said) => {
        const turned = said.map((one) => ({ ...one, vote: 0 - one.vote }));
        const bare = ({ score, supporters }: ReturnType<typeof sideOf>) => ({
          score,
          ids: supporters.map(({ instance }) => instance),
        });
        expect(bare(sideOf(turned, 1))).toEqual(bare(sideOf(said, -1)));
        expect(bare(sideOf(turned, -1))).toEqual(bare(sideOf(said, 1)));
      }),
    );
  });
});

const inputs = fc
  .record({
    signals,
    regime: fc.constantFrom(...regimes).map(readingOf),
    atr: between(0, 10),
    volatility: fc.oneof(fc.constant(0), fc.constant(Number.NaN), between(0.01, 3)),
    correlation: fc.oneof(fc.constant(null), between(-1, 1)),
  })
  .map((change) => decideInput(change));

/** Rules without the least sizes of an exchange, which are given in its own units. */
const { instrument } = decideRules;
const zero = instrument.minCost.slice(0, 1) as typeof instrument.minCost;
const rules = { ...decideRules, instrument: { ...instrument, minQuantity: zero, minCost: zero } };

describe('a decision', () => {
  it('is the same in any unit of price: the same action, gates and money, at levels in that unit', () => {
    fc.assert(
      fc.property(inputs, powers, (input, power) => {
        const factor = 2 ** power;
        const times = (one: InstanceSignal) => ({
          ...one,
          stop: one.stop * factor,
          target: one.target * factor,
        });
        const there = {
          ...input,
          close: input.close * factor,
          atr: input.atr * factor,
          signals: input.signals.map(times),
        };
        const a = decide(input, rules);
        const b = decide(there, rules);
        const told = ({ action, codes, gates, size, stake }: typeof a) => ({
          action,
          codes,
          gates: gates.map(({ code, outcome }) => [code, outcome]),
          money: size && [size.n1, size.n2, size.n3, size.n4, size.n5, size.binding],
          stake,
        });
        expect(told(b)).toEqual(told(a));
        expect(b.stop).toBe(a.stop === null ? null : a.stop * factor);
        const levels = ({ plan }: typeof a) => [plan?.stopLevel ?? null, plan?.target ?? null];
        expect(levels(b)).toEqual(levels(a).map((level) => level && level * factor));
      }),
    );
  });

  it('buys a finite quantity with a stop below the price, or nothing', () => {
    const entered = { times: 0 };
    fc.assert(
      fc.property(inputs, (input) => {
        const { action, size, stop } = decide(input, decideRules);
        if (action !== 'ENTER') return;
        entered.times++;
        expect(Number(size?.quantity)).toBeGreaterThan(0);
        expect(Number(size?.quantity)).toBeLessThan(Number.POSITIVE_INFINITY);
        expect(stop).toBeLessThan(input.close);
      }),
      { numRuns: 300 },
    );
    expect(entered.times).toBeGreaterThan(20);
  });

  it('is not moved by those who say nothing, or whose word has no weight', () => {
    const silent = fc.constantFrom(
      { vote: 0, isExit: false },
      { vote: 1, weight: 0 },
      { vote: -1, weight: 0 },
    );
    fc.assert(
      fc.property(inputs, silent, (input, said) => {
        const extra = signalOf('zzz_other@4h', { family: 'ladder', ...said });
        const more = { ...input, signals: [...input.signals, extra] };
        expect(decide(more, decideRules)).toEqual(decide(input, decideRules));
      }),
    );
  });
});
