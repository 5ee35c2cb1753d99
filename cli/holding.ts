import { buyAndHold } from '../shared/core/decision/buy-and-hold.ts';
import { ratio } from '../shared/core/decision/figures.ts';
import type { SymbolData } from '../shared/core/market/market-data.ts';
import { type EpochMs, lastCloseMs, timeframeMs } from '../shared/core/market/timeframes.ts';
import type { Opened } from './accounts.ts';

/** What the symbols of the config would have brought in equal parts, costs included; fractions. */
export interface Holding {
  readonly totalReturn: number | null;
  readonly symbols: Readonly<Record<string, number>>;
}

interface HoldingSpan {
  /** Where a 4h candle opens. */
  readonly fromMs: EpochMs;
  readonly toMs: EpochMs;
}

/**
 * Gives buy and hold over a span on 4h candles, null where the stored ones do not cover it. Asked again for the same
 * candles it does not read them again.
 */
export function holdingReader(opened: Opened) {
  let known: (HoldingSpan & { readonly holding: Holding | null }) | undefined;
  return async (source: string, { fromMs, toMs }: HoldingSpan): Promise<Holding | null> => {
    const span = { fromMs, toMs: lastCloseMs('4h', toMs) };
    const isKnown = known?.fromMs === span.fromMs && known.toMs === span.toMs && known.holding !== null;
    if (!isKnown) known = { ...span, holding: await holdingOf(opened, source, span) };
    return known?.holding ?? null;
  };
}

async function holdingOf(
  { workspace, candlesOf }: Opened,
  source: string,
  span: HoldingSpan,
): Promise<Holding | null> {
  const { config } = workspace;
  const { fromMs, toMs } = span;
  if (toMs <= fromMs) return null;
  const candles = await candlesOf(source, config);
  const symbols = new Map<string, SymbolData>();
  for (const symbol of config.symbols) {
    const exec = await candles.read(symbol, '4h', span);
    const endMs = (exec.openMs.at(-1) ?? 0) + timeframeMs['4h'];
    if (exec.openMs[0] !== fromMs || endMs !== toMs) return null;
    symbols.set(symbol, { exec, series: new Map() });
  }
  const held = buyAndHold(config, { execTimeframe: '4h', symbols }, span);
  return { totalReturn: ratio(Number(held.equityFinal) / config.capital - 1), symbols: held.symbols };
}
