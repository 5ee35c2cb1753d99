import { describe, expect, it } from 'vitest';
import { candleSpan, otherWindows } from '../../../shared/core/decision/candle-span.ts';
import { emptyCandles } from '../../../shared/core/market/candles.ts';
import { contentHash } from '../../../shared/core/market/content-hash.ts';
import { walk } from '../../helpers/candles.ts';

describe('what a record tells of candles', () => {
  const candles = walk(1, 10);

  it('is their number, their span and their content', () => {
    expect(candleSpan(candles)).toEqual({
      rows: 10,
      firstMs: candles.openMs[0],
      lastMs: candles.openMs[9],
      hash: contentHash(candles),
    });
    expect(candleSpan(emptyCandles(0))).toMatchObject({ rows: 0, firstMs: null, lastMs: null });
  });

  it('is told in the order of the symbols, whatever the order of the positions', () => {
    const others = ['SOL/USD', 'ADA/USD', 'ETH/USD'].map((symbol, i) => ({ symbol, candles: walk(i, 5) }));
    for (const given of [others, others.toReversed()])
      expect(otherWindows(given)).toEqual([
        { symbol: 'ADA/USD', ...candleSpan(walk(1, 5)) },
        { symbol: 'ETH/USD', ...candleSpan(walk(2, 5)) },
        { symbol: 'SOL/USD', ...candleSpan(walk(0, 5)) },
      ]);
  });
});
