import { describe, expect, it } from 'vitest';
import { keltner } from '../../../shared/core/indicators/keltner.ts';
import { closesOf } from '../../helpers/candles.ts';

const { NaN: none } = Number;

describe('keltner', () => {
  // The average of three begins at 11 and moves half way to 15: 13. True ranges: 2, 3 (from 10 to 13), 4 (from 12 to
  // 16); the average of two begins at 2.5 on index 2 and moves half way to 4: 3.25.
  it('lies so many average true ranges about the exponential average', () => {
    const candles = closesOf([10, 11, 12, 15]);
    candles.low[1] = 10;
    candles.low[2] = 10;
    const { upper, middle, lower } = keltner(candles, { average: 3, range: 2, width: 2 });
    expect([...middle]).toEqual([none, none, 11, 13]);
    expect([...upper]).toEqual([none, none, 16, 19.5]);
    expect([...lower]).toEqual([none, none, 6, 6.5]);
  });

  it('has its middle before its lines when the range is longer', () => {
    const { middle, upper } = keltner(closesOf([10, 10, 10]), { average: 1, range: 2, width: 1 });
    expect([...middle]).toEqual([10, 10, 10]);
    expect([...upper]).toEqual([none, none, 12]);
  });
});
