import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Candles, sliceCandles } from '../../../shared/core/market/candles.ts';
import { HOUR_MS } from '../../../shared/core/market/timeframes.ts';
import { correlation, correlationScale } from '../../../shared/core/risk/correlation.ts';
import { closesOf, scaled, walk } from '../../helpers/candles.ts';

const STEP_MS = 4 * HOUR_MS;
const of = (a: Candles, b: Candles) => correlation(a, b, STEP_MS);

/** Candles whose logarithmic returns are these. */
function returnsOf(returns: readonly number[]): Candles {
  const closes = [100];
  for (const value of returns) closes.push((closes.at(-1) ?? 0) * Math.exp(value));
  return closesOf(closes, 0);
}

/** A pattern of returns, repeated. */
const repeated = (pattern: readonly number[], times: number) =>
  returnsOf(Array.from({ length: times }, () => pattern).flat());

describe('the correlation of two symbols', () => {
  it('is that of their logarithmic returns', () => {
    // x: 1 0 −1 of variance 2/3, y: 1 −1 0 of variance 2/3, their products 1 + 0 + 0 over three: (1/3) / (2/3)
    const found = of(repeated([0.01, 0, -0.01], 20), repeated([0.02, -0.02, 0], 20));
    expect(found).toBeCloseTo(0.5, 9);
  });

  it('is measured from the mean of each: a drift changes nothing', () => {
    // the returns above, 0.02 more a candle of one and 0.03 less of the other
    const found = of(repeated([0.03, 0.02, 0.01], 20), repeated([-0.01, -0.05, -0.03], 20));
    expect(found).toBeCloseTo(0.5, 9);
  });

  it.each([
    ['1 with itself', [0.01, -0.02, 0.005], 1],
    ['1 with one that moves twice as far', [0.02, -0.04, 0.01], 1],
    ['−1 with its mirror', [-0.01, 0.02, -0.005], -1],
  ])('is %s', (_, pattern, expected) => {
    expect(of(repeated([0.01, -0.02, 0.005], 20), repeated(pattern, 20))).toBeCloseTo(expected, 9);
  });

  it('is not told by fewer than thirty common returns', () => {
    const [a, b] = [walk(1, 31), walk(2, 31)];
    expect(of(a, b)).not.toBeNull();
    expect(of(sliceCandles(a, 1, 31), b)).toBeNull();
  });

  it('reads the last 180 returns of each and nothing before', () => {
    const [a, b] = [walk(1, 300), walk(2, 300)];
    const newest = (candles: Candles) => sliceCandles(candles, 300 - 181, 300);
    expect(of(a, b)).toBe(of(newest(a), newest(b)));
    expect(of(a, b)).not.toBe(of(sliceCandles(a, 300 - 180, 300), b));
  });

  it('compares returns of the same time only, and none over a hole', () => {
    const [a, b] = [walk(1, 100), walk(2, 100)];
    const holed = (candles: Candles): Candles => {
      const keep = (column: Float64Array) => column.filter((_, i) => i !== 40);
      return { ...candles, openMs: keep(candles.openMs), close: keep(candles.close) };
    };
    // The returns at 40 and 41 are gone; those of the other at these times have no partner.
    const flat = (candles: Candles) => ({ ...candles, close: candles.close.slice() });
    const changed = flat(b);
    changed.close[40] = 12_345;
    expect(of(holed(a), b)).toBe(of(holed(a), changed));
    expect(of(changed, holed(a))).toBe(of(holed(a), b));
    expect(of(holed(a), b)).not.toBe(of(a, b));
  });

  it('is not told where one of them does not move', () => {
    const still = closesOf(Array.from({ length: 100 }, () => 100));
    expect(of(walk(1, 100), still)).toBeNull();
    expect(of(still, walk(1, 100))).toBeNull();
  });

  it('counts flat candles as returns of 0', () => {
    const quiet = walk(3, 100, { untraded: 0.5 });
    expect(of(quiet, quiet)).toBeCloseTo(1, 12);
  });

  it('lies within −1 and 1, is symmetric, and knows no unit of price', () => {
    const seed = fc.integer({ min: 0, max: 1e6 });
    const kind = fc.constantFrom('other', 'same', 'mirror', 'power');
    fc.assert(
      fc.property(seed, kind, fc.integer({ min: -30, max: 30 }), (first, other, power) => {
        const a = walk(first, 120);
        const b = partnerOf(a, other, first + 1);
        const found = of(a, b) ?? Number.NaN;
        expect(Math.abs(found)).toBeLessThanOrEqual(1);
        expect(of(b, a)).toBe(found);
        expect(of(scaled(a, 2 ** power), b)).toBe(found); // a power of two changes no digit
      }),
    );
  });

  function partnerOf(a: Candles, kind: string, seed: number): Candles {
    if (kind === 'other') return walk(seed, 120);
    const exponent = kind === 'same' ? 1 : kind === 'mirror' ? -1 : 1.7;
    return { ...a, close: a.close.map((price) => price ** exponent) };
  }
});

describe('the scale of a size beside what is held', () => {
  it.each([
    [null, 1], // nothing is held
    [-0.95, 1], // what moves against it is a hedge
    [0, 1],
    [0.8, 1],
    [0.85, 0.875], // a quarter of the way to a half
    [0.9, 0.75],
    [1, 0.5],
  ])('at a correlation of %s is %d', (highest, scale) => {
    expect(correlationScale(highest, 0.8)).toBeCloseTo(scale, 12);
  });

  it('falls, and never jumps, as the correlation rises', () => {
    const value = fc.double({ min: -1, max: 1, noNaN: true });
    const free = fc.double({ min: 0, max: 0.99, noNaN: true });
    fc.assert(
      fc.property(value, value, free, (a, b, upTo) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)];
        const [more, less] = [correlationScale(low, upTo), correlationScale(high, upTo)];
        expect(less).toBeLessThanOrEqual(more);
        expect(less).toBeGreaterThanOrEqual(0.5);
        expect(more - less).toBeLessThanOrEqual((0.5 * (high - low)) / (1 - upTo) + 1e-12);
      }),
    );
  });
});
