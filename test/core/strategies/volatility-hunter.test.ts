import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { atr } from '../../../shared/core/indicators/atr.ts';
import { rsi } from '../../../shared/core/indicators/rsi.ts';
import { sma } from '../../../shared/core/indicators/sma.ts';
import { stddev } from '../../../shared/core/indicators/stddev.ts';
import { type Candles, candlesOf } from '../../../shared/core/market/candles.ts';
import { volatilityHunter } from '../../../shared/core/strategies/volatility-hunter.ts';
import { closesOf, walk } from '../../helpers/candles.ts';
import { indexesOf } from '../../helpers/signals.ts';

const small = {
  period: 5,
  width: 1.75,
  rsi: 2,
  oversold: 30,
  overbought: 70,
  volume: 1.25,
  wick: 0.4,
  range: 1,
  stop: 1.5,
  target: 3,
  time: 7,
};
type Change = Partial<typeof small>;
const paramsOf = (change: Change = {}) => volatilityHunter.params.parse({ ...small, ...change });

// Four candles at 11 with a volume of 3, then one more. Where that closes at 6, the mean is 10 and the deviation 2, so
// the lower band 6.5; where it closes at 16, 12 and 2 and the upper band 15.5. The index is 0 or 100: one way only.
const dive = { open: 6, high: 8.9, low: 4, close: 6, volume: 5 };
const spike = { open: 16, high: 18, low: 13.1, close: 16, volume: 5 };
function say(last: Partial<typeof dive>, change: Change = {}, after: readonly (typeof dive)[] = []) {
  const quiet = { open: 11, high: 12, low: 10, close: 11, volume: 3 };
  const rows = [quiet, quiet, quiet, quiet, { ...dive, ...last }, ...after];
  return volatilityHunter.prepare(candlesOf(rows.map((row, i) => ({ ...row, openMs: i }))), paramsOf(change));
}
const voteOf = (last: Partial<typeof dive>, change: Change = {}) => say(last, change).vote[4];

describe('volatility_hunter', () => {
  it('votes on a dive, and short on a spike', () => {
    expect(indexesOf(say(dive).vote, 1)).toEqual([4]);
    expect(indexesOf(say(spike).vote, -1)).toEqual([4]);
  });

  // Three deviations: a lower band of 10 − 6 = 4, an upper one of 12 + 6 = 18, which low and high meet.
  it('wants the low below the lower band, or the high above the upper one, not meeting it', () => {
    expect(voteOf(dive, { width: 3 })).toBe(0);
    expect(voteOf({ low: 3.99 }, { width: 3 })).toBe(1);
    expect(voteOf(spike, { width: 3 })).toBe(0);
    expect(voteOf({ ...spike, high: 18.01 }, { width: 3 })).toBe(-1);
  });

  it('wants the index beyond its level, not meeting it', () => {
    expect([voteOf(dive, { oversold: 0.1 }), voteOf(dive, { oversold: 0 })]).toEqual([1, 0]);
    expect([voteOf(spike, { overbought: 99.9 }), voteOf(spike, { overbought: 100 })]).toEqual([-1, 0]);
  });

  // The mean of 3 3 3 3 4 is 3.2, of which 1.25 times is 4.
  it('wants a volume above so many average ones, its own included, not meeting them', () => {
    expect([voteOf({ volume: 4.01 }), voteOf({ volume: 4 })]).toEqual([1, 0]);
    expect([voteOf({ ...spike, volume: 4.01 }), voteOf({ ...spike, volume: 4 })]).toEqual([-1, 0]);
  });

  // The wick is 2. From 4 to 9, or from 13 to 18, are 5, of which 0.4 is 2 too.
  it('wants a wick longer than its part of the range, not as long', () => {
    expect([voteOf({ high: 8.99 }), voteOf({ high: 9 })]).toEqual([1, 0]);
    expect([voteOf({ ...spike, low: 13.01 }), voteOf({ ...spike, low: 13 })]).toEqual([-1, 0]);
  });

  // To 5.5 it would be 1.5, or from 16.5 to 18.
  it('measures the wick from the nearer end of the body', () => {
    expect([voteOf({ open: 5.5 }), voteOf({ open: 8 })]).toEqual([0, 1]);
    expect([voteOf({ ...spike, open: 16.5 }), voteOf({ ...spike, open: 14 })]).toEqual([0, -1]);
  });

  // 11 11 11 6 C: the mean is (39 + C) / 5, which C meets at 9.75.
  it('exits when the close is at the average or above it, not below', () => {
    const leaving = (close: number) => say(dive, {}, [{ ...dive, high: 10, close }]).exit;
    expect(indexesOf(leaving(9.75), 1)).toEqual([5]);
    expect(indexesOf(leaving(9.74), 1)).toEqual([]);
  });

  // Index 4 reaches from the close before it, 11, down to 4: a true range of 7.
  it('puts stop and target average true ranges below and above the close', () => {
    const { stop, target } = say(dive);
    expect(stop[4]).toBe(6 - 1.5 * 7);
    expect(target?.[4]).toBe(6 + 3 * 7);
  });

  it('votes on neither side while it has no stop or no index, but exits', () => {
    for (const change of [{ range: 5 }, { rsi: 5 }]) {
      expect(new Set([...say(dive, change).vote, ...say(spike, change).vote])).toEqual(new Set([0]));
      expect(indexesOf(say(spike, change).exit, 1)).toEqual([4]);
    }
  });

  // At 10¹⁶ the neighbouring prices are 2 apart: a distance of 0.04 × 20 from the close is lost, one of 0.25 × 20 is not.
  it('votes on neither side where the stop is not beyond the close', () => {
    const far = (sign: 1 | -1, stop: number) => {
      const candles = closesOf([1e16, 1e16, 1e16, 1e16, 1e16 - sign * 10], 0);
      candles.volume[4] = 5;
      candles.low[4] = 1e16 - (sign === 1 ? 20 : 4);
      candles.high[4] = 1e16 + (sign === 1 ? -4 : 20);
      if (sign === -1) candles.low[4] = 1e16 + 4;
      return volatilityHunter.prepare(candles, paramsOf({ stop })).vote[4];
    };
    expect([far(1, 0.25), far(1, 0.04)]).toEqual([1, 0]);
    expect([far(-1, 0.25), far(-1, 0.04)]).toEqual([-1, 0]);
  });

  it('does not vote in a flat market, where it stands at its average', () => {
    const candles = closesOf(new Array(40).fill(97.3), 0);
    const { vote, exit } = volatilityHunter.prepare(candles, volatilityHunter.params.parse({}));
    expect(new Set(vote)).toEqual(new Set([0]));
    expect(indexesOf(exit, 0)).toEqual(Array.from({ length: 19 }, (_, i) => i));
  });

  it('gives up after as many candles as its parameter says', () => {
    expect(volatilityHunter.timeStopBars?.(paramsOf())).toBe(7);
    expect(volatilityHunter.timeStopBars?.(volatilityHunter.params.parse({}))).toBe(20);
  });

  it('can vote on the first candle after its warm-up', () => {
    const warmup = (change: Change) => volatilityHunter.warmup(paramsOf(change), '4h');
    expect([warmup({}), warmup({ range: 6 }), warmup({ rsi: 7 })]).toEqual([4, 6, 7]);
    expect(voteOf(dive, { range: 4, rsi: 4 })).toBe(1);
  });

  it('refuses a level of oversold that is not below that of overbought', () => {
    const result = volatilityHunter.params.safeParse({ oversold: 70 });
    expect(result.error?.issues[0]?.message).toBe('oversold must be below overbought');
  });

  it('says with its default parameters what its rules say, candle by candle', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const candles = walk(seed, 600, { gaps: 0.1 });
        const said = volatilityHunter.prepare(candles, volatilityHunter.params.parse({}));
        expect(said).toEqual(byTheRules(candles));
      }),
      { numRuns: 30 },
    );
  });
});

/** The rules as they are written, each candle by itself. */
function byTheRules({ open, high, low, close, volume }: Candles) {
  const at = (line: Float64Array, i: number) => line[i] ?? Number.NaN;
  const average = sma(close, 20);
  const deviation = stddev(close, 20);
  const index = rsi(close, 14);
  const volumes = sma(volume, 20);
  const range = atr(high, low, close, 14);
  const voteAt = (i: number) => {
    const body = [at(open, i), at(close, i)];
    const part = 0.4 * (at(high, i) - at(low, i));
    if (!(at(range, i) > 0 && at(volume, i) > 1.3 * at(volumes, i))) return 0;
    if (
      at(low, i) < at(average, i) - 2.5 * at(deviation, i) &&
      at(index, i) < 30 &&
      Math.min(...body) - at(low, i) > part
    )
      return 1;
    const isSpike =
      at(high, i) > at(average, i) + 2.5 * at(deviation, i) &&
      at(index, i) > 70 &&
      at(high, i) - Math.max(...body) > part;
    return isSpike ? -1 : 0;
  };
  return {
    vote: Int8Array.from(close, (_, i) => voteAt(i)),
    exit: Uint8Array.from(close, (_, i) => (at(close, i) >= at(average, i) ? 1 : 0)),
    stop: close.map((price, i) => price - 1.5 * at(range, i)),
    target: close.map((price, i) => price + 3 * at(range, i)),
  };
}
