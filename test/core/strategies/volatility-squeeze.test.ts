import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { atr } from '../../../shared/core/indicators/atr.ts';
import { ttmSqueeze } from '../../../shared/core/indicators/ttm-squeeze.ts';
import type { Candles } from '../../../shared/core/market/candles.ts';
import { volatilitySqueeze } from '../../../shared/core/strategies/volatility-squeeze.ts';
import { closesOf, walk } from '../../helpers/candles.ts';
import { indexesOf } from '../../helpers/signals.ts';

// With a period of two and candles of equal reach, the bands lie the last move about the middle and momentum is half
// of it: a line through two points ends at the second. Each candle reaches 1 above and below its close, so a true
// range is 2, or 1 and the move when that is longer; the channel lies half of the mean of two about the middle.
const small = { period: 2, width: 2, reach: 0.5, least: 2, range: 1, stop: 2, reward: 2 };
const ask = (candles: Candles, change: Partial<typeof small> = {}) =>
  volatilitySqueeze.prepare(candles, volatilitySqueeze.params.parse({ ...small, ...change }));
const say = (closes: readonly number[], change: Partial<typeof small> = {}, reach = 1) =>
  ask(closesOf(closes, reach), change);

/** The last two candles reach nowhere: the channel narrows at once, so the squeeze ends without a larger move. */
function fading(closes: readonly number[]): Candles {
  const candles = closesOf(closes);
  for (const i of [closes.length - 2, closes.length - 1]) {
    candles.high[i] = candles.close[i] ?? Number.NaN;
    candles.low[i] = candles.close[i] ?? Number.NaN;
  }
  return candles;
}

describe('volatility_squeeze', () => {
  // Indexes 2 and 3 are on: bands of 0 within 1. Index 4: bands of 2, channel of (2 + 3) / 4 = 1.25.
  it('votes on the first candle off after enough on, and on no other', () => {
    expect(indexesOf(say([10, 10, 10, 10, 12, 15, 19]).vote, 1)).toEqual([4]);
    expect(indexesOf(say([10, 10, 10, 10, 12], { least: 3 }).vote, 1)).toEqual([]);
    expect(indexesOf(say([10, 10, 10, 10, 10, 12], { least: 3 }).vote, 1)).toEqual([5]);
  });

  // Index 4 is off, index 5 on (bands of 0, channel of (3 + 2) / 4), index 6 off after one on, index 9 off after two.
  it('counts the candles of a squeeze anew after each end', () => {
    expect(indexesOf(say([10, 10, 10, 10, 12, 12, 14, 14, 14, 16]).vote, 1)).toEqual([4, 9]);
  });

  // A move of 1 leaves bands and channel both 1 about the middle; one of 0.9 leaves the bands inside.
  it('is no longer in a squeeze when the bands meet the channel', () => {
    expect(indexesOf(say([10, 10, 10, 10, 11]).vote, 1)).toEqual([4]);
    expect(indexesOf(say([10, 10, 10, 10, 10.9]).vote, 1)).toEqual([]);
  });

  // Before the last candle the middle of the extremes is the close before it: momentum is 0.5 − 0.25 / 2 = 0.375, and
  // the channel (2 + 0.5) / 4 = 0.625 about bands of 0.5. On the last it is half of the move: 0.25, 0.375 or 0.5.
  it('wants momentum above that of the candle before', () => {
    expect(indexesOf(ask(fading([10, 10, 10, 10.5, 11])).vote, 1)).toEqual([]);
    expect(indexesOf(ask(fading([10, 10, 10, 10.5, 11.25])).vote, 1)).toEqual([]);
    expect(indexesOf(ask(fading([10, 10, 10, 10.5, 11.5])).vote, 1)).toEqual([4]);
  });

  it('wants momentum below that of the candle before for a vote short', () => {
    expect(indexesOf(ask(fading([10, 10, 10, 9.5, 9])).vote, -1)).toEqual([]);
    expect(indexesOf(ask(fading([10, 10, 10, 9.5, 8.75])).vote, -1)).toEqual([]);
    expect(indexesOf(ask(fading([10, 10, 10, 9.5, 8.5])).vote, -1)).toEqual([4]);
  });

  // Momentum goes from −0.375 to −0.25, and from 0.375 to 0.25.
  it('votes on neither side when momentum moves towards nothing', () => {
    expect([...ask(fading([10, 10, 10, 9.5, 9])).vote]).toEqual([0, 0, 0, 0, 0]);
    expect([...ask(fading([10, 10, 10, 10.5, 11])).vote]).toEqual([0, 0, 0, 0, 0]);
  });

  it('votes short on the first candle off when the price falls', () => {
    expect(indexesOf(say([10, 10, 10, 10, 8, 5]).vote, -1)).toEqual([4]);
    expect(indexesOf(say([10, 10, 10, 10, 8], { least: 3 }).vote, -1)).toEqual([]);
  });

  // Halves of the moves from index 2 on: 0, −0.5, 0, 0.5.
  it('exits while momentum is below nothing', () => {
    expect(indexesOf(say([10, 10, 10, 9, 9, 10]).exit, 1)).toEqual([3]);
    expect(indexesOf(say([10, 10, 10, 9, 8, 7]).exit, 1)).toEqual([3, 4, 5]);
  });

  // Halves of the moves from index 2 on: 1.5, 1, 0.5, 0.5; 1.5, 1, 1, 0.5; and 1.5, 1, 0.5, 0.25.
  it('exits when momentum fell on this candle and on the one before, not when it only stayed', () => {
    expect(indexesOf(say([10, 10, 13, 15, 16, 17]).exit, 1)).toEqual([4]);
    expect(indexesOf(say([10, 10, 13, 15, 17, 18]).exit, 1)).toEqual([]);
    expect(indexesOf(say([10, 10, 13, 15, 16, 16.5]).exit, 1)).toEqual([4, 5]);
  });

  // Index 4 reaches from the close before it, 10, to 13: a true range of 3.
  it('puts the stop below the close and the target twice as far above it', () => {
    const { stop, target } = say([10, 10, 10, 10, 12]);
    expect(stop[4]).toBe(12 - 2 * 3);
    expect(target?.[4]).toBe(12 + 2 * 6);
  });

  it('votes on neither side while it has no stop, but exits', () => {
    expect(indexesOf(say([10, 10, 10, 10, 12], { range: 5 }).vote, 1)).toEqual([]);
    const { vote, exit } = say([10, 10, 10, 10, 8], { range: 5 });
    expect(indexesOf(vote, -1)).toEqual([]);
    expect(indexesOf(exit, 1)).toEqual([4]);
  });

  // At 10¹⁶ the neighbouring prices are 2 apart: a distance of 0.01 × 20 from the close is lost, one of 2 × 20 is not.
  it('votes on neither side where the stop is not beyond the close', () => {
    const far = (move: number, stop: number) =>
      say([1e16, 1e16, 1e16, 1e16, 1e16 + move], { stop }, 4).vote[4];
    expect([far(16, 2), far(16, 0.01)]).toEqual([1, 0]);
    expect([far(-16, 2), far(-16, 0.01)]).toEqual([-1, 0]);
  });

  it('says nothing in a flat market, whatever the price', () => {
    for (const price of [97.3, 0.1, 1e6 / 3]) {
      const candles = closesOf(new Array(80).fill(price), 0);
      const { vote, exit } = volatilitySqueeze.prepare(candles, volatilitySqueeze.params.parse({}));
      expect(new Set([...vote, ...exit]), `${price}`).toEqual(new Set([0]));
    }
  });

  it('can vote on the first candle after its warm-up', () => {
    const warmup = (change: object) =>
      volatilitySqueeze.warmup(volatilitySqueeze.params.parse({ ...small, ...change }), '4h');
    expect([warmup({}), warmup({ least: 1 }), warmup({ least: 4 }), warmup({ range: 9 })]).toEqual([
      4, 3, 6, 9,
    ]);
    expect(volatilitySqueeze.warmup(volatilitySqueeze.params.parse({}), '4h')).toBe(39);
    expect(indexesOf(say([10, 10, 10, 12], { least: 1 }).vote, 1)).toEqual([3]);
  });

  it('says with its default parameters what its rules say, candle by candle', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const candles = walk(seed, 400, { gaps: 0.02 });
        const said = volatilitySqueeze.prepare(candles, volatilitySqueeze.params.parse({}));
        expect(said).toEqual(byTheRules(candles));
      }),
      { numRuns: 30 },
    );
  });
});

/** The rules as they are written, each candle by itself. */
function byTheRules({ high, low, close }: Candles) {
  const at = (line: Float64Array, i: number) => line[i] ?? Number.NaN;
  const { on, momentum } = ttmSqueeze({ high, low, close }, { period: 20, width: 2, reach: 1.5 });
  const range = atr(high, low, close, 14);
  const fires = (i: number) => at(on, i) === 0 && [1, 2, 3].every((ago) => at(on, i - ago) === 1);
  const fell = (i: number) => at(momentum, i) < at(momentum, i - 1);
  const rose = (i: number) => at(momentum, i) > at(momentum, i - 1);
  const voteAt = (i: number) => {
    if (!(at(range, i) > 0) || !fires(i)) return 0;
    if (at(momentum, i) > 0 && rose(i)) return 1;
    return at(momentum, i) < 0 && fell(i) ? -1 : 0;
  };
  const stop = close.map((price, i) => price - 2 * at(range, i));
  return {
    vote: Int8Array.from(close, (_, i) => voteAt(i)),
    exit: Uint8Array.from(close, (_, i) => (at(momentum, i) < 0 || (fell(i) && fell(i - 1)) ? 1 : 0)),
    stop,
    target: close.map((price, i) => price + 2 * (price - at(stop, i))),
  };
}
