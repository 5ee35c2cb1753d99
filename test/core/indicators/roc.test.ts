import { describe, expect, it } from 'vitest';
import { roc } from '../../../shared/core/indicators/roc.ts';

const { NaN: none } = Number;

describe('roc', () => {
  // 15 is 5 above 10; 5 is 15 below 20.
  it('compares each value with the one a period before, in percent of that and in its unit', () => {
    const { roc: percent, momentum } = roc(Float64Array.of(10, 20, 15, 5), 2);
    expect([...percent]).toEqual([none, none, 50, -75]);
    expect([...momentum]).toEqual([none, none, 5, -15]);
  });
});
