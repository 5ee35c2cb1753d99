import { describe, expect, it } from 'vitest';
import { clockOffset } from '../../shared/app/clock-offset.ts';

/** A venue whose clock is at `serverMs` when it is asked, and ours, which reads one of `readings` after the other. */
function offsetOf(serverMs: readonly number[], readings: readonly number[]) {
  const [servers, ours] = [[...serverMs], [...readings]];
  return clockOffset({ serverTimeMs: async () => servers.shift() ?? 0 }, () => ours.shift() ?? 0);
}

describe('the offset of our clock', () => {
  // Asked at 10.4 s, answered at 10.6 s: "10 s" was said by a clock at 10.0 to 11.0 s, on average 10.5.
  it('is what it is ahead of the middle of the second that the venue told', async () => {
    expect(await offsetOf([10_000, 10_000], [10_400, 10_600, 10_400, 10_600])).toEqual({
      offsetMs: 0,
      toleranceMs: 600,
    });
  });

  it('is above zero for a fast clock and below for a slow one', async () => {
    expect((await offsetOf([10_000, 10_000], [13_500, 13_500, 13_500, 13_500])).offsetMs).toBe(3_000);
    expect((await offsetOf([10_000, 10_000], [7_500, 7_500, 7_500, 7_500])).offsetMs).toBe(-3_000);
  });

  it('is taken from the quicker of two answers', async () => {
    const slowFirst = [10_000, 14_000, 14_000, 14_200];
    expect(await offsetOf([13_000, 14_000], slowFirst)).toEqual({ offsetMs: -400, toleranceMs: 600 });
    const slowSecond = [10_000, 10_200, 10_200, 14_000];
    expect(await offsetOf([10_000, 10_000], slowSecond)).toEqual({ offsetMs: -400, toleranceMs: 600 });
  });
});
