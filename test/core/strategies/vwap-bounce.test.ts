import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { atr } from '../../../shared/core/indicators/atr.ts';
import { ema } from '../../../shared/core/indicators/ema.ts';
import { type Candle, type Candles, candlesOf } from '../../../shared/core/market/candles.ts';
import { DAY_MS, HOUR_MS } from '../../../shared/core/market/timeframes.ts';
import { vwapBounce } from '../../../shared/core/strategies/vwap-bounce.ts';
import { closesOf, walk } from '../../helpers/candles.ts';
import { indexesOf } from '../../helpers/signals.ts';

// All of the day's volume is traded on its first candle, at a typical price of 10: so much the day paid. The average
// of two begins at (10 + 11) / 2 = 10.5 and moves two thirds of the way to each close. The average true range of one
// candle is its true range.
const small = { average: 2, range: 1, stop: 1.5, reward: 2 };
const bounce = { open: 10.5, high: 12, low: 10, close: 11.5, volume: 0 };
const ask = (candles: Candles, change: Partial<typeof small> = {}) =>
  vwapBounce.prepare(candles, vwapBounce.params.parse({ ...small, ...change }));

type Part = Partial<Omit<Candle, 'openMs'>>;

/** The first candle of a day, one that closes at 11, and one that bounces, changed where told. */
function rows({ second = {}, third = {} }: { second?: Part; third?: Part } = {}, startMs = 0): Candles {
  const first = { open: 10, high: 11, low: 9, close: 10, volume: 1 };
  const rise = { open: 10, high: 11.5, low: 10, close: 11, volume: 0, ...second };
  const parts = [first, rise, { ...bounce, ...third }];
  return candlesOf(parts.map((part, i) => ({ ...part, openMs: startMs + i * 4 * HOUR_MS })));
}

/** The same candles turned upside down about 10. */
function mirror({ openMs, open, high, low, close, volume }: Candles): Candles {
  const turned = (prices: Float64Array) => prices.map((price) => 20 - price);
  return { openMs, open: turned(open), high: turned(low), low: turned(high), close: turned(close), volume };
}

const nearMisses: readonly [string, { second?: Part; third?: Part }][] = [
  ['the low stays above what the day paid', { third: { low: 10.01 } }],
  ['the close only meets what the day paid', { third: { close: 10, open: 9.5, low: 9 } }],
  ['the close only meets the open', { third: { open: 11.5 } }],
  ['the close before only meets what the day paid', { second: { close: 10 } }],
  ['the close before lies below it', { second: { close: 9.9 } }],
  // The average begins at (10 + 11.5) / 2 = 10.75.
  ['the close only meets the average', { second: { close: 11.5 }, third: { close: 10.75, open: 10.2 } }],
];

describe('vwap_bounce', () => {
  it('votes where the price falls back to what the day paid, even if it only meets it, and rises from there', () => {
    expect(indexesOf(ask(rows()).vote, 1)).toEqual([2]);
    expect(indexesOf(ask(rows({ third: { low: 9 } })).vote, 1)).toEqual([2]);
  });

  it.each(nearMisses)('does not vote when %s', (_, change) => {
    expect(indexesOf(ask(rows(change)).vote, 1)).toEqual([]);
  });

  it('votes short in the mirrored market', () => {
    expect(indexesOf(ask(mirror(rows())).vote, -1)).toEqual([2]);
    expect(indexesOf(ask(mirror(rows({ third: { low: 9 } }))).vote, -1)).toEqual([2]);
  });

  it.each(nearMisses)('does not vote short when, mirrored, %s', (_, change) => {
    expect(indexesOf(ask(mirror(rows(change))).vote, -1)).toEqual([]);
  });

  // A day begins with the third candle, which trades at (12 + 10 + 11.5) / 3 = 11.17, or with the first or the second.
  it('does not vote on the first candle of a day', () => {
    const traded = (hour: number) => rows({ second: { volume: 1 }, third: { volume: 1 } }, hour * HOUR_MS);
    expect(indexesOf(ask(traded(16)).vote, 1)).toEqual([]);
    expect(indexesOf(ask(mirror(traded(16))).vote, -1)).toEqual([]);
    expect(indexesOf(ask(traded(0)).vote, 1)).toEqual([2]);
  });

  it('does not vote while nothing was traded on the day', () => {
    const candles = rows();
    candles.volume.fill(0);
    expect(new Set(ask(candles).vote)).toEqual(new Set([0]));
  });

  // Averages at index 1 and 2: 10.25 after 10.5, 9.45 after 8.9; two thirds of the way to the close.
  it('exits on every candle that closes below both what the day paid and the average', () => {
    const exits = (second: number, third: number) =>
      indexesOf(ask(rows({ second: { close: second }, third: { close: third } })).exit, 1);
    expect(exits(9, 8)).toEqual([1, 2]);
    expect(exits(11, 10)).toEqual([]); // below the average of 10.17, but at what the day paid
    expect(exits(11, 9.9)).toEqual([2]);
    expect(exits(8, 9)).toEqual([1]); // the average begins at 9, which the close meets
  });

  // What the day paid, 10, less 1.5 times the true range of 12 − 10; the close lies 4.5 above it.
  it('puts the stop below what the day paid and the target twice as far above the close', () => {
    const { stop, target } = ask(rows());
    expect(stop[2]).toBe(10 - 1.5 * 2);
    expect(target?.[2]).toBe(11.5 + 2 * 4.5);
  });

  it('votes on neither side while it has no stop, but exits', () => {
    expect(indexesOf(ask(rows(), { range: 3 }).vote, 1)).toEqual([]);
    const { vote, exit } = ask(mirror(rows()), { range: 3 });
    expect(indexesOf(vote, -1)).toEqual([]);
    expect(indexesOf(exit, 1)).toEqual([1, 2]);
  });

  it('says nothing in a flat market, whatever the price', () => {
    for (const price of [97.3, 0.1, 1e6 / 3]) {
      const { vote, exit } = vwapBounce.prepare(
        closesOf(new Array(80).fill(price), 0),
        vwapBounce.params.parse({}),
      );
      expect(new Set([...vote, ...exit]), `${price}`).toEqual(new Set([0]));
    }
  });

  it('can vote on the first candle after its warm-up', () => {
    const warmup = (change: object) => vwapBounce.warmup(vwapBounce.params.parse(change), '4h');
    expect([warmup({ average: 3, range: 1 }), warmup({ range: 60 }), warmup({})]).toEqual([2, 60, 49]);
    expect(indexesOf(ask(rows(), { range: 2 }).vote, 1)).toEqual([2]);
  });

  it('looks back on a day of candles, and on its average', () => {
    const rowsOf = (['4h', '1h', '15m', '5m', '1m'] as const).map((timeframe) =>
      vwapBounce.lookback?.(vwapBounce.params.parse({}), timeframe),
    );
    // An average of fifty candles remembers 684.
    expect(rowsOf).toEqual([684, 684, 684, 684, 1440]);
  });

  it('means nothing on candles longer than 4h', () => {
    expect(vwapBounce.longest).toBe('4h');
  });

  it('says with its default parameters what its rules say, candle by candle', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const candles = walk(seed, 250, { gaps: 0.05, untraded: 0.1 });
        const { vote, exit, stop, target = stop } = vwapBounce.prepare(candles, vwapBounce.params.parse({}));
        const wanted = byTheRules(candles);
        expect([...vote]).toEqual(wanted.vote);
        expect([...exit]).toEqual(wanted.exit);
        expect(stop.findIndex((price, i) => !isNear(price, wanted.stop[i]))).toBe(-1);
        expect(target.findIndex((price, i) => !isNear(price, wanted.target[i]))).toBe(-1);
      }),
      { numRuns: 30 },
    );
  });
});

/** A day added up anew differs in its last digits from one kept up; where one is missing, so is the other. */
function isNear(price: number, wanted = Number.NaN): boolean {
  return Number.isNaN(wanted) ? Number.isNaN(price) : Math.abs(price - wanted) < 1e-9;
}

/** The rules as they are written, each candle by itself; the day is added up anew for each. */
function byTheRules({ openMs, open, high, low, close, volume }: Candles) {
  const at = (line: ArrayLike<number>, i: number) => line[i] ?? Number.NaN;
  const average = ema(close, 50);
  const range = atr(high, low, close, 14);
  const day = (i: number) => Math.floor(at(openMs, i) / DAY_MS);
  const paid = Array.from(close, (_, i) => {
    const today = [...close.keys()].filter((k) => k <= i && day(k) === day(i));
    const traded = today.reduce((sum, k) => sum + at(volume, k), 0);
    const typical = (k: number) => (at(high, k) + at(low, k) + at(close, k)) / 3;
    return today.reduce((sum, k) => sum + typical(k) * at(volume, k), 0) / traded;
  });
  const over = (i: number) => at(close, i) > at(paid, i);
  const under = (i: number) => at(close, i) < at(paid, i);
  const voteAt = (i: number) => {
    if (!(at(range, i) > 0) || day(i - 1) !== day(i)) return 0;
    const isRise = over(i) && at(close, i) > at(average, i) && at(close, i) > at(open, i);
    if (isRise && over(i - 1) && at(low, i) <= at(paid, i)) return 1;
    const isFall = under(i) && at(close, i) < at(average, i) && at(close, i) < at(open, i);
    return isFall && under(i - 1) && at(high, i) >= at(paid, i) ? -1 : 0;
  };
  const stop = paid.map((price, i) => price - 1.5 * at(range, i));
  return {
    vote: Array.from(close, (_, i) => voteAt(i)),
    exit: Array.from(close, (_, i) => (under(i) && at(close, i) < at(average, i) ? 1 : 0)),
    stop,
    target: Array.from(close, (price, i) => price + 2 * (price - at(stop, i))),
  };
}
