import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Regime, readRegime } from '../../../shared/core/decision/regime.ts';
import { standardise } from '../../../shared/core/decision/standardise.ts';
import { hurst } from '../../../shared/core/decision/whittle.ts';
import { randomOf } from '../../../shared/core/market/random.ts';
import { fractionalNoise } from '../../helpers/noise.ts';

const { NaN: none } = Number;
const FULL = 499;

/** The reading at the end of a history whose last z and ADX are given; before them z is 0. */
function readingOf(zs: readonly number[], adxs: readonly number[] | number) {
  const rows = FULL + 100 + zs.length;
  const memo = new Float64Array(rows);
  memo.set(zs, rows - zs.length);
  const adx = new Float64Array(rows).fill(typeof adxs === 'number' ? adxs : 15);
  if (typeof adxs !== 'number') adx.set(adxs, rows - adxs.length);
  return readRegime({ close: new Float64Array(rows).fill(1), adx, row: rows - 1, firstRow: 0, memo });
}

const regimeOf = (...given: Parameters<typeof readingOf>) => readingOf(...given).regime;

/** Closes whose logarithmic returns are given, and an ADX of 22 for each. */
function marketOf(returns: Float64Array) {
  const close = new Float64Array(returns.length + 1).fill(100);
  for (const [t, value] of returns.entries()) close[t + 1] = (close[t] ?? 0) * Math.exp(value);
  return { close, adx: new Float64Array(close.length).fill(22) };
}

const { normal } = randomOf(1, 'regime');
const walk = marketOf(Float64Array.from({ length: 1200 }, () => normal() / 100));
const emptyMemo = () => new Float64Array(walk.close.length).fill(none);

describe('a regime is entered', () => {
  it.each<[number, number, Regime]>([
    [2, 25.01, 'STRONG_TREND'],
    [2, 25, 'WEAK_TREND'],
    [2, 20.01, 'WEAK_TREND'],
    [2, 20, 'RANDOM_WALK'],
    [1.99, 60, 'RANDOM_WALK'],
    [-2, 19.99, 'MEAN_REVERTING'],
    [-2, 20, 'RANDOM_WALK'],
    [-1.99, 5, 'RANDOM_WALK'],
    [0, 60, 'RANDOM_WALK'],
    [5, none, 'RANDOM_WALK'],
    [-5, none, 'RANDOM_WALK'],
  ])('at z %d and ADX %d as %s', (z, adx, wanted) => {
    expect(regimeOf([z], adx)).toBe(wanted);
  });
});

describe('a trend', () => {
  const entered = [2.1, 22] as const;
  const next = (z: number, adx: number) => regimeOf([entered[0], z], [entered[1], adx]);

  it('is kept while z is 1.5, strong or weak by the ADX of the bar alone', () => {
    expect(next(1.5, 25.01)).toBe('STRONG_TREND');
    expect(next(1.5, 25)).toBe('WEAK_TREND');
    expect(next(1.5, 3)).toBe('WEAK_TREND');
    expect(next(2.5, none)).toBe('WEAK_TREND');
  });

  it('ends below z 1.5 and is entered anew only as at first', () => {
    expect(next(1.49, 60)).toBe('RANDOM_WALK');
    expect(regimeOf([2.1, 1.49, 1.9], 60)).toBe('RANDOM_WALK');
    expect(regimeOf([2.1, 1.49, 2], 60)).toBe('STRONG_TREND');
  });

  it('is not kept by an ADX that came too late for the z of its entry', () => {
    expect(regimeOf([2.1, 1.9], [19, 60])).toBe('RANDOM_WALK');
  });

  it('can turn to mean reversion at once', () => {
    expect(next(-2, 19)).toBe('MEAN_REVERTING');
    expect(next(-1.9, 19)).toBe('RANDOM_WALK');
  });
});

describe('mean reversion', () => {
  it('is kept while z is −1.5, whatever the ADX', () => {
    expect(regimeOf([-2, -1.5], [19, 60])).toBe('MEAN_REVERTING');
    expect(regimeOf([-2, -1.5], [19, none])).toBe('MEAN_REVERTING');
    expect(regimeOf([-2, -1.49], [19, 19])).toBe('RANDOM_WALK');
    expect(regimeOf([-2, 1.9], [19, 60])).toBe('RANDOM_WALK');
  });
});

describe('the memory', () => {
  const kept = (bars: number) => [2, ...new Array<number>(bars).fill(1.7)];

  it('reaches 42 bars back, the newest included', () => {
    expect(regimeOf(kept(41), 30)).toBe('STRONG_TREND');
    expect(regimeOf(kept(42), 30)).toBe('RANDOM_WALK');
  });

  function entered(z: number, adx: number): Regime {
    if (z >= 2 && adx > 25) return 'STRONG_TREND';
    if (z >= 2 && adx > 20) return 'WEAK_TREND';
    return z <= -2 && adx < 20 ? 'MEAN_REVERTING' : 'RANDOM_WALK';
  }

  function step(before: Regime, z: number, adx: number): Regime {
    const isTrend = before === 'STRONG_TREND' || before === 'WEAK_TREND';
    if (isTrend && z >= 1.5) return adx > 25 ? 'STRONG_TREND' : 'WEAK_TREND';
    if (before === 'MEAN_REVERTING' && z <= -1.5) return before;
    return entered(z, adx);
  }

  /** The regime re-run forward from RANDOM_WALK over the last 42 bars. */
  function replayed(zs: readonly number[], adxs: readonly number[]): Regime {
    const adx = adxs.slice(-42);
    return zs.slice(-42).reduce<Regime>((before, z, bar) => step(before, z, adx[bar] ?? none), 'RANDOM_WALK');
  }

  it('gives what a forward re-run over 42 bars gives', () => {
    const run = fc
      .tuple(fc.constantFrom(1, -1), fc.integer({ min: 1, max: 60 }), fc.constantFrom(1.4, 1.5, 1.7, 2, 2.4))
      .map(([side, bars, z]) => new Array<number>(bars).fill(side * z));
    const zs = fc.array(run, { minLength: 1, maxLength: 6 }).map((runs) => runs.flat());
    const adx = fc.constantFrom(10, 20, 22, 25, 30, none);
    const bars = zs.chain((z) =>
      fc.tuple(fc.constant(z), fc.array(adx, { minLength: z.length, maxLength: z.length })),
    );
    let remembered = 0;
    fc.assert(
      fc.property(bars, ([z, adxs]) => {
        const regime = replayed(z, adxs);
        expect(regimeOf(z, adxs)).toBe(regime);
        if (regime !== replayed(z.slice(-1), adxs.slice(-1))) remembered++;
      }),
      { numRuns: 1000 },
    );
    expect(remembered).toBeGreaterThan(50);
  });

  it('is asked only where the answer depends on it', () => {
    const computed = (row: number) => {
      const memo = emptyMemo();
      const { z } = readRegime({ ...walk, row, firstRow: row - 719, memo });
      return { z, count: memo.filter((value) => !Number.isNaN(value)).length };
    };
    const counts = Array.from({ length: 100 }, (_, i) => computed(720 + 4 * i));
    const quiet = counts.filter(({ z }) => Math.abs(z) < 1.5);
    expect(quiet.length).toBeGreaterThan(50);
    expect(quiet.every(({ count }) => count === 1)).toBe(true);
    expect(Math.max(...counts.map(({ count }) => count))).toBeLessThanOrEqual(42);
  });
});

describe('z', () => {
  it('is the distance of the exponent from 0.5 in deviations of 0.642 / √n', () => {
    for (const row of [200, 300, 499, 500, 1000]) {
      const count = Math.min(FULL, row);
      const returns = walk.close
        .slice(row - count, row + 1)
        .map((value, i, closes) => Math.log(value / (closes[i - 1] ?? value)))
        .slice(1);
      const exponent = hurst(standardise(returns) ?? new Float64Array());
      const reading = readRegime({ ...walk, row, firstRow: 0 });
      expect(reading.hurst).toBeCloseTo(exponent, 12);
      expect(reading.z).toBeCloseTo(((exponent - 0.5) * Math.sqrt(count)) / 0.642, 9);
    }
  });

  it('is 0 with fewer than 200 returns', () => {
    const trend = marketOf(
      (fractionalNoise(0.9, { paths: 1, length: 300 })[0] ?? walk.close).map((x) => x / 100),
    );
    expect(readRegime({ ...trend, row: 199, firstRow: 0 })).toEqual({
      regime: 'RANDOM_WALK',
      hurst: 0.5,
      z: 0,
      adx: 22,
      confidence: 0,
    });
    expect(readRegime({ ...trend, row: 199 + 50, firstRow: 50 }).z).toBe(0);
    expect(readRegime({ ...trend, row: 200, firstRow: 0 })).toMatchObject({ regime: 'WEAK_TREND' });
    expect(readRegime({ ...trend, row: 0, firstRow: 0 }).hurst).toBe(0.5);
  });

  it('is computed from the rows of the window alone', () => {
    // The second has 300 returns: fewer than are wanted.
    for (const [firstRow = 0, row = 0] of [
      [300, 1019],
      [600, 900],
    ]) {
      const other = walk.close.map((value, at) => (at < firstRow || at > row ? none : value));
      const inside = readRegime({ ...walk, row, firstRow });
      expect(readRegime({ ...walk, close: other, row, firstRow })).toEqual(inside);
      const alone = { close: other.slice(firstRow), adx: walk.adx.slice(firstRow) };
      expect(readRegime({ ...alone, row: row - firstRow, firstRow: 0 })).toEqual(inside);
    }
  });

  it('is remembered only where all 499 returns are there', () => {
    const memo = emptyMemo();
    for (let row = 490; row < walk.close.length; row++) {
      const firstRow = Math.max(0, row - 719);
      const reading = readRegime({ ...walk, row, firstRow, memo });
      expect(Number.isNaN(memo[row])).toBe(row < FULL);
      if (row % 50 === 0) expect(readRegime({ ...walk, row, firstRow })).toEqual(reading);
    }
    // Another window over the same rows has fewer returns: what was remembered does not hold for it.
    const short = { ...walk, row: 900, firstRow: 600 };
    expect(readRegime({ ...short, memo })).toEqual(readRegime(short));
  });
});

describe('closes', () => {
  const read = (close: Float64Array) =>
    readRegime({ close, adx: new Float64Array(close.length).fill(10), row: close.length - 1, firstRow: 0 });
  const closes = (priceOf: (t: number) => number) => Float64Array.from({ length: 600 }, (_, t) => priceOf(t));
  const nothing = { regime: 'RANDOM_WALK', hurst: 0.5, z: 0, confidence: 0 };

  it('that never move say nothing', () => {
    expect(read(closes(() => 100))).toMatchObject(nothing);
  });

  it('that first move after twenty returns of the window say nothing', () => {
    expect(read(closes((t) => (t < 121 ? 100 : 100 + (t % 7))))).toMatchObject(nothing);
    expect(read(closes((t) => (t < 120 ? 100 : 100 + (t % 7)))).z).not.toBe(0);
  });

  it('with one jump in a dead market are no trend', () => {
    expect(read(closes((t) => (t < 110 ? 100 : 150))).z).toBeCloseTo(0, 1);
    expect(read(closes((t) => (t < 400 ? 100 : 150)))).toMatchObject(nothing);
  });

  it('that grow by the same part each time say nothing: their returns do not vary', () => {
    expect(read(closes((t) => 100 * 1.001 ** t))).toMatchObject(nothing);
  });

  it('that grow by the same amount each time are as persistent as can be', () => {
    expect(read(closes((t) => 100 + t))).toMatchObject({
      regime: 'RANDOM_WALK',
      hurst: expect.closeTo(0.99, 9),
    });
  });

  it('that zigzag are mean reverting', () => {
    expect(read(closes((t) => 100 + (t % 2)))).toMatchObject({
      regime: 'MEAN_REVERTING',
      hurst: expect.closeTo(0.01, 9),
    });
  });

  it('that no market has give no number that is not one', () => {
    for (const price of [0, -1, none, Number.POSITIVE_INFINITY, 1e-308, 1e308])
      for (const value of Object.values(read(closes((t) => (t % 9 === 0 ? price : 100 + (t % 5))))))
        if (typeof value === 'number') expect(Number.isFinite(value)).toBe(true);
  });

  it('outside of the window are refused', () => {
    expect(() => readRegime({ ...walk, row: 5, firstRow: 6 })).toThrow('regime of rows 6 to 5');
    expect(() => readRegime({ ...walk, row: 5, firstRow: -1 })).toThrow('Bug');
    expect(() => readRegime({ ...walk, row: walk.close.length, firstRow: 0 })).toThrow('Bug');
  });
});

describe('the confidence', () => {
  it.each([
    ['in a strong trend from ADX 25', [3], 37.5, 0.25 + 0.25],
    ['in a weak trend from ADX 20', [2.5], 25, 0.125 + 0.1],
    ['of a trend that is only kept by the ADX alone', [2, 1.5], [21, 10], 0.2],
    ['in mean reversion from ADX 20', [-5], 5, 0.5 + 0.3],
    ['at most 1', [10], 100, 1],
    ['without an ADX by z alone', [3, 3], [22, none], 0.25],
    ['in a random walk 0', [1.9], 80, 0],
  ])('is measured %s', (_, zs, adxs, wanted) => {
    expect(readingOf(zs, adxs).confidence).toBeCloseTo(wanted, 12);
  });

  it('comes with the exponent and the ADX', () => {
    // 0.5 + 2 × 0.642 / √499
    expect(readingOf([2], 30)).toMatchObject({ z: 2, adx: 30, hurst: expect.closeTo(0.5574796, 6) });
    expect(readingOf([2, 2], [22, none]).adx).toBe(0);
  });
});
