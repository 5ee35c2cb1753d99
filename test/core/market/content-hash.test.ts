import { expect, it } from 'vitest';
import { sliceCandles } from '../../../shared/core/market/candles.ts';
import { contentHash } from '../../../shared/core/market/content-hash.ts';
import { barsOf } from '../../helpers/bars.ts';

const candles = barsOf('1d', '0:10 1:11 2:12');

it('the content hash is that of the float64 bytes of the columns', () => {
  // Python: sha256 of struct.pack('<6d', …): the six doubles 0, 1, 1, 1, 1, 1
  const one = { ...barsOf('1d', '0:1', 0), high: Float64Array.of(1), low: Float64Array.of(1) };
  expect(contentHash(one)).toBe('e39a96ab3d537c68a9a6b355c5d2afd6bc4c7f9abd895cf7b66effcd2203eed1');
});

it('the content hash of a part is that of the same candles on their own', () => {
  expect(contentHash(sliceCandles(candles, 1, 3))).toBe(contentHash(barsOf('1d', '1:11 2:12')));
});

it('the content hash changes with any value of any column', () => {
  const hashes = (['openMs', 'open', 'high', 'low', 'close', 'volume'] as const).map((column) =>
    contentHash({ ...candles, [column]: candles[column].map((value, i) => value + (i === 1 ? 1 : 0)) }),
  );
  expect(new Set([...hashes, contentHash(candles)]).size).toBe(7);
});
