import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { adx } from '../../../shared/core/indicators/adx.ts';
import { atr } from '../../../shared/core/indicators/atr.ts';
import { ema } from '../../../shared/core/indicators/ema.ts';
import { macd } from '../../../shared/core/indicators/macd.ts';
import { rsi } from '../../../shared/core/indicators/rsi.ts';
import {
  adxMemory,
  emaMemory,
  macdMemory,
  supertrendMemory,
  wilderMemory,
} from '../../../shared/core/strategies/memory.ts';
import { walk } from '../../helpers/candles.ts';

const FORGOTTEN = 1e-11;
const periods = fc.integer({ min: 2, max: 60 });

/** 1 on the first candles, 0 after them. */
const step = (ones: number, length: number) => Float64Array.from({ length }, (_, i) => (i < ones ? 1 : 0));

describe('the memory of an average', () => {
  // ln(1e-11) = −25.328. ln(49/51) = −0.040005: 633.1 candles. ln(13/14) = −0.074108: 341.8.
  it('is its seed and the candles that forget it', () => {
    expect(emaMemory(50)).toBe(50 + 634);
    expect(wilderMemory(14)).toBe(15 + 342);
  });

  it('of one candle is that candle', () => {
    expect([emaMemory(1), wilderMemory(1), adxMemory(1)]).toEqual([1, 2, 2]);
  });

  it('by exponents is exact: one candle fewer still shows the seed', () => {
    fc.assert(
      fc.property(periods, (period) => {
        const rows = emaMemory(period);
        const line = ema(step(period, rows), period);
        expect(line[rows - 1]).toBeLessThanOrEqual(FORGOTTEN * (1 + 1e-9));
        expect(line[rows - 2]).toBeGreaterThan(FORGOTTEN);
      }),
    );
  });

  it('by Wilder is exact, of the range as of the index', () => {
    fc.assert(
      fc.property(periods, (period) => {
        const rows = wilderMemory(period);
        const zeros = new Float64Array(rows);
        const range = atr(step(period + 1, rows), zeros, zeros, period);
        expect(range[rows - 1]).toBeLessThanOrEqual(FORGOTTEN * (1 + 1e-9));
        expect(range[rows - 2]).toBeGreaterThan(FORGOTTEN);
        // Rises by 1 while it is seeded, then falls by 1: 100 times what is left of the seed.
        const turned = Float64Array.from({ length: rows }, (_, i) => Math.min(i, 2 * period - i));
        const index = rsi(turned, period);
        expect(index[rows - 1]).toBeLessThanOrEqual(100 * FORGOTTEN * (1 + 1e-9));
        expect(index[rows - 2]).toBeGreaterThan(100 * FORGOTTEN);
      }),
    );
  });

  // Both see the same moves after the seeds of the first averages, one of them after seeds that are all one way.
  it('of a directional index is enough, and not twice as long as it must be', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 2, max: 30 }), (seed, period) => {
        const rows = adxMemory(period);
        const market = walk(seed, rows + 2 * period);
        const whole = adx(market.high, market.low, market.close, period).adx;
        const from = (column: Float64Array) => column.subarray(2 * period);
        const seen = adx(from(market.high), from(market.low), from(market.close), period).adx;
        expect(Math.abs((seen[rows - 1] ?? 0) - (whole.at(-1) ?? 0))).toBeLessThanOrEqual(100 * FORGOTTEN);
        expect(rows).toBeLessThan(2 * wilderMemory(period));
      }),
    );
  });

  it('of an average of differences is enough, whichever of the two is longer', () => {
    fc.assert(
      fc.property(periods, periods, fc.integer({ min: 1, max: 60 }), (slow, signal, short) => {
        const fast = Math.min(short, slow - 1);
        const rows = macdMemory({ slow, signal });
        const { signal: average } = macd(step(slow + signal - 1, rows), { fast, slow, signal });
        expect(Math.abs(average[rows - 1] ?? 1)).toBeLessThanOrEqual(FORGOTTEN);
      }),
    );
  });

  it('of a supertrend is its range and hundred candles a range of distance, at least one range', () => {
    const rows = (distance: number) => supertrendMemory({ range: 14, distance }) - wilderMemory(14);
    expect([rows(3), rows(2.505), rows(0.3)]).toEqual([300, 251, 100]);
  });
});
