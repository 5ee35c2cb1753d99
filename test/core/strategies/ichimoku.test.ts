import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { atr } from '../../../shared/core/indicators/atr.ts';
import { ichimoku as ichimokuOf } from '../../../shared/core/indicators/ichimoku.ts';
import type { Candles } from '../../../shared/core/market/candles.ts';
import { ichimoku } from '../../../shared/core/strategies/ichimoku.ts';
import { closesOf, walk } from '../../helpers/candles.ts';
import { indexesOf } from '../../helpers/signals.ts';

// Each candle reaches 1 above and below its close, so the fast line of one candle is the close and the slow one of two
// the mean of the last two: it crosses where the price turns. The spans at index 4 are of index 2: span A the close less
// a quarter of the last move, span B the middle of the closes of indexes 0 to 2.
const small = { tenkan: 1, kijun: 2, senkou: 3, shift: 2, range: 1, stop: 0.5 };
const ask = (candles: Candles, change: Partial<typeof small> = {}) =>
  ichimoku.prepare(candles, ichimoku.params.parse({ ...small, ...change }));
const say = (closes: readonly number[], change: Partial<typeof small> = {}) => ask(closesOf(closes), change);
/** The same way turned upside down about 10. */
const mirror = (closes: readonly number[]) => closes.map((close) => 20 - close);

describe('ichimoku', () => {
  it('votes where the fast line crosses above the slow one, not while it stays above', () => {
    expect(indexesOf(say([10, 10, 10, 10, 12, 13]).vote, 1)).toEqual([4]);
    expect(indexesOf(say([10, 10, 10, 11, 12]).vote, 1)).toEqual([]);
  });

  it('counts a cross from where the lines met', () => {
    expect(indexesOf(say([10, 10, 10, 10, 12, 12, 13]).vote, 1)).toEqual([4, 6]);
  });

  // Span B is the middle of 14 and 10, span A 10.
  it('votes when the close is above span B, not when it meets it', () => {
    expect(indexesOf(say([14, 10, 10, 10, 12]).vote, 1)).toEqual([]);
    expect(indexesOf(say([14, 10, 10, 10, 12.1]).vote, 1)).toEqual([4]);
  });

  // Span A is 11 + 8 / 4 = 13, span B the middle of 1 and 19.
  it('votes when the close is above span A, not when it meets it', () => {
    expect(indexesOf(say([1, 19, 11, 11, 13]).vote, 1)).toEqual([]);
    expect(indexesOf(say([1, 19, 11, 11, 13.1]).vote, 1)).toEqual([4]);
  });

  // Span A is 12 − 8 / 4 = 10, span B the middle of 4 and 12; the close two candles ago is 12.
  it('votes when the close is above the one some candles ago, not when it meets it', () => {
    expect(indexesOf(say([4, 4, 12, 11, 12]).vote, 1)).toEqual([]);
    expect(indexesOf(say([4, 4, 12, 11, 12.1]).vote, 1)).toEqual([4]);
  });

  it('votes short in the mirrored market', () => {
    expect(indexesOf(say(mirror([10, 10, 10, 10, 12, 13])).vote, -1)).toEqual([4]);
    expect(indexesOf(say(mirror([10, 10, 10, 10, 12, 12, 13])).vote, -1)).toEqual([4, 6]);
    for (const closes of [
      [10, 10, 10, 11, 12],
      [14, 10, 10, 10, 12],
      [1, 19, 11, 11, 13],
      [4, 4, 12, 11, 12],
    ]) {
      expect(indexesOf(say(mirror(closes)).vote, -1), `${closes}`).toEqual([]);
    }
  });

  it('exits where the fast line crosses below the slow one, not where it meets it', () => {
    expect(indexesOf(say([10, 10, 10, 10, 12, 11.9]).exit, 1)).toEqual([5]);
    expect(indexesOf(say([10, 10, 10, 10, 12, 12]).exit, 1)).toEqual([]);
  });

  // Spans of 10 at index 4 and 5; at index 6 of index 4: 8 + 2 / 4 = 8.5 and 9; at index 7: 7.25 and 8.5.
  it('exits on every candle that closes below both spans, not between them', () => {
    expect(indexesOf(say([10, 10, 10, 10, 8, 7, 7.5, 7.5]).exit, 1)).toEqual([4, 5, 6]);
    expect(indexesOf(say([10, 10, 10, 10, 8, 9, 8.7]).exit, 1)).toEqual([4, 5, 6]);
    expect(indexesOf(say([10, 10, 10, 10, 8, 8.6, 8.7]).exit, 1)).toEqual([4, 5]);
  });

  // The slow line is 11; index 4 reaches from the close before it, 10, to 13: a true range of 3.
  it('puts the stop half an average true range below the slow line', () => {
    expect(say([10, 10, 10, 10, 12]).stop[4]).toBe(11 - 0.5 * 3);
  });

  // From 11 to 20 after a close of 10: lines of 15.5 and (20 + 9) / 2 = 14.5, a true range of 10. 14.5 − 0.25 × 10 = 12.
  it('votes where the stop is below the close, not where it meets it', () => {
    const candles = closesOf([10, 10, 10, 10, 12]);
    candles.high[4] = 20;
    expect(indexesOf(ask(candles, { stop: 0.25 }).vote, 1)).toEqual([]);
    expect(indexesOf(ask(candles, { stop: 0.26 }).vote, 1)).toEqual([4]);
    const under = closesOf([10, 10, 10, 10, 8]);
    under.low[4] = 0;
    expect(indexesOf(ask(under, { stop: 0.25 }).vote, -1)).toEqual([]);
    expect(indexesOf(ask(under, { stop: 0.26 }).vote, -1)).toEqual([4]);
  });

  it('votes on neither side while it has no stop, but exits', () => {
    expect(indexesOf(say([10, 10, 10, 10, 12], { range: 5 }).vote, 1)).toEqual([]);
    const { vote, exit } = say([10, 10, 10, 10, 8], { range: 5 });
    expect(indexesOf(vote, -1)).toEqual([]);
    expect(indexesOf(exit, 1)).toEqual([4]);
  });

  it('says nothing in a flat market, whatever the price', () => {
    for (const price of [97.3, 0.1, 1e6 / 3]) {
      const { vote, exit } = ichimoku.prepare(
        closesOf(new Array(120).fill(price), 0),
        ichimoku.params.parse({}),
      );
      expect(new Set([...vote, ...exit]), `${price}`).toEqual(new Set([0]));
    }
  });

  it('can vote on the first candle after its warm-up', () => {
    expect(ichimoku.warmup(ichimoku.params.parse(small), '4h')).toBe(4);
    expect(ichimoku.warmup(ichimoku.params.parse({ ...small, range: 6 }), '4h')).toBe(6);
    expect(ichimoku.warmup(ichimoku.params.parse({}), '4h')).toBe(77);
    expect(indexesOf(say([10, 10, 10, 10, 12]).vote, 1)).toEqual([4]);
  });

  it('refuses lines that are not each longer than the one before', () => {
    const complaint = (change: object) => ichimoku.params.safeParse(change).error?.issues[0]?.message;
    expect(complaint({ tenkan: 26 })).toBe('tenkan must be shorter than kijun');
    expect(complaint({ kijun: 52 })).toBe('kijun must be shorter than senkou');
  });

  it('says with its default parameters what its rules say, candle by candle', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const candles = walk(seed, 400, { gaps: 0.05 });
        expect(ichimoku.prepare(candles, ichimoku.params.parse({}))).toEqual(byTheRules(candles));
      }),
      { numRuns: 30 },
    );
  });
});

/** The rules as they are written, each candle by itself. */
function byTheRules({ high, low, close }: Candles) {
  const at = (line: Float64Array, i: number) => line[i] ?? Number.NaN;
  const lines = ichimokuOf(high, low, { tenkan: 9, kijun: 26, senkou: 52, shift: 26 });
  const range = atr(high, low, close, 14);
  const gap = (i: number) => at(lines.tenkan, i) - at(lines.kijun, i);
  const isOver = (i: number) => at(close, i) > Math.max(at(lines.spanA, i), at(lines.spanB, i));
  const isUnder = (i: number) => at(close, i) < Math.min(at(lines.spanA, i), at(lines.spanB, i));
  const rises = (i: number) => gap(i - 1) <= 0 && gap(i) > 0;
  const falls = (i: number) => gap(i - 1) >= 0 && gap(i) < 0;
  const voteAt = (i: number) => {
    const kijun = at(lines.kijun, i);
    const reach = 0.5 * at(range, i);
    const before = at(close, i - 26);
    if (rises(i) && isOver(i) && at(close, i) > before && kijun - reach < at(close, i)) return 1;
    return falls(i) && isUnder(i) && at(close, i) < before && kijun + reach > at(close, i) ? -1 : 0;
  };
  return {
    vote: Int8Array.from(close, (_, i) => voteAt(i)),
    exit: Uint8Array.from(close, (_, i) => (falls(i) || isUnder(i) ? 1 : 0)),
    stop: close.map((_, i) => at(lines.kijun, i) - 0.5 * at(range, i)),
  };
}
