import { describe, expect, it } from 'vitest';
import { randomFrom, randomOf } from '../../../shared/core/market/random.ts';

const draws = (draw: () => number, count: number) => Array.from({ length: count }, draw);

describe('random', () => {
  it('draws what the reference implementation draws', () => {
    // xoshiro128starstar.c 1.1 from state {1, 2, 3, 4}, as Rust's rand_xoshiro quotes it.
    const reference = [
      11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849, 3729100597, 4258142804,
    ];
    const { uniform } = randomFrom([1, 2, 3, 4]);
    expect(draws(() => uniform() * 2 ** 32, 10)).toEqual(reference);
  });

  it('repeats a stream of a seed and tells streams and seeds apart', () => {
    const first = draws(randomOf(7, 'market').uniform, 20);
    expect(draws(randomOf(7, 'market').uniform, 20)).toEqual(first);
    expect(draws(randomOf(7, 'BTC/USD').uniform, 20)).not.toEqual(first);
    expect(draws(randomOf(8, 'market').uniform, 20)).not.toEqual(first);
  });

  it('keeps the state of two generators apart', () => {
    const alone = draws(randomOf(1, 'a').uniform, 10);
    const mine = randomOf(1, 'a');
    const other = randomOf(1, 'a');
    const mixed = draws(() => {
      other.normal();
      return mine.uniform();
    }, 10);
    expect(mixed).toEqual(alone);
  });

  it('fills 0 to 1 evenly', () => {
    const { uniform } = randomOf(3, 'even');
    const values = draws(uniform, 10_000);
    for (let tenth = 0; tenth < 10; tenth++) {
      const count = values.filter((value) => Math.floor(value * 10) === tenth).length;
      // 1,000 a tenth with a standard deviation of 30.
      expect(Math.abs(count - 1_000)).toBeLessThan(150);
    }
  });

  it('draws normals of mean 0 and standard deviation 1 with 68 % inside of one', () => {
    const values = draws(randomOf(5, 'normal').normal, 20_000);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + value * value, 0) / values.length;
    // Standard errors: 0.007 of the mean, 0.01 of the variance, 0.0033 of the share.
    expect(Math.abs(mean)).toBeLessThan(0.035);
    expect(Math.abs(variance - 1)).toBeLessThan(0.05);
    const inside = values.filter((value) => Math.abs(value) < 1).length / values.length;
    expect(Math.abs(inside - 0.68)).toBeLessThan(0.02);
  });
});
