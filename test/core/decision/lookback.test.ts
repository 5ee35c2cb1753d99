import { describe, expect, it } from 'vitest';
import { LOOKBACK_ROWS, lookbackFault, untradedBefore } from '../../../shared/core/decision/lookback.ts';
import { type Candles, sliceCandles } from '../../../shared/core/market/candles.ts';
import { HOUR_MS } from '../../../shared/core/market/timeframes.ts';
import { BARS_START_MS, barsOf } from '../../helpers/bars.ts';

const BAR_MS = 4 * HOUR_MS;
const closeMs = (place: number) => BARS_START_MS + (place + 1) * BAR_MS;
/** Bars on the grid at 0, 1, 2 … with those left out that are in `missing`, without trades those in `idle`. */
const barsWith = (
  length: number,
  { missing = [], idle = [] }: { missing?: number[]; idle?: number[] } = {},
) => {
  const places = Array.from({ length }, (_, i) => i).filter((i) => !missing.includes(i));
  return barsOf('4h', places.map((i) => `${i}:10${idle.includes(i) ? ':0' : ''}`).join(' '));
};
/** What is wrong with the last `rows` of candles, at the close of the bar that stands at `place`. */
const faultOf = (candles: Candles, place: number, rows: number) =>
  lookbackFault(candles, untradedBefore(candles), {
    row: candles.openMs.length - 1,
    timeframe: '4h',
    atMs: closeMs(place),
    rows,
  });

describe('a lookback', () => {
  it('is what Kraken’s API gives', () => {
    expect(LOOKBACK_ROWS).toBe(720);
  });

  it('without a hole carries a decision', () => {
    expect(faultOf(barsWith(10), 9, 10)).toBeNull();
    expect(faultOf(barsWith(15), 14, 10)).toBeNull();
  });

  it('of too few rows does not', () => {
    expect(faultOf(barsWith(9), 8, 10)).toBe('9 of 10 candles');
  });

  it('whose newest candle is missing does not', () => {
    expect(faultOf(barsWith(10), 10, 10)).toBe('the newest candle is missing');
  });

  it('whose newest candle had no trade does not', () => {
    expect(faultOf(barsWith(10, { idle: [9] }), 9, 10)).toBe('the newest candle had no trade');
  });

  it('with a hole in it does not; a hole before it does not matter', () => {
    expect(faultOf(barsWith(16, { missing: [8] }), 15, 10)).toBe('a hole in the candles');
    expect(faultOf(barsWith(16, { missing: [6] }), 15, 10)).toBe('a hole in the candles'); // its oldest row
    expect(faultOf(barsWith(16, { missing: [5] }), 15, 10)).toBeNull(); // just before its oldest row
  });

  it('bears five per cent without trades, and no candle more', () => {
    const idle = Array.from({ length: 36 }, (_, i) => 20 * i); // the bars 0, 20, … 700
    expect(faultOf(barsWith(720, { idle }), 719, 720)).toBeNull();
    expect(faultOf(barsWith(720, { idle: [...idle, 5] }), 719, 720)).toBe('37 of 720 candles had no trade');
  });

  it('counts up to its newest candle', () => {
    expect(faultOf(barsWith(20, { idle: [3, 18] }), 19, 20)).toBe('2 of 20 candles had no trade');
  });

  it('does not count what had no trade before it', () => {
    expect(faultOf(barsWith(30, { idle: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] }), 29, 20)).toBeNull();
  });

  it('judges a row in the middle by what stands before it', () => {
    const candles = barsWith(20, { missing: [15] });
    const at = { row: 9, timeframe: '4h', atMs: closeMs(9), rows: 10 } as const;
    expect(lookbackFault(candles, untradedBefore(candles), at)).toBeNull();
  });
});

describe('the running count of untraded candles', () => {
  it('has those before each row, and all at its end', () => {
    expect([...untradedBefore(barsWith(4, { idle: [0, 2] }))]).toEqual([0, 1, 1, 2, 2]);
    expect([...untradedBefore(sliceCandles(barsWith(4), 0, 0))]).toEqual([0]);
  });
});
