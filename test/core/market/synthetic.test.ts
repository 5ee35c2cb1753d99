import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aggregateCandles } from '../../../shared/core/market/aggregate.ts';
import { isoInstant } from '../../../shared/core/market/calendar.ts';
import { type Candles, candleAt, sliceCandles } from '../../../shared/core/market/candles.ts';
import {
  SYNTHETIC_START_MS,
  SYNTHETIC_TRADING_START_MS,
  syntheticMarket,
} from '../../../shared/core/market/synthetic.ts';
import { type RegimeName, regimeNames } from '../../../shared/core/market/synthetic-regimes.ts';
import { DAY_MS, MINUTE_MS } from '../../../shared/core/market/timeframes.ts';

const startMs = SYNTHETIC_START_MS;
const CANDLE_MS = 15 * MINUTE_MS;
const bitcoin = { symbol: 'BTC/USD', tickDecimals: 1 };
const ether = { symbol: 'ETH/USD', tickDecimals: 2 };
const symbols = [bitcoin, ether];
const days = (count: number) => ({ fromMs: startMs, toMs: startMs + count * DAY_MS });
const marketOf = (seed: number) => syntheticMarket({ seed, startMs, symbols });

const nth = (values: ArrayLike<number>, i: number) => values[i] ?? Number.NaN;
const returnsOf = ({ close }: Candles) => Array.from(close.subarray(1), (x, i) => x / nth(close, i) - 1);
const meanOf = (values: readonly number[]) => values.reduce((sum, x) => sum + x, 0) / values.length;
const covariance = (a: readonly number[], b: readonly number[]) => {
  const [meanA, meanB] = [meanOf(a), meanOf(b)];
  return meanOf(a.map((x, i) => (x - meanA) * (nth(b, i) - meanB)));
};

describe('syntheticMarket', () => {
  it('gives the same bytes for a seed and other ones for another', () => {
    const first = marketOf(1).candles('BTC/USD', days(20));
    expect(marketOf(1).candles('BTC/USD', days(20))).toEqual(first);
    expect(marketOf(2).candles('BTC/USD', days(20)).close).not.toEqual(first.close);
  });

  it('gives these very candles for seed 1 on every machine', () => {
    // Pinned from the first run: a change here changes every screen and test on the synthetic market.
    const { close, volume } = marketOf(1).candles('ETH/USD', days(100));
    expect([close.at(0), close.at(-1), volume.at(-1)]).toEqual([2979.63, 1316.22, 406.79100499]);
  });

  it('does not change a candle by what is asked for, or in which order', () => {
    const whole = marketOf(3).candles('ETH/USD', days(60));
    const market = marketOf(3);
    const seen: Candles[] = [];
    for (const count of [1, 2, 30, 7, 31, 60]) seen.push(market.candles('ETH/USD', days(count)));
    for (const part of seen) expect(part).toEqual(sliceCandles(whole, 0, part.close.length));
    expect(seen.map(({ close }) => close.length / 96)).toEqual([1, 2, 30, 7, 31, 60]);
  });

  it('remembers the regimes of old candles as it grows', () => {
    const market = marketOf(3);
    const regimes = () => Array.from({ length: 90 }, (_, day) => market.regimeAt(startMs + day * DAY_MS));
    const before = regimes();
    market.candles('BTC/USD', days(300));
    expect(regimes()).toEqual(before);
    expect(new Set(before).size).toBeGreaterThan(1);
  });

  it('does not change a symbol by the company it keeps', () => {
    const alone = syntheticMarket({ seed: 3, startMs, symbols: [ether] });
    expect(alone.candles('ETH/USD', days(20))).toEqual(marketOf(3).candles('ETH/USD', days(20)));
  });

  it('gives the candles that open at or after the one time and close at or before the other', () => {
    const market = marketOf(1);
    const opens = (fromMs: number, toMs: number) =>
      Array.from(market.candles('BTC/USD', { fromMs: startMs + fromMs, toMs: startMs + toMs }).openMs).map(
        (ms) => (ms - startMs) / CANDLE_MS,
      );
    expect(opens(CANDLE_MS, 3 * CANDLE_MS)).toEqual([1, 2]);
    expect(opens(CANDLE_MS + 1, 4 * CANDLE_MS - 1)).toEqual([2]);
    expect(opens(-DAY_MS, 2 * CANDLE_MS)).toEqual([0, 1]);
    expect(opens(0, CANDLE_MS - 1)).toEqual([]);
    expect(opens(0, -DAY_MS)).toEqual([]);
    expect(opens(5 * CANDLE_MS, 2 * CANDLE_MS)).toEqual([]);
  });

  it('has 720 days of history when trading begins on the first of January 2025', () => {
    expect(isoInstant(SYNTHETIC_TRADING_START_MS)).toBe('2025-01-01T00:00:00.000Z');
    const span = { fromMs: 0, toMs: SYNTHETIC_TRADING_START_MS };
    const daily = aggregateCandles(marketOf(1).candles('BTC/USD', span), { from: '15m', to: '1d' });
    expect(daily.openMs).toHaveLength(720);
  });

  it('makes possible candles on the tick grid, whatever the seed', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0 }), fc.integer({ min: 0, max: 8 }), (seed, tickDecimals) => {
        const market = syntheticMarket({ seed, startMs, symbols: [{ ...bitcoin, tickDecimals }] });
        const candles = market.candles('BTC/USD', days(30));
        expect(oddRows(candles, tickDecimals)).toEqual([]);
      }),
      { numRuns: 30 },
    );
  });

  it('never prices below one tick', () => {
    // A tick of 1,000 above prices near 100.
    const coarse = syntheticMarket({ seed: 1, startMs, symbols: [{ symbol: 'X/USD', tickDecimals: -3 }] });
    const { low, close } = coarse.candles('X/USD', days(5));
    expect(new Set([...low, ...close])).toEqual(new Set([1_000]));
  });

  it('comes back to its start price in the long run', () => {
    const long = syntheticMarket({ seed: 2, startMs, symbols: [bitcoin] }).candles('BTC/USD', days(5_000));
    const mean = meanOf(Array.from(long.close));
    expect(mean).toBeGreaterThan(30_000);
    expect(mean).toBeLessThan(120_000);
  });

  it('opens where the last candle closed, but for a few jumps', () => {
    const { open, close } = marketOf(1).candles('BTC/USD', days(400));
    const gaps = Array.from(open.subarray(1)).filter((price, i) => price !== close[i]).length;
    // About 1 % of all candles jump.
    expect(gaps / open.length).toBeGreaterThan(0.003);
    expect(gaps / open.length).toBeLessThan(0.03);
  });

  it('is a bug to ask for a symbol that it has not, or to start off the grid', () => {
    expect(() => marketOf(1).candles('SOL/USD', days(1))).toThrow("Bug: synthetic symbol 'SOL/USD'");
    expect(() => marketOf(1).regimeAt(startMs - 1)).toThrow('before the start');
    expect(() => syntheticMarket({ seed: 1, startMs: 1, symbols })).toThrow('Bug: synthetic start 1 ');
  });
});

describe('the synthetic market of seeds 1 to 4 over 800 days', () => {
  const markets = [1, 2, 3, 4].map((seed) => {
    const market = marketOf(seed);
    return {
      market,
      btc: market.candles('BTC/USD', days(800)),
      eth: market.candles('ETH/USD', days(800)),
    };
  });

  it('begins near 60,000 and 3,000', () => {
    for (const { btc, eth } of markets) {
      expect(Math.abs(nth(btc.open, 0) / 60_000 - 1)).toBeLessThan(0.05);
      expect(Math.abs(nth(eth.open, 0) / 3_000 - 1)).toBeLessThan(0.05);
    }
  });

  it('moves both symbols together, but not as one', () => {
    for (const { btc, eth } of markets) {
      const [a, b] = [returnsOf(btc), returnsOf(eth)];
      const correlation = covariance(a, b) / Math.sqrt(covariance(a, a) * covariance(b, b));
      expect(correlation).toBeGreaterThan(0.7);
      expect(correlation).toBeLessThan(0.9);
    }
  });

  it('has a volatility of 40 to 90 % a year', () => {
    for (const { btc, eth } of markets)
      for (const candles of [btc, eth]) {
        const returns = returnsOf(candles);
        const volatility = Math.sqrt(covariance(returns, returns) * 365 * 96);
        expect(volatility).toBeGreaterThan(0.4);
        expect(volatility).toBeLessThan(0.9);
      }
  });

  it('has fat tails', () => {
    for (const { btc } of markets) {
      const returns = returnsOf(btc);
      const kurtosis = meanOf(returns.map((x) => x ** 4)) / covariance(returns, returns) ** 2;
      expect(kurtosis).toBeGreaterThan(6); // 3 is normal
    }
  });

  it('goes through every regime', () => {
    for (const { btc, market } of markets)
      expect(new Set(Array.from(btc.openMs, market.regimeAt))).toEqual(new Set(regimeNames));
  });

  it('runs far in trends, up in some and down in others', () => {
    // A spell of 14 days drifts by 14 × 1.2 % = 17 %; noise of 50 % a year alone makes 0.8 × 50 % × √(14 / 365) = 8 %.
    const runs = markets.flatMap(({ btc, market }) => spellsOf('trend', btc, market.regimeAt));
    expect(meanOf(runs.map(({ change }) => Math.abs(change)))).toBeGreaterThan(0.17);
    const share = runs.filter(({ change }) => change > 0).length / runs.length;
    expect(share).toBeGreaterThan(0.35);
    expect(share).toBeLessThan(0.75);
  });

  it('stays where it began in reversion', () => {
    // Noise of 60 % a year alone makes 0.8 × 60 % × √(8 / 365) = 7 % in 8 days; a pull of 70 % a day leaves
    // 0.8 × 60 % / √(2 × 0.7 × 365) = 2.1 %, and jumps a little more.
    const stays = markets.flatMap(({ btc, market }) => spellsOf('reversion', btc, market.regimeAt));
    expect(meanOf(stays.map(({ change }) => Math.abs(change)))).toBeLessThan(0.035);
  });

  it('falls in a crash: 18 % on average, never for more than 18 hours', () => {
    // A drift of −40 % a day over 12 hours on average: 0.5 × 40 % = 20 % of an ever lower price, about 18 %.
    const falls = markets.flatMap(({ btc, market }) => spellsOf('crash', btc, market.regimeAt));
    expect(falls.length).toBeGreaterThanOrEqual(8);
    expect(Math.max(...falls.map(({ rows }) => rows))).toBeLessThanOrEqual(2 * 18 * 4);
    const mean = meanOf(falls.map(({ change }) => change));
    expect(mean).toBeLessThan(-0.1);
    expect(mean).toBeGreaterThan(-0.3);
  });

  it('breaks out of its 20-bar channel on 4h in both directions, time after time', () => {
    for (const { btc, eth } of markets)
      for (const candles of [btc, eth]) {
        const breakouts = breakoutsOf(aggregateCandles(candles, { from: '15m', to: '4h' }), 20);
        // At least one a month up and one down, in turns.
        expect(breakouts.filter((direction) => direction > 0).length).toBeGreaterThan(26);
        expect(breakouts.filter((direction) => direction < 0).length).toBeGreaterThan(26);
      }
  });
});

/** Rows that no market could print: off the grid or the clock, not positive, open or close outside of the range. */
function oddRows(candles: Candles, tickDecimals: number): number[] {
  const isOnGrid = (price: number) => Number(price.toFixed(tickDecimals)) === price;
  return Array.from(candles.openMs.keys()).filter((i) => {
    const { openMs, open, high, low, close, volume } = candleAt(candles, i);
    const isSound =
      openMs === startMs + i * CANDLE_MS &&
      [open, high, low, close].every((price) => price > 0 && isOnGrid(price)) &&
      low <= Math.min(open, close) &&
      high >= Math.max(open, close) &&
      volume > 0 &&
      Number.isFinite(volume);
    return !isSound;
  });
}

/** Each run of candles of a regime: its length and the change of the close over it, a fraction. */
function spellsOf(regime: RegimeName, { openMs, close }: Candles, regimeAt: (atMs: number) => RegimeName) {
  const spells: { rows: number; change: number }[] = [];
  let first: number | undefined;
  openMs.forEach((ms, i) => {
    const isInside = regimeAt(ms) === regime;
    if (isInside) first ??= i;
    if (!isInside && first !== undefined) {
      spells.push({ rows: i - first, change: nth(close, i - 1) / nth(close, Math.max(0, first - 1)) - 1 });
      first = undefined;
    }
  });
  return spells;
}

/** 1 at each first close above the highest high of the last `bars`, −1 below the lowest low, in turns. */
function breakoutsOf({ high, low, close }: Candles, bars: number): number[] {
  const breakouts: number[] = [];
  for (let i = bars; i < close.length; i++) {
    const isAbove = nth(close, i) > Math.max(...high.subarray(i - bars, i));
    const isBelow = nth(close, i) < Math.min(...low.subarray(i - bars, i));
    const direction = Number(isAbove) - Number(isBelow);
    if (direction !== 0 && direction !== breakouts.at(-1)) breakouts.push(direction);
  }
  return breakouts;
}
