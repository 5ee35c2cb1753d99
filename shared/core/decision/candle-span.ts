import type { Candles } from '../market/candles.ts';
import { contentHash } from '../market/content-hash.ts';
import type { CandleSpan, OtherWindow } from './record.ts';

/** What a record tells of candles that were looked at. */
export function candleSpan(candles: Candles): CandleSpan {
  const { openMs } = candles;
  return {
    rows: openMs.length,
    firstMs: openMs[0] ?? null,
    lastMs: openMs.at(-1) ?? null,
    hash: contentHash(candles),
  };
}

/** The 4h candles of a symbol that is held, with which another one was compared. */
export interface Other {
  readonly symbol: string;
  readonly candles: Candles;
}

/** What a record tells of those, in the order of the symbols. */
export function otherWindows(others: readonly Other[]): readonly OtherWindow[] {
  return others
    .map(({ symbol, candles }) => ({ symbol, ...candleSpan(candles) }))
    .sort((a, b) => (a.symbol < b.symbol ? -1 : 1));
}
