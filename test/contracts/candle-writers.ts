import { expect, it } from 'vitest';
import { parquetCandleStore } from '../../shared/adapters/parquet/candle-store.ts';
import type { ObjectStore } from '../../shared/ports/object-store.ts';
import { barsIn, barsOf } from '../helpers/bars.ts';

const provenance = { source: 'csv', name: 'a.csv', sha256: 'aa' };

/** Writers of one series, each with a store of its own over the same objects, append at once: nothing is lost. */
export function candleWriterCases(create: () => ObjectStore | Promise<ObjectStore>): void {
  it.each([2, 8])('%i writers at once never lose a candle of one series', async (count) => {
    const objects = await create();
    const writers = Array.from({ length: count }, () => parquetCandleStore(objects, 'kraken'));
    const append = async (writer: number, bar: number) => {
      const candles = barsOf('4h', `${bar}:${10 + bar}`);
      await writers[writer]?.append({ symbol: 'BTC/USD', timeframe: '4h', candles, provenance });
    };
    // Each appends three candles, one after the other, beside those of all others.
    const places = [0, 1, 2];
    await Promise.all(
      writers.map(async (_, writer) => {
        for (const place of places) await append(writer, place * count + writer);
      }),
    );
    const expected = Array.from({ length: 3 * count }, (_, bar) => `${bar}:${10 + bar}`).join(' ');
    const stored = await parquetCandleStore(objects, 'kraken').read('BTC/USD', '4h');
    expect(barsIn('4h', stored)).toBe(expected);
  });
}
