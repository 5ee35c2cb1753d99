import { describe, expect, it } from 'vitest';
import { obv } from '../../../shared/core/indicators/obv.ts';

describe('obv', () => {
  it('adds the volume of a higher close, takes off that of a lower one, and leaves that of an equal one', () => {
    expect([...obv(Float64Array.of(10, 11, 11, 9), Float64Array.of(5, 2, 7, 4))]).toEqual([5, 7, 7, 3]);
  });
});
