import { buyAndHold } from '../shared/core/decision/buy-and-hold.ts';
import { ratio } from '../shared/core/decision/figures.ts';
import type { SymbolData } from '../shared/core/market/market-data.ts';
import { type EpochMs, lastCloseMs, timeframeMs } from '../shared/core/market/timeframes.ts';
import type { Opened } from './accounts.ts';

/** What the symbols of the config would have brought in equal parts, costs included; fractions. */
interface Holding {
  readonly totalReturn: number | null;
  readonly symbols: Readonly<Record<string, number>>;
}

interface HoldingSpan {
  /** Where a 4h candle opens. */
  readonly fromMs: EpochMs;
  readonly toMs: EpochMs;
}

/** Buy and hold over a span on 4h candles; null where the stored ones do not cover it. */
export async function holdingOf(
  { workspace, candlesOf }: Opened,
  source: string,
  { fromMs, toMs }: HoldingSpan,
): Promise<Holding | null> {
  const { config } = workspace;
  const span = { fromMs, toMs: lastCloseMs('4h', toMs) };
  if (span.toMs <= fromMs) return null;
  const candles = await candlesOf(source, config);
  const symbols = new Map<string, SymbolData>();
  for (const symbol of config.symbols) {
    const exec = await candles.read(symbol, '4h', span);
    const endMs = (exec.openMs.at(-1) ?? 0) + timeframeMs['4h'];
    if (exec.openMs[0] !== fromMs || endMs !== span.toMs) return null;
    symbols.set(symbol, { exec, series: new Map() });
  }
  const held = buyAndHold(config, { execTimeframe: '4h', symbols }, span);
  return { totalReturn: ratio(Number(held.equityFinal) / config.capital - 1), symbols: held.symbols };
}
