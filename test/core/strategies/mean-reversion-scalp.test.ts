import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { atr } from '../../../shared/core/indicators/atr.ts';
import { sma } from '../../../shared/core/indicators/sma.ts';
import { stddev } from '../../../shared/core/indicators/stddev.ts';
import type { Candles } from '../../../shared/core/market/candles.ts';
import { meanReversionScalp } from '../../../shared/core/strategies/mean-reversion-scalp.ts';
import { closesOf, walk } from '../../helpers/candles.ts';
import { indexesOf } from '../../helpers/signals.ts';

// As in the test of mean_reversion_bb, which has the rest of the rules: the mean of 11 11 11 11 6 is 10, their deviation 2.
const small = { period: 5, width: 1.75, range: 1, stop: 2, time: 7 };
const say = (closes: readonly number[], change: Partial<typeof small> = {}) =>
  meanReversionScalp.prepare(
    closesOf([11, 11, 11, 11, ...closes]),
    meanReversionScalp.params.parse({ ...small, ...change }),
  );

describe('mean_reversion_scalp', () => {
  // The lower band is 10 − 1.75 × 2 = 6.5, or 10 − 2 × 2 = 6, which the close meets; mirrored for 16: 15.5 and 16.
  it('votes when the close is beyond a band, not when it meets it', () => {
    expect([say([6]).vote[4], say([6], { width: 2 }).vote[4]]).toEqual([1, 0]);
    expect([say([16]).vote[4], say([16], { width: 2 }).vote[4]]).toEqual([-1, 0]);
  });

  // 11 11 11 6 C: the mean is (39 + C) / 5, which C meets at 9.75.
  it('exits when the close is at the average or above it, not below', () => {
    expect(indexesOf(say([6, 9.75]).exit, 1)).toEqual([5]);
    expect(indexesOf(say([6, 9.74]).exit, 1)).toEqual([]);
  });

  it('waits for an hour of candles of a minute, in bands three deviations from an average of fifty', () => {
    const usual = { period: 50, width: 3, range: 14, stop: 1.5, time: 60 };
    expect(meanReversionScalp.params.parse({})).toEqual(usual);
    expect(meanReversionScalp.timeStopBars?.(usual)).toBe(60);
    expect(meanReversionScalp.warmup(usual, '1m')).toBe(49);
    expect(meanReversionScalp.warmup({ ...usual, range: 60 }, '1m')).toBe(60);
  });

  it('stands at its average in a flat market: it exits and does not vote', () => {
    const { vote, exit } = meanReversionScalp.prepare(
      closesOf(new Array(80).fill(97.3), 0),
      meanReversionScalp.params.parse({}),
    );
    expect(new Set(vote)).toEqual(new Set([0]));
    expect(indexesOf(exit, 0)).toEqual(Array.from({ length: 49 }, (_, i) => i));
  });

  it('says with its default parameters what its rules say, candle by candle', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const candles = walk(seed, 250, { gaps: 0.1 });
        const said = meanReversionScalp.prepare(candles, meanReversionScalp.params.parse({}));
        expect(said).toEqual(byTheRules(candles));
      }),
      { numRuns: 30 },
    );
  });
});

/** The rules as they are written, each candle by itself. */
function byTheRules({ high, low, close }: Candles) {
  const at = (line: Float64Array, i: number) => line[i] ?? Number.NaN;
  const average = sma(close, 50);
  const deviation = stddev(close, 50);
  const range = atr(high, low, close, 14);
  const voteAt = (i: number) => {
    if (!(at(range, i) > 0)) return 0;
    if (at(close, i) < at(average, i) - 3 * at(deviation, i)) return 1;
    return at(close, i) > at(average, i) + 3 * at(deviation, i) ? -1 : 0;
  };
  return {
    vote: Int8Array.from(close, (_, i) => voteAt(i)),
    exit: Uint8Array.from(close, (_, i) => (at(close, i) >= at(average, i) ? 1 : 0)),
    stop: close.map((price, i) => price - 1.5 * at(range, i)),
    target: average,
  };
}
