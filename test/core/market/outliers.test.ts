import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Candle, Candles } from '../../../shared/core/market/candles.ts';
import { candleAt, candlesOf } from '../../../shared/core/market/candles.ts';
import { outliersOf } from '../../../shared/core/market/outliers.ts';
import { scaled, walk } from '../../helpers/candles.ts';

/** A hundred candles at 100 that reach 1 up and 1 down, changed at some of them. */
function calm(changes: Readonly<Record<number, Partial<Candle>>>, length = 100): Candles {
  const rows = Array.from({ length }, (_, i) => {
    const own = { openMs: i * 14_400_000, open: 100, high: 101, low: 99, close: 100, volume: 1 };
    return { ...own, ...changes[i] };
  });
  return candlesOf(rows);
}

const found = (candles: Candles) =>
  outliersOf(candles).map(({ openMs, side, price }) => [openMs / 14_400_000, side, price]);

// The usual range is ln(101/99) = 0.0200007, twelve of it 0.2400080: a factor of 1.27126.
const FACTOR = (101 / 99) ** 12;

describe('an outlier', () => {
  it('is a tick of ten times the price, as a wick, as a close, and as a whole candle', () => {
    expect(found(calm({ 60: { high: 1000 } }))).toEqual([[60, 'high', 1000]]);
    expect(found(calm({ 60: { high: 1000, close: 1000 }, 61: { open: 1000, high: 1000 } }))).toEqual([
      [60, 'high', 1000],
    ]);
    expect(found(calm({ 60: { open: 1000, high: 1000, low: 1000, close: 1000 } }))).toEqual([
      [60, 'high', 1000],
    ]);
  });

  it('is a wick to nearly nothing', () => {
    expect(found(calm({ 60: { low: 0.01 } }))).toEqual([[60, 'low', 0.01]]);
  });

  it('begins at twelve usual ranges beyond what is before and after', () => {
    expect(found(calm({ 60: { high: 100 * FACTOR * 1.000001 } }))).toHaveLength(1);
    expect(found(calm({ 60: { high: 100 * FACTOR * 0.999999 } }))).toEqual([]);
    expect(found(calm({ 60: { low: 100 / (FACTOR * 1.000001) } }))).toHaveLength(1);
    expect(found(calm({ 60: { low: 100 / (FACTOR * 0.999999) } }))).toEqual([]);
    const [one] = outliersOf(calm({ 60: { high: 1000 } }));
    expect(one?.times).toBeCloseTo(Math.log(10) / Math.log(101 / 99), 9);
  });

  it('is not a move that stays, up or down, however far', () => {
    const from = (row: number, price: number) =>
      calm(
        Object.fromEntries(
          Array.from({ length: 100 - row }, (_, i) => [
            row + i,
            { open: price, high: price * 1.01, low: price * 0.99, close: price },
          ]),
        ),
      );
    expect(found(from(60, 1000))).toEqual([]);
    expect(found(from(60, 10))).toEqual([]);
  });

  it('is seen at both ends of a series, but not in a last close: that may be a move', () => {
    expect(found(calm({ 0: { high: 1000 } }))).toEqual([[0, 'high', 1000]]);
    expect(found(calm({ 99: { high: 1000 } }))).toEqual([[99, 'high', 1000]]);
    expect(found(calm({ 99: { high: 1000, close: 1000 } }))).toEqual([]);
  });

  it('stays one while nobody trades: bars without trades are no return', () => {
    const stuck = { open: 1000, high: 1000, low: 1000, close: 1000 };
    const idle = { ...stuck, volume: 0 };
    expect(found(calm({ 60: stuck, 61: idle, 62: idle }))).toEqual([[60, 'high', 1000]]);
    expect(found(calm({ 60: stuck, 61: stuck }))).toEqual([]);
  });

  it('needs twenty candles that say what is usual', () => {
    expect(found(calm({ 10: { high: 1000 } }, 21))).toHaveLength(1);
    expect(found(calm({ 10: { high: 1000 } }, 20))).toEqual([]);
  });

  it('is not each candle that moves where hardly one does: 0.15 % is usual everywhere', () => {
    const flat = { open: 100, high: 100, low: 100, close: 100 };
    const still = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [i, flat]));
    // Twelve times 0.15 % are 1.8 %: a factor of 1.01816.
    expect(found(calm({ ...still, 60: { ...flat, high: 101.8 } }))).toEqual([]);
    expect(found(calm({ ...still, 60: { ...flat, high: 101.9 } }))).toHaveLength(1);
  });

  it('is six times the price and back in the wildest market: 15 % is the most that is usual', () => {
    const wild = { open: 100, high: 140, low: 80, close: 100 };
    const all = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [i, wild]));
    // Twelve times 15 % are a factor of 6.05; the range of each candle is ln(140/80) = 56 %.
    expect(found(calm({ ...all, 60: { ...wild, high: 600 } }))).toEqual([]);
    expect(found(calm({ ...all, 60: { ...wild, high: 610 } }))).toEqual([[60, 'high', 610]]);
  });

  it('is the same in every unit of price, and planted into any market it is found', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1000 }),
        fc.integer({ min: 1, max: 298 }),
        fc.constantFrom(1e-6, 0.37, 1000, 1e6),
        (seed, row, factor) => {
          const market = walk(seed, 300, { move: 0.02 });
          expect(found(market)).toEqual([]);
          const planted = [...market.openMs.keys()].map((i) => candleAt(market, i));
          const hit = planted[row];
          if (hit === undefined) throw new Error('no row');
          planted[row] = { ...hit, high: 10 * hit.close, close: 10 * hit.close };
          const spiked = candlesOf(planted);
          expect(outliersOf(spiked).map(({ openMs }) => openMs)).toEqual([hit.openMs]);
          expect(outliersOf(scaled(spiked, factor)).map(({ openMs }) => openMs)).toEqual([hit.openMs]);
        },
      ),
      { numRuns: 40 },
    );
  });
});
