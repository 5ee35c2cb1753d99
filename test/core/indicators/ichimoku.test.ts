import { describe, expect, it } from 'vitest';
import { ichimoku } from '../../../shared/core/indicators/ichimoku.ts';

const { NaN: none } = Number;

describe('ichimoku', () => {
  const high = Float64Array.of(5, 9, 8, 7, 13);
  const low = Float64Array.of(3, 5, 4, 1, 5);

  // Middles of one candle: 4 7 6 4 9. Of two: (9 + 3) / 2 = 6, (9 + 4) / 2 = 6.5, (8 + 1) / 2 = 4.5, (13 + 1) / 2 = 7.
  // Of three: (9 + 3) / 2 = 6, (9 + 1) / 2 = 5, (13 + 1) / 2 = 7.
  it('has lines half way between extremes, and spans that were made so many candles before', () => {
    const lines = ichimoku(high, low, { tenkan: 1, kijun: 2, senkou: 3, shift: 1 });
    expect([...lines.tenkan]).toEqual([4, 7, 6, 4, 9]);
    expect([...lines.kijun]).toEqual([none, 6, 6.5, 4.5, 7]);
    expect([...lines.spanA]).toEqual([none, none, 6.5, 6.25, 4.25]);
    expect([...lines.spanB]).toEqual([none, none, none, 6, 5]);
  });

  it('moves its spans by more candles when told', () => {
    const { spanA, spanB } = ichimoku(high, low, { tenkan: 1, kijun: 2, senkou: 3, shift: 2 });
    expect([...spanA]).toEqual([none, none, none, 6.5, 6.25]);
    expect([...spanB]).toEqual([none, none, none, none, 6]);
  });

  it('refuses to show a span at the candle that makes it, or before', () => {
    expect(() => ichimoku(high, low, { tenkan: 1, kijun: 2, senkou: 3, shift: -1 })).toThrow(/^Bug: .*shift/);
    expect(() => ichimoku(high, low, { tenkan: 1, kijun: 2, senkou: 3, shift: 0 })).toThrow(/^Bug: .*shift/);
  });
});
