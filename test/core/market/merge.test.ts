import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Candles } from '../../../shared/core/market/candles.ts';
import { contentHash } from '../../../shared/core/market/content-hash.ts';
import { mergeCandles, origins } from '../../../shared/core/market/merge.ts';
import { BARS_START_MS, barsIn, barsOf } from '../../helpers/bars.ts';

const none = barsOf('4h', '');

function merged(stored: Candles, given: Candles) {
  const result = mergeCandles(stored, given, '4h');
  if ('conflict' in result) throw new Error(`conflict ${JSON.stringify(result.conflict)}`);
  return result;
}

const join = (stored: Candles, given: Candles) => merged(stored, given).candles;

describe('merge', () => {
  it('puts candles in order of time and says where each comes from', () => {
    const { candles, origin } = merged(barsOf('4h', '1:11 4:14'), barsOf('4h', '0:10 2:12'));
    expect(barsIn('4h', candles)).toEqual('0:10 1:11 2:12 3:12:0 4:14');
    const { stored, added, filled } = origins;
    expect([...origin]).toEqual([added, stored, added, filled, stored]);
  });

  it('fills a hole across the seam', () => {
    expect(barsIn('4h', join(barsOf('4h', '0:10'), barsOf('4h', '2:12')))).toBe('0:10 1:10:0 2:12');
  });

  it('keeps the stored volume and counts the other one', () => {
    const { candles, volumesKept } = merged(barsOf('4h', '0:10:5'), barsOf('4h', '0:10:4.9'));
    expect([candles.volume[0], volumesKept]).toEqual([5, 1]);
  });

  it('counts no volume kept where both say the same', () => {
    const once = barsOf('4h', '0:10:5 1:11');
    expect(merged(once, once).volumesKept).toBe(0);
  });

  it('takes equals that say the same, traded or not', () => {
    const range = { ...barsOf('4h', '0:10'), volume: Float64Array.of(0) }; // a range without volume
    expect(join(range, range)).toEqual(range);
    const flat = barsOf('4h', '0:10:0');
    expect(join(flat, flat)).toEqual(flat);
  });

  it('names the conflict of two traded candles', () => {
    expect(mergeCandles(barsOf('4h', '0:10 1:11'), barsOf('4h', '1:12'), '4h')).toEqual({
      conflict: { openMs: BARS_START_MS + 4 * 3_600_000, column: 'open', stored: 11, given: 12 },
    });
  });

  it('lets trades replace a filled bar, and what was filled after it follow', () => {
    const stored = join(none, barsOf('4h', '0:10 4:14'));
    const { candles, origin } = merged(stored, barsOf('4h', '2:12'));
    expect(barsIn('4h', candles)).toEqual('0:10 1:10:0 2:12 3:12:0 4:14');
    expect(origin[2]).toBe(origins.replaced);
  });

  it('lets a flat bar without volume yield to trades that are stored', () => {
    const stored = barsOf('4h', '0:10 1:11');
    expect(barsIn('4h', join(stored, barsOf('4h', '1:10:0')))).toEqual('0:10 1:11');
  });

  it('keeps what a source says of a stretch without trades that is too long to fill', () => {
    const quiet = Array.from({ length: 20 }, (_, i) => `${i + 1}:10:0`).join(' ');
    const api = barsOf('4h', `0:10 ${quiet} 21:12`);
    const archive = barsOf('4h', '0:10 21:12');
    expect(join(none, archive).openMs).toHaveLength(2);
    expect(contentHash(join(archive, api))).toBe(contentHash(join(api, archive)));
    expect(join(archive, api).openMs).toHaveLength(22);
  });

  it('gives the same candles in whatever order and pieces they come', () => {
    const places = fc.uniqueArray(fc.nat(60), { minLength: 1, maxLength: 25 });
    const piece = fc.tuple(places, places, places);
    // The price is a function of the place, so that pieces agree where they overlap.
    const series = (chosen: readonly number[]) =>
      barsOf(
        '4h',
        [...chosen]
          .sort((a, b) => a - b)
          .map((place) => `${place}:${100 + ((place * 7) % 13)}`)
          .join(' '),
      );
    fc.assert(
      fc.property(piece, ([a, b, c]) => {
        const whole = join(none, series([...new Set([...a, ...b, ...c])]));
        for (const order of [
          [a, b, c],
          [c, a, b],
          [b, c, a],
        ]) {
          const result = order.map(series).reduce(join, none);
          expect(barsIn('4h', result)).toEqual(barsIn('4h', whole));
        }
      }),
      { numRuns: 200 },
    );
  });

  it('changes nothing the second time', () => {
    const candles = join(none, barsOf('4h', '0:10 3:11 20:12'));
    expect(merged(candles, candles).origin.every((origin) => origin === origins.stored)).toBe(true);
    expect(barsIn('4h', join(candles, candles))).toEqual(barsIn('4h', candles));
  });
});
