import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { textOf, unitsOf } from '../../../shared/core/decimal.ts';
import { type SizeInput, sizeEntry, volatilityScale } from '../../../shared/core/risk/size.ts';
import { decideRules } from '../../helpers/decisions.ts';

const { instrument } = decideRules;

/** 10,000 USD, half a per cent at risk, entry 100 with its stop at 96, no random walk. */
const input: SizeInput = {
  equity: 10_000,
  exposure: 0,
  free: 10_000,
  entry: 100,
  stop: 96,
  risk: 0.005,
  regimeSize: 1,
  correlationScale: 1,
  volatility: 0.15,
  volatilityTarget: 0.15,
  maxSymbolFraction: 0.5,
  takeCost: 0.0043,
};

describe('the size of an entry', () => {
  it('risks half a per cent of the equity between entry and stop', () => {
    expect(sizeEntry(input, instrument)).toEqual({
      n1: 1250, // 10,000 × 0.005 × 100 / 4
      n2: 10_000,
      n3: 5000,
      n4: 10_000,
      n5: 10_000 / 1.0043,
      notional: 1250,
      binding: 'N1',
      quantity: '12.50000000',
      tooSmall: null,
    });
  });

  it.each([
    ['in a random walk', { regimeSize: 0.5 }],
    ['beside a position that moves with it', { correlationScale: 0.5 }],
  ])('halves the risk, and nothing else, %s', (_, change) => {
    const half = sizeEntry({ ...input, ...change }, instrument);
    const { n2, n3, n4, n5 } = sizeEntry(input, instrument);
    expect(half).toMatchObject({ n1: 625, n2, n3, n4, n5, quantity: '6.25000000' });
  });

  it.each([
    ['N1', {}, 1250],
    ['N2', { stop: 99.5, volatility: 0.6 }, 2500], // a quarter of the equity: 0.15 / 0.6
    ['N2', { stop: 99.5, volatility: 6 }, 2500], // no less than a quarter
    ['N3', { stop: 99.5 }, 5000], // N1 is 10,000
    ['N4', { stop: 99.5, exposure: 8000 }, 2000], // of the equity
    ['N5', { free: 1004.3 }, 1000],
    ['N1', { stop: 99 }, 5000], // N1 and N3 are equal: the first is named
    ['N3', { stop: 99.5, free: 5021.5 }, 5000], // N3 and N5 are equal
  ])('is bound by %s: %j', (binding, change, notional) => {
    const size = sizeEntry({ ...input, ...change }, instrument);
    expect(size.binding).toBe(binding);
    expect(size.notional).toBeCloseTo(notional, 9);
  });

  it('is floored to the lot', () => {
    // 10,000 × 0.005 × 61,234.5 / 1500 = 2041.15 USD; / 61,234.5 = 0.0333333…
    const size = sizeEntry({ ...input, entry: 61_234.5, stop: 59_734.5 }, instrument);
    expect(size.quantity).toBe('0.03333333');
    expect(sizeEntry({ ...input, stop: 93 }, { ...instrument, lotDecimals: 0 }).quantity).toBe('7'); // 50 / 7
  });

  it('is nothing without cash, and says which term', () => {
    expect(sizeEntry({ ...input, free: -5 }, instrument)).toMatchObject({
      notional: 0,
      binding: 'N5',
      quantity: '0.00000000',
      tooSmall: 'quantity below the minimum of 0.00005',
    });
  });

  it('is never more than any term allows', () => {
    const money = fc.double({ min: 1, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(money, money, fc.double({ min: 1, max: 1e5, noNaN: true }), (equity, free, entry) => {
        const size = sizeEntry({ ...input, equity, free, entry, stop: entry * 0.97 }, instrument);
        const cost = Number(size.quantity) * entry;
        for (const term of [size.n1, size.n2, size.n3, size.n4, size.n5])
          expect(cost).toBeLessThanOrEqual(term * (1 + 1e-12));
        expect(cost * 1.0043).toBeLessThanOrEqual(free * (1 + 1e-12));
      }),
    );
  });
});

describe('a size grows', () => {
  // Ranges in which each term binds now and then.
  const amount = (max: number) => fc.double({ min: 0, max, noNaN: true });
  const inputs = fc.record({
    equity: amount(20_000),
    exposure: amount(5000),
    free: amount(50_000),
    entry: fc.constant(100),
    stop: fc.double({ min: 99, max: 99.9, noNaN: true }),
    risk: fc.double({ min: 0.002, max: 0.02, noNaN: true }),
    regimeSize: fc.constantFrom(0.5, 1),
    correlationScale: fc.double({ min: 0.5, max: 1, noNaN: true }),
    volatility: fc.double({ min: 0.1, max: 1, noNaN: true }),
    volatilityTarget: fc.double({ min: 0.05, max: 0.3, noNaN: true }),
    maxSymbolFraction: fc.double({ min: 0.1, max: 1, noNaN: true }),
    takeCost: fc.double({ min: 0, max: 0.01, noNaN: true }),
  });

  // `stop` is below the entry of 100: the higher, the less is at risk.
  it.each<[keyof SizeInput, 1 | -1]>([
    ['equity', 1],
    ['free', 1],
    ['exposure', -1],
    ['stop', 1],
    ['risk', 1],
    ['regimeSize', 1],
    ['correlationScale', 1],
    ['volatility', -1],
    ['volatilityTarget', 1],
    ['maxSymbolFraction', 1],
    ['takeCost', -1],
  ])('with %s in the direction of %d, or stays', (term, direction) => {
    let grown = 0;
    fc.assert(
      fc.property(inputs, inputs, (given, other) => {
        const values = [given[term], other[term]].sort((a, b) => direction * (a - b));
        const [less = 0, more = 0] = values;
        const before = sizeEntry({ ...given, [term]: less }, instrument);
        const after = sizeEntry({ ...given, [term]: more }, instrument);
        expect(after.notional).toBeGreaterThanOrEqual(before.notional * (1 - 1e-12));
        expect(Number(after.quantity)).toBeGreaterThanOrEqual(Number(before.quantity) - 1e-8);
        if (after.notional > before.notional) grown++;
      }),
      { numRuns: 1000 },
    );
    expect(grown).toBeGreaterThan(0);
  });
});

describe('the scale by volatility', () => {
  it.each([
    [0.15, 1],
    [0.1, 1],
    [0, 1],
    [0.3, 0.5],
    [0.6, 0.25],
    [5, 0.25],
    [Number.NaN, 1], // not known: whoever has too few candles for it does not enter anyway
  ])('of %d a year is %d for a target of 0.15', (volatility, scale) => {
    expect(volatilityScale(volatility, 0.15)).toBeCloseTo(scale, 15);
  });
});

describe('a size is too small', () => {
  const cheap = { ...instrument, minQuantity: textOf(unitsOf('0.01')), minCost: textOf(unitsOf('5')) };

  it.each([
    [500, null], // of 10,000 × 0.005: a stop 500 below 10,000 gives a quantity of 0.1
    [5000, null], // 0.01: the minimum itself
    [5001, 'quantity below the minimum of 0.01'],
  ])('with its stop %d below an entry at 10,000: %s', (distance, why) => {
    const at = { ...input, entry: 10_000, stop: 10_000 - distance };
    expect(sizeEntry(at, cheap).tooSmall).toBe(why);
  });

  it('to cost the minimum, and says so before it looks at the stop', () => {
    const at = { ...input, entry: 1, stop: 0.9, takeCost: 0, free: 4.99 };
    expect(sizeEntry(at, cheap).tooSmall).toBe('cost below the minimum of 5');
    expect(sizeEntry({ ...at, free: 5 }, cheap).tooSmall).toBe(
      'at its stop it could not be sold: cost below 5',
    );
  });

  it('when it could not be sold at its stop', () => {
    const at = { ...input, stop: 90, free: 5.2, takeCost: 0 };
    expect(sizeEntry(at, cheap).tooSmall).toBe('at its stop it could not be sold: cost below 5'); // 0.052 × 90
    expect(sizeEntry({ ...at, free: 5.6 }, cheap).tooSmall).toBeNull(); // 0.056 × 90 = 5.04
    expect(sizeEntry({ ...at, entry: 1, stop: 0.5, free: 10 }, cheap).tooSmall).toBeNull(); // 10 × 0.5 is the minimum
  });
});
