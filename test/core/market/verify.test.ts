import { describe, expect, it } from 'vitest';
import { type Candle, candlesOf } from '../../../shared/core/market/candles.ts';
import { candlesFault, likelyTimeframe, rowFault } from '../../../shared/core/market/verify.ts';
import { BARS_START_MS, barsOf } from '../../helpers/bars.ts';

const sound: Candle = { openMs: BARS_START_MS, open: 10, high: 12, low: 9, close: 11, volume: 5 };
const faultOf = (changes: Partial<Candle>) => rowFault(candlesOf([{ ...sound, ...changes }]), 0);

describe('a candle', () => {
  it('is sound with prices within low and high, flat and untraded ones included', () => {
    expect(faultOf({})).toBeUndefined();
    expect(faultOf({ open: 10, high: 10, low: 10, close: 10, volume: 0 })).toBeUndefined();
  });

  it.each([
    [{ open: Number.NaN }, 'open', 'is not a finite number'],
    [{ high: Number.POSITIVE_INFINITY }, 'high', 'is not a finite number'],
    [{ low: 0 }, 'low', 'is not above 0'],
    [{ close: -1 }, 'close', 'is not above 0'],
    [{ open: 13 }, 'open', "is above the high '12'"],
    [{ close: 12.5 }, 'close', "is above the high '12'"],
    [{ open: 8 }, 'open', "is below the low '9'"],
    [{ low: 10.5 }, 'open', "is below the low '10.5'"],
    [{ volume: -1 }, 'volume', 'is negative'],
    [{ volume: Number.NaN }, 'volume', 'is not a finite number'],
  ] as const)('with %o has a fault in %s', (changes, column, problem) => {
    expect(faultOf(changes)).toMatchObject({ row: 0, column, problem });
  });
});

describe('a series', () => {
  it('has its first fault named by row and column', () => {
    expect(candlesFault(barsOf('4h', '0:10 1:11'), '4h')).toBeUndefined();
    expect(candlesFault(barsOf('4h', '0:10 1:-5'), '4h')).toMatchObject({ row: 1, column: 'open' });
  });

  it.each([-4 * 3_600_000, 0.5, Number.NaN, 2 ** 60])('has no time such as %d', (openMs) => {
    expect(candlesFault(candlesOf([{ ...sound, openMs }]), '4h')).toMatchObject({
      row: 0,
      column: 'openMs',
      problem: 'is not a time in milliseconds',
    });
  });

  it('lies on the grid of its timeframe', () => {
    expect(candlesFault(barsOf('1h', '0:10 1:11'), '4h')).toMatchObject({
      row: 1,
      column: 'openMs',
      problem: '(2024-01-01 01:00) is not on the grid of 4h',
    });
  });

  it('ascends strictly', () => {
    for (const place of [0, -1])
      expect(candlesFault(barsOf('4h', `0:10 ${place}:11`), '4h')).toMatchObject({
        row: 1,
        problem: `does not come after '${BARS_START_MS}'`,
      });
  });

  it('tells its timeframe: the longest grid on which all of it lies', () => {
    expect(likelyTimeframe(barsOf('1h', '0:1 4:1 8:1').openMs)).toBe('4h');
    expect(likelyTimeframe(barsOf('1h', '0:1 4:1 5:1').openMs)).toBe('1h');
    expect(likelyTimeframe(Float64Array.of(BARS_START_MS + 1))).toBeUndefined();
  });
});
