import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { candlesOf } from '../../shared/core/market/candles.ts';
import { type Bar, barsOf, joinedBar } from './bars.ts';
import { candleMarket } from './market.ts';
import { krakenPairs } from './pairs.ts';
import { minutesOf, tradesOf } from './path.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const [pair] = krakenPairs;
if (!pair) throw new Error('no pair');

/** Ten days of 4h candles that rise from 50,000.0 by a dollar each, the fourth of them missing. */
const candles = candlesOf(
  Array.from({ length: 60 }, (_, i) => ({
    openMs: i * 4 * HOUR,
    open: 50_000 + i,
    high: 50_010 + i,
    low: 49_990 + i,
    close: 50_001 + i,
    volume: 12.5,
  })).filter((_, i) => i !== 3),
);
const fourHours = barsOf(candles, '4h', 1);
const market = candleMarket({ seed: 7, series: [{ pair, fourHours, days: [] }] });

describe('the minutes of a candle', () => {
  const candle = fc
    .tuple(fc.integer({ min: 10, max: 1e6 }), fc.nat(5_000), fc.nat(1_000), fc.nat(1_000), fc.nat(1e9))
    .map(([low, range, open, close, lots]): Bar => {
      const at = (part: number) => low + Math.floor((range * part) / 1_000);
      return { openMs: 0, open: at(open), high: low + range, low, close: at(close), lots, count: 1 };
    })
    .filter(({ lots }) => lots >= 1_000);

  it('join to the candle itself, whatever candle and seed', () => {
    fc.assert(
      fc.property(candle, fc.nat(), (one, seed) => {
        const minutes = minutesOf(one, seed, 'X');
        expect({ ...joinedBar(0, minutes), count: 1 }).toEqual(one);
        for (const [i, minute] of minutes.entries())
          expect(minute.open).toBe(i === 0 ? one.open : minutes[i - 1]?.close);
      }),
      { numRuns: 100 },
    );
  });

  it('are told whole by their trades', () => {
    const minutes = minutesOf(fourHours[0] ?? candleOf(0), 7, 'X');
    for (const minute of minutes.filter(({ lots }) => lots > 0)) {
      const parts = tradesOf(minute).map(({ price, lots }) => ({
        ...candleOf(price),
        openMs: minute.openMs,
        lots,
        count: 1,
      }));
      expect(joinedBar(minute.openMs, parts)).toEqual(minute);
    }
    expect(minutes.filter(({ lots }) => lots === 0).length).toBeGreaterThan(0);
  });

  it('are the same for the same seed and others for another', () => {
    const one = fourHours[0] ?? candleOf(0);
    expect(minutesOf(one, 7, 'X')).toEqual(minutesOf(one, 7, 'X'));
    expect(minutesOf(one, 8, 'X')).not.toEqual(minutesOf(one, 7, 'X'));
  });
});

function candleOf(price: number): Bar {
  return { openMs: 0, open: price, high: price, low: price, close: price, lots: 1, count: 1 };
}

describe('a market of candles', () => {
  it('fills a missing candle with one without volume, as the API of Kraken does', () => {
    expect(fourHours[3]).toEqual({
      openMs: 12 * HOUR,
      open: 500_030,
      high: 500_030,
      low: 500_030,
      close: 500_030,
      lots: 0,
      count: 0,
    });
  });

  it('gives bars of every length that agree with one another, the last of them unfinished', () => {
    const nowMs = 5 * DAY + 6.5 * HOUR;
    for (const [coarse, fine] of [
      [1440, 240],
      [240, 60],
      [60, 15],
      [15, 1],
    ] as const) {
      const bars = market.bars(pair, coarse, nowMs) ?? [];
      const parts = market.bars(pair, fine, nowMs) ?? [];
      const last = bars.at(-1);
      const before = bars.at(-2);
      for (const bar of [before, last]) {
        const own = parts.filter(
          ({ openMs }) => openMs >= (bar?.openMs ?? 0) && openMs < (bar?.openMs ?? 0) + coarse * 60_000,
        );
        const joined = joinedBar(bar?.openMs ?? 0, own);
        expect({ ...joined, count: 0 }, `${coarse} of ${fine}`).toEqual({ ...bar, count: 0 });
      }
      expect(last?.openMs).toBe(Math.floor(nowMs / coarse / 60_000) * coarse * 60_000);
    }
  });

  it('gives at most 720 finished bars, and no length that Kraken has not', () => {
    expect(market.bars(pair, 1, 5 * DAY)).toHaveLength(721);
    expect(market.bars(pair, 7, 5 * DAY)).toBeUndefined();
  });

  it('takes days from before the 4h candles from the days that it was given', () => {
    const days = [{ ...candleOf(9), openMs: -DAY }];
    const longer = candleMarket({ seed: 7, series: [{ pair, fourHours, days }] });
    expect(longer.bars(pair, 1440, DAY)?.map(({ openMs }) => openMs)).toEqual([-DAY, 0, DAY]);
  });

  it('tells of a running minute only what has been traded', () => {
    const nowMs = 5 * DAY + 100;
    const last = market.bars(pair, 1, nowMs)?.at(-1);
    expect(last).toMatchObject({ openMs: 5 * DAY, lots: 0, count: 0 });
    expect(market.bars(pair, 1, nowMs + 59_000)?.at(-1)).toEqual(market.minute(pair, 5 * DAY));
  });
});
