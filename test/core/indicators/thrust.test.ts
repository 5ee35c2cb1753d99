import { describe, expect, it } from 'vitest';
import { thrust } from '../../../shared/core/indicators/thrust.ts';
import { type Candles, candleAt, candlesOf } from '../../../shared/core/market/candles.ts';
import { closesOf } from '../../helpers/candles.ts';

const { NaN: none } = Number;

// Six candles of 4h a day, from a midnight on, each reaching 1 about its close. Three days that close at 10, 12, 11;
// the highest price before the third day is 17, on the first day, the lowest 6, on the second.
const market = closesOf([9, 16, 10, 10, 10, 10, 12, 7, 12, 12, 12, 12, 11, 11, 11, 11, 11, 11]);
const lines = (candles: Candles, days = 2) => thrust(candles, { days, share: 0.5 });
const without = (candles: Candles, ...gone: readonly number[]) =>
  candlesOf(Array.from(candles.close, (_, i) => candleAt(candles, i)).filter((_, i) => !gone.includes(i)));

describe('thrust', () => {
  // Highest high less lowest close: 17 − 10 = 7. Highest close less lowest low: 12 − 6 = 6. Half of 7 about 11.
  it('lies half of the longer way of the days before about the open of the day', () => {
    const { open, upper, lower } = lines(market);
    expect([...open]).toEqual([...Array(6).fill(9), ...Array(6).fill(12), ...Array(6).fill(11)]);
    expect([...upper]).toEqual([...Array(12).fill(none), ...Array(6).fill(14.5)]);
    expect([...lower]).toEqual([...Array(12).fill(none), ...Array(6).fill(7.5)]);
  });

  // The lowest low is 4 now: 12 − 4 = 8 is the longer way.
  it('takes the way down when that is longer', () => {
    const candles = { ...market, low: market.low.with(7, 4) };
    expect([lines(candles).upper[12], lines(candles).lower[12]]).toEqual([15, 7]);
  });

  // The first day alone: 17 − 10 = 7 about 12. The second alone: 13 − 12 = 1 up, 12 − 6 = 6 down, about 11.
  it('looks at so many days and no further', () => {
    const { upper } = lines(market, 1);
    expect([upper[5], upper[6], upper[12]]).toEqual([none, 15.5, 14]);
  });

  it('has no range while a day before misses a candle, wherever in the day', () => {
    for (const gone of [0, 3, 5, 6, 9, 11]) {
      const { open, upper } = lines(without(market, gone));
      expect([open.at(-1), upper.at(-1)], `${gone}`).toEqual([11, none]);
    }
  });

  it('has nothing on a day whose candle of midnight is missing', () => {
    const { open, upper } = lines(without(market, 12));
    expect([open.at(-1), upper.at(-1)]).toEqual([none, none]);
  });

  it('does not reach over a day that is missing', () => {
    const four = closesOf([...market.close, ...Array(6).fill(11)]);
    expect(lines(four, 2).upper[18]).not.toBeNaN();
    const { upper } = lines(without(four, 12, 13, 14, 15, 16, 17), 2);
    expect([upper[11], upper[12]]).toEqual([none, none]);
  });

  it('begins anew after a day that is not whole', () => {
    const long = closesOf(Array.from({ length: 30 }, (_, i) => 10 + (i % 5)));
    const { upper } = lines(without(long, 8), 2);
    expect([upper[11], upper[17], upper[22], upper[23]]).toEqual([none, none, none, expect.any(Number)]);
    expect(upper[23]).not.toBeNaN();
  });
});
