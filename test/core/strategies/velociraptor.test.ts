import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { adx } from '../../../shared/core/indicators/adx.ts';
import { atr } from '../../../shared/core/indicators/atr.ts';
import { ema } from '../../../shared/core/indicators/ema.ts';
import type { Candles } from '../../../shared/core/market/candles.ts';
import { DAY_MS, HOUR_MS } from '../../../shared/core/market/timeframes.ts';
import { velociraptor } from '../../../shared/core/strategies/velociraptor.ts';
import { closesOf, walk } from '../../helpers/candles.ts';
import { indexesOf } from '../../helpers/signals.ts';

// The averages of the test of trend_ema: the fast one moves half way to each close, the slow one a quarter. The index of
// one candle is 100 where the price moved and 0 where it stayed. Each candle reaches 1 above and below its close, so its
// typical price is the close; its average true range of one candle is its true range.
const small = {
  fast: 3,
  slow: 7,
  fresh: 3,
  index: 1,
  direction: 25,
  range: 1,
  stop: 2,
  trailRange: 1,
  trail: 3,
};
const flat = [10, 10, 10, 10, 10, 10, 10]; // both averages stand at 10 on the last of these, index 6
const ask = (candles: Candles, change: Partial<typeof small> = {}) =>
  velociraptor.prepare(candles, velociraptor.params.parse({ ...small, ...change }));
const after = (closes: readonly number[]) => closesOf([...flat, ...closes]);
const say = (closes: readonly number[], change: Partial<typeof small> = {}) => ask(after(closes), change);

/** All of the week's volume was traded on the first candle, at this typical price. */
function paid(price: number, closes: readonly number[]): Candles {
  const candles = after(closes);
  candles.high[0] = Math.max(11, 3 * price - 19);
  candles.low[0] = Math.min(9, 3 * price - 21);
  candles.volume.fill(0, 1);
  return candles;
}

describe('velociraptor', () => {
  it('votes on the candle of the cross and the next ones, as many as are fresh', () => {
    expect(indexesOf(say([14, 14.5, 15, 15.5, 16]).vote, 1)).toEqual([7, 8, 9]);
    expect(indexesOf(say([14, 14.5, 15, 15.5, 16, 16.5], { fresh: 5 }).vote, 1)).toEqual([7, 8, 9, 10, 11]);
  });

  it('votes short from the cross below on, as many candles as are fresh', () => {
    expect(indexesOf(say([6, 5.5, 5, 4.5, 4]).vote, -1)).toEqual([7, 8, 9]);
    expect(indexesOf(say([6, 5.5, 5, 4.5, 4], { fresh: 2 }).vote, -1)).toEqual([7, 8]);
  });

  // Index 8 stays at 14: nothing moved, the index is 0.
  it('wants a direction on the candle of the vote, whatever it was at the cross', () => {
    expect(indexesOf(say([14, 14, 14.5]).vote, 1)).toEqual([7, 9]);
    expect(indexesOf(say([6, 6, 5.5]).vote, -1)).toEqual([7, 9]);
  });

  it('wants an index above the direction, not one that meets it', () => {
    expect(indexesOf(say([14, 14.5], { direction: 100 }).vote, 1)).toEqual([]);
    expect(indexesOf(say([6, 5.5], { direction: 100 }).vote, -1)).toEqual([]);
    expect(indexesOf(say([14, 14.5], { direction: 99 }).vote, 1)).toEqual([7, 8]);
  });

  it('wants the close above what the week paid, not where it meets it', () => {
    expect(indexesOf(ask(paid(14, [14])).vote, 1)).toEqual([]);
    expect(indexesOf(ask(paid(13.9, [14])).vote, 1)).toEqual([7]);
    expect(indexesOf(ask(paid(6, [6])).vote, -1)).toEqual([]);
    expect(indexesOf(ask(paid(6.1, [6])).vote, -1)).toEqual([7]);
  });

  // The old week paid about 20. Where Monday begins at index 6 the new one paid 10, then 12, then 13.3; at index 7 it
  // paid 14, which the close meets, then 15; at index 8 it paid 16, which that close meets.
  it('forgets on Monday what the week before paid', () => {
    const from = (index: number) => {
      const candles = paid(20, [14, 16]);
      const shiftMs = 7 * DAY_MS - index * 4 * HOUR_MS;
      candles.volume.fill(1, 6);
      candles.volume[0] = 1000;
      return { ...candles, openMs: candles.openMs.map((ms) => ms + shiftMs) };
    };
    expect(indexesOf(ask(from(7)).vote, 1)).toEqual([8]);
    expect(indexesOf(ask(from(8)).vote, 1)).toEqual([]);
    expect(indexesOf(ask(from(6)).vote, 1)).toEqual([7, 8]);
  });

  it('does not vote while nothing was traded in the week', () => {
    const candles = after([14, 14.5]);
    candles.volume.fill(0);
    expect(indexesOf(ask(candles).vote, 1)).toEqual([]);
  });

  // Index 8: fast (12 + 8.8) / 2 = 10.4, slow 11 − 2.2 / 4 = 10.45; mirrored (8 + 11.2) / 2 = 9.6 and 9.55.
  it('votes on neither side where fast is not beyond slow, however fresh the cross', () => {
    expect(indexesOf(ask(paid(8.5, [14, 8.8])).vote, 1)).toEqual([7]);
    expect(indexesOf(ask(paid(11.5, [6, 11.2])).vote, -1)).toEqual([7]);
  });

  // Index 8: fast (12 + 8) / 2 = 10, slow 11 − 3 / 4 = 10.25; index 9: 15 and 12.7.
  it('votes on the other side from the next cross on', () => {
    expect([...say([14, 8, 20], { fresh: 5 }).vote].slice(7)).toEqual([1, -1, 1]);
  });

  it('exits on the candle on which fast crosses below slow, and on no other', () => {
    expect(indexesOf(say([14, 14, 14, 4, 4, 4]).exit, 1)).toEqual([10]);
  });

  // Index 8: fast (12 + 9) / 2 = 10.5 and slow 11 − 2 / 4 = 10.5; then 10.75 and 10.625, or 7.75 and 9.125.
  it('does not exit where fast only meets slow, but counts a cross from there, to either side', () => {
    const up = say([14, 9, 11]);
    expect(indexesOf(up.exit, 1)).toEqual([]);
    expect(indexesOf(up.vote, 1)).toEqual([7, 9]);
    const down = say([14, 9, 5]);
    expect(indexesOf(down.exit, 1)).toEqual([9]);
    expect(indexesOf(down.vote, -1)).toEqual([9]);
  });

  // Index 7 reaches from the close before it, 10, to 15: a true range of 5.
  it('puts the stop below the close and hangs the trail from the highest high', () => {
    const { stop, trail } = say([14]);
    expect(stop[7]).toBe(14 - 2 * 5);
    expect(trail?.[7]).toBe(15 - 3 * 5);
  });

  // 15 − 0.2 × 5 = 14 is the close itself. The mirrored trail, 5 + 0.2 × 5 = 6, may meet it.
  it('does not vote long where the trail is not below the close, but short wherever it lies', () => {
    expect(indexesOf(say([14], { trail: 0.2 }).vote, 1)).toEqual([]);
    expect(indexesOf(say([14], { trail: 0.21 }).vote, 1)).toEqual([7]);
    expect(indexesOf(say([6], { trail: 0.2 }).vote, -1)).toEqual([7]);
  });

  it.each([{ range: 9 }, { trailRange: 9 }, { index: 5 }])(
    'votes on neither side before it has %j',
    (change) => {
      expect(indexesOf(say([14, 14.5, 15, 15.5], change).vote, 1)).toEqual([9]);
      const { vote, exit } = say([6, 5.5, 5, 4.5], change);
      expect(indexesOf(vote, -1)).toEqual([9]);
      expect(indexesOf(exit, 1)).toEqual([7]);
    },
  );

  // At 10¹⁶ the neighbouring prices are 2 apart: a distance of 0.05 × 16 from the close is lost, one of 0.5 × 16 is not.
  it('votes on neither side where the stop is not beyond the close', () => {
    const far = (move: number, stop: number) => {
      const candles = closesOf([...flat.map(() => 1e16), 1e16 + move], 0);
      return ask(candles, { stop }).vote[7];
    };
    expect([far(16, 0.5), far(16, 0.05)]).toEqual([1, 0]);
    expect([far(-16, 0.5), far(-16, 0.05)]).toEqual([-1, 0]);
  });

  it('says nothing in a flat market, whatever the price', () => {
    for (const price of [97.3, 0.1, 1e6 / 3]) {
      const candles = closesOf(new Array(80).fill(price), 0);
      const { vote, exit } = velociraptor.prepare(candles, velociraptor.params.parse({}));
      expect(new Set([...vote, ...exit]), `${price}`).toEqual(new Set([0]));
    }
  });

  it('can vote on the first candle after its warm-up', () => {
    const warmup = (change: object) => velociraptor.warmup(velociraptor.params.parse(change), '4h');
    expect([warmup(small), warmup({ ...small, index: 5 }), warmup({ index: 30 }), warmup({})]).toEqual([
      7, 9, 59, 50,
    ]);
    expect(indexesOf(say([14]).vote, 1)).toEqual([7]);
  });

  // A week has 42 candles of 4h, 672 of 15m, 2016 of 5m; the slow average remembers 684, and five crosses are fresh.
  it('looks back on a week of candles, and on its averages', () => {
    const rows = (['1d', '4h', '1h', '15m', '5m'] as const).map((timeframe) =>
      velociraptor.lookback?.(velociraptor.params.parse({}), timeframe),
    );
    expect(rows).toEqual([689, 689, 689, 689, 2016]);
  });

  it('refuses a fast average that is not the shorter one', () => {
    const result = velociraptor.params.safeParse({ fast: 50, slow: 50 });
    expect(result.error?.issues[0]?.message).toBe('fast must be shorter than slow');
  });

  it('says with its default parameters what its rules say, candle by candle', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const candles = walk(seed, 400, { gaps: 0.05, untraded: 0.1 });
        const { vote, ...rest } = velociraptor.prepare(candles, velociraptor.params.parse({}));
        const { vote: wanted, ...others } = byTheRules(candles);
        expect([...vote]).toEqual(wanted);
        expect(rest).toEqual(others);
      }),
      { numRuns: 30 },
    );
  });
});

/** The rules as they are written, each candle by itself; the week is added up anew for each. */
function byTheRules({ openMs, high, low, close, volume }: Candles) {
  const at = (line: Float64Array, i: number) => line[i] ?? Number.NaN;
  const fast = ema(close, 20);
  const slow = ema(close, 50);
  const direction = adx(high, low, close, 14).adx;
  const stopRange = atr(high, low, close, 14);
  const trailRange = atr(high, low, close, 22);
  const gap = (i: number) => at(fast, i) - at(slow, i);
  const rises = (i: number) => gap(i - 1) <= 0 && gap(i) > 0;
  const falls = (i: number) => gap(i - 1) >= 0 && gap(i) < 0;
  const week = (i: number) => Math.floor((at(openMs, i) - 4 * DAY_MS) / (7 * DAY_MS));
  const average = (i: number) => {
    let money = 0;
    let traded = 0;
    for (let k = i; k >= 0 && week(k) === week(i); k--) {
      money += ((at(high, k) + at(low, k) + at(close, k)) / 3) * at(volume, k);
      traded += at(volume, k);
    }
    return money / traded;
  };
  const stop = close.map((price, i) => price - 2 * at(stopRange, i));
  const trail = close.map(
    (_, i) => Math.max(...high.subarray(Math.max(0, i - 21), i + 1)) - 3 * at(trailRange, i),
  );
  const fresh = (i: number) => [i, i - 1, i - 2, i - 3, i - 4];
  const voteAt = (i: number) => {
    if (!(at(direction, i) > 25 && at(stop, i) < at(close, i))) return 0;
    const isUp = fresh(i).some(rises) && gap(i) > 0 && at(close, i) > average(i);
    if (isUp && at(trail, i) < at(close, i)) return 1;
    return fresh(i).some(falls) && gap(i) < 0 && at(close, i) < average(i) ? -1 : 0;
  };
  return {
    vote: Array.from(close, (_, i) => voteAt(i)),
    exit: Uint8Array.from(close, (_, i) => (falls(i) ? 1 : 0)),
    stop,
    trail,
  };
}
