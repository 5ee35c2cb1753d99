import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { vwap } from '../../../shared/core/indicators/vwap.ts';
import { closesOf } from '../../helpers/candles.ts';

const { NaN: none } = Number;

describe('vwap', () => {
  // Each candle reaches 3 above and below its close, so its typical price is its close. (10 + 3 × 14) / 4 = 13;
  // the second session begins with 20: (2 × 20 + 2 × 30) / 4 = 25.
  const candles = { ...closesOf([10, 14, 20, 30], 3), volume: Float64Array.of(1, 3, 2, 2) };

  it('weighs the typical prices since the session began by their volume', () => {
    expect([...vwap(candles, Uint8Array.of(1, 0, 1, 0))]).toEqual([10, 13, 20, 25]);
    expect([...vwap(candles, Uint8Array.of(0, 1, 0, 0))]).toEqual([none, 14, 16.4, 142 / 7]);
  });

  it('takes the typical price, a third each of high, low and close', () => {
    const one = { high: Float64Array.of(16), low: Float64Array.of(9), close: Float64Array.of(11) };
    expect([...vwap({ ...one, volume: Float64Array.of(5) }, Uint8Array.of(1))]).toEqual([12]);
  });

  it('has no value before the first session, nor while a session had no trade', () => {
    expect([...vwap(candles, new Uint8Array(4))]).toEqual([none, none, none, none]);
    const idle = { ...candles, volume: Float64Array.of(1, 0, 0, 4) };
    expect([...vwap(idle, Uint8Array.of(1, 0, 1, 0))]).toEqual([10, 10, none, 30]);
  });

  it('is exactly the price of a flat market, whatever the volumes', () => {
    const volumes = fc.array(fc.double({ min: 0, max: 1e9, noNaN: true }), { minLength: 1, maxLength: 50 });
    const price = fc.double({ min: 1e-6, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(volumes, price, (list, flat) => {
        const candlesOfPrice = {
          ...closesOf(
            list.map(() => flat),
            0,
          ),
          volume: Float64Array.from(list),
        };
        const line = vwap(
          candlesOfPrice,
          Uint8Array.from(list, (_, i) => (i === 0 ? 1 : 0)),
        );
        expect(line.every((value) => Number.isNaN(value) || value === flat)).toBe(true);
      }),
    );
  });

  it('refuses sessions of another length', () => {
    expect(() => vwap(candles, new Uint8Array(3))).toThrow('Bug: vwap of columns of unequal length');
  });
});
