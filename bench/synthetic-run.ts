import { openWorkspace, type Workspace } from '../cli/context.ts';
import type { StoredRun } from '../cli/runs.ts';
import { buyAndHold } from '../shared/core/decision/buy-and-hold.ts';
import { LOOKBACK_ROWS } from '../shared/core/decision/lookback.ts';
import { aggregateCandles } from '../shared/core/market/aggregate.ts';
import { type Candles, rowsBefore, sliceCandles } from '../shared/core/market/candles.ts';
import type { MarketData, SymbolData } from '../shared/core/market/market-data.ts';
import { syntheticMarket, syntheticTimeframe } from '../shared/core/market/synthetic.ts';
import { DAY_MS, type EpochMs, type Timeframe, timeframeMs } from '../shared/core/market/timeframes.ts';

const SEED = 1;
const START_MS: EpochMs = 946_684_800_000; // 2000-01-01T00:00Z
const FROM_MS: EpochMs = START_MS + LOOKBACK_ROWS * DAY_MS;

/** A run over so many days of the synthetic market, its lookback before them, as the verbs prepare one. */
export function syntheticRun(
  workspace: Workspace,
  { days, exec: execTimeframe }: { readonly days: number; readonly exec: Timeframe },
): StoredRun {
  const { config } = workspace;
  const span = { fromMs: FROM_MS, toMs: FROM_MS + days * DAY_MS };
  const data: MarketData = { execTimeframe, symbols: symbolsOf(workspace, execTimeframe, span.toMs) };
  return {
    workspace,
    data,
    ...span,
    account: 'replay-bench',
    silent: [],
    buyAndHold: buyAndHold(config, data, span),
  };
}

/** The default configuration over a folder; `file` is laid over it. */
export function workspaceIn(folder: string, file?: string): Workspace {
  return openWorkspace({ data: folder, ...(file !== undefined && { config: file }) });
}

function symbolsOf({ config }: Workspace, exec: Timeframe, toMs: EpochMs): ReadonlyMap<string, SymbolData> {
  const symbols = config.symbols.map((symbol) => ({
    symbol,
    tickDecimals: config.markets[symbol]?.tickDecimals ?? 2,
  }));
  const market = syntheticMarket({ seed: SEED, startMs: START_MS, symbols });
  return new Map(
    config.symbols.map((symbol) => {
      const fine = market.candles(symbol, { fromMs: START_MS, toMs });
      const of = (to: Timeframe): Candles =>
        to === syntheticTimeframe ? fine : aggregateCandles(fine, { from: syntheticTimeframe, to });
      const met = of(exec);
      const own: SymbolData = {
        exec: sliceCandles(met, rowsBefore(met, FROM_MS), met.openMs.length),
        series: new Map<Timeframe, Candles>([
          ['4h', of('4h')],
          ['1d', of('1d')],
        ]),
      };
      return [symbol, own];
    }),
  );
}

/** Exec candles of all symbols inside the span. */
export function symbolBars({ data }: Pick<StoredRun, 'data'>): number {
  return [...data.symbols.values()].reduce((sum, { exec }) => sum + exec.openMs.length, 0);
}

/** Candles on which an instance may vote, of all instances and symbols, inside the span. */
export function strategyBars({ workspace, data, fromMs, toMs }: StoredRun): number {
  return workspace.instances.reduce(
    (sum, { timeframe }) => sum + (data.symbols.size * (toMs - fromMs)) / timeframeMs[timeframe],
    0,
  );
}
