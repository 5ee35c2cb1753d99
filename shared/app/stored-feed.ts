import { assert } from '../core/assert.ts';
import { type Candle, candleAt, rowsBefore, sliceCandles } from '../core/market/candles.ts';
import type { MarketData, SymbolData } from '../core/market/market-data.ts';
import { type EpochMs, timeframeMs } from '../core/market/timeframes.ts';
import type { Feed } from './trader.ts';

/** A feed over candles that are all at hand, as a replay has them. It shows only what was closed at the instant asked. */
export function storedFeed(data: MarketData): Feed & {
  execCandle(symbol: string, openMs: EpochMs): Promise<Candle | undefined>;
} {
  const execMs = timeframeMs[data.execTimeframe];
  const of = (symbol: string): SymbolData => {
    const own = data.symbols.get(symbol);
    assert(own !== undefined, `candles of ${symbol}`);
    return own;
  };
  return {
    async window({ symbol, timeframe, atMs, rows }) {
      const candles = of(symbol).series.get(timeframe);
      assert(candles !== undefined, `${timeframe} candles of ${symbol}`);
      const end = rowsBefore(candles, atMs - timeframeMs[timeframe] + 1);
      return sliceCandles(candles, Math.max(0, end - rows), end);
    },
    async execWindow({ symbol, fromMs, atMs }) {
      const { exec } = of(symbol);
      return sliceCandles(exec, rowsBefore(exec, fromMs), rowsBefore(exec, atMs - execMs + 1));
    },
    async lastClose(symbol, atMs) {
      const { exec } = of(symbol);
      return exec.close[rowsBefore(exec, atMs - execMs + 1) - 1] ?? Number.NaN;
    },
    async execCandle(symbol, openMs) {
      const { exec } = of(symbol);
      const row = rowsBefore(exec, openMs);
      return exec.openMs[row] === openMs ? candleAt(exec, row) : undefined;
    },
  };
}
