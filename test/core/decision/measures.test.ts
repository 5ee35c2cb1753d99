import { describe, expect, it } from 'vitest';
import { newest, type RiskRows, riskColumns, riskMeasures } from '../../../shared/core/decision/measures.ts';
import { type Candles, sliceCandles } from '../../../shared/core/market/candles.ts';
import { HOUR_MS } from '../../../shared/core/market/timeframes.ts';
import { correlation } from '../../../shared/core/risk/correlation.ts';
import { closesOf, walk } from '../../helpers/candles.ts';

const ROWS = 720;
const market = walk(1, ROWS);
const whole = { row: ROWS - 1, firstRow: 0, isMeasured: true };
const measured = (
  candles: Candles,
  rows: RiskRows & { readonly isMeasured: boolean } = whole,
  held: readonly Candles[] = [],
) => riskMeasures(riskColumns(candles), rows, held);

describe('what risk reads at a row', () => {
  it('is the close and the average true range of that row', () => {
    // Each candle reaches 1 above and below its close, and all close at 100: the true range is 2.
    const { close, atr } = measured(closesOf(Array.from({ length: 30 }, () => 100)), {
      ...whole,
      row: 29,
    });
    expect({ close, atr }).toEqual({ close: 100, atr: 2 });
  });

  it('is the annual volatility of the last 180 returns', () => {
    // Returns alternate between +c and −c: their deviation is c √(180 / 179), a year has 2190 of them.
    const up = Math.exp(0.01);
    const closes = Array.from({ length: 181 }, (_, i) => (i % 2 === 0 ? 100 : 100 * up));
    const of = (all: readonly number[], firstRow = 0) =>
      measured(closesOf(all), { row: all.length - 1, firstRow, isMeasured: true }).volatility;
    expect(of(closes)).toBeCloseTo(0.01 * Math.sqrt((180 / 179) * 2190), 9);
    expect(of([5, 900, 3, ...closes])).toBe(of(closes)); // nothing before them
  });

  it('is no volatility with fewer returns, in the candles or in the lookback', () => {
    expect(measured(market, { ...whole, firstRow: ROWS - 180 }).volatility).toBeNaN();
    expect(measured(market, { ...whole, firstRow: ROWS - 181 }).volatility).not.toBeNaN();
    expect(measured(walk(1, 180), { ...whole, row: 179 }).volatility).toBeNaN();
  });

  it('is the highest correlation with what is held', () => {
    const held = [walk(2, ROWS), walk(3, ROWS), walk(4, ROWS)];
    const each = held.map((other) => correlation(market, other, 4 * HOUR_MS) ?? 0);
    expect(new Set(each).size).toBe(3);
    expect(measured(market, whole, held).correlation).toBe(Math.max(...each));
  });

  it('is no correlation where nothing is held, or nothing that moves', () => {
    const still = closesOf(Array.from({ length: ROWS }, () => 100));
    expect(measured(market).correlation).toBeNull();
    expect(measured(market, whole, [still]).correlation).toBeNull();
    expect(measured(market, whole, [still, market]).correlation).toBeCloseTo(1, 12);
  });

  it('is nothing of the regime where the candles do not suffice', () => {
    const trend = closesOf(Array.from({ length: ROWS }, (_, i) => 100 + i + (i % 3)));
    expect(measured(trend).regime.z).not.toBe(0);
    expect(measured(trend, { ...whole, isMeasured: false }).regime).toEqual({
      regime: 'RANDOM_WALK',
      hurst: 0.5,
      z: 0,
      adx: 0,
      confidence: 0,
    });
  });

  it('is nothing at all before the first candle', () => {
    expect(measured(market, { row: -1, firstRow: 0, isMeasured: false })).toMatchObject({
      close: Number.NaN,
      atr: Number.NaN,
      volatility: Number.NaN,
      correlation: null,
    });
  });

  it('does not depend on later rows', () => {
    const rows = { row: 500, firstRow: 100, isMeasured: true };
    const held = [newest(walk(2, ROWS), rows)];
    expect(measured(sliceCandles(market, 0, 501), rows, held)).toEqual(measured(market, rows, held));
  });
});

describe('the candles that a correlation reads', () => {
  it('are 181 up to the row, as far as the lookback reaches', () => {
    const spans = [
      { row: 500, firstRow: 0 },
      { row: 500, firstRow: 400 },
      { row: 20, firstRow: 0 },
    ].map((rows) => {
      const { openMs } = newest(market, rows);
      return [openMs[0], openMs.at(-1), openMs.length];
    });
    const { openMs } = market;
    expect(spans).toEqual([
      [openMs[320], openMs[500], 181],
      [openMs[400], openMs[500], 101],
      [openMs[0], openMs[20], 21],
    ]);
  });
});

describe('the columns of a window', () => {
  const early = sliceCandles(market, 0, ROWS - 1);
  const late = sliceCandles(market, 1, ROWS);

  it('take over what an earlier one knows of the same candles, and estimate the rest', () => {
    const before = riskColumns(early);
    before.memo.set([1.25], 600);
    expect(riskColumns(late, before).memo[599]).toBe(1.25);
    expect(riskColumns(late, before).memo[598]).toBeNaN();
  });

  it('take over nothing when a close is another, and nothing of candles that lie apart', () => {
    const before = riskColumns(early);
    before.memo.fill(1);
    const close = late.close.slice();
    close[3] = (close[3] ?? 0) + 1;
    const openMs = late.openMs.map((ms) => ms + ROWS * 4 * HOUR_MS);
    for (const other of [
      { ...late, close },
      { ...late, openMs },
    ])
      expect(riskColumns(other, before).memo.every(Number.isNaN)).toBe(true);
  });
});
