import type { DriveHooks, Paper } from '../shared/app/drive.ts';
import { loadMarketData } from '../shared/app/load-market-data.ts';
import { replay, replayAccount } from '../shared/app/replay.ts';
import type { Kept } from '../shared/app/results.ts';
import { type SilentSeries, silentSeries } from '../shared/app/silent-series.ts';
import { storedFeed } from '../shared/app/stored-feed.ts';
import { tickLengthMs } from '../shared/app/trader.ts';
import type { EngineInput } from '../shared/core/backtest/engine-run.ts';
import type { Units } from '../shared/core/decimal.ts';
import { type BuyAndHold, buyAndHold } from '../shared/core/decision/buy-and-hold.ts';
import { LOOKBACK_ROWS } from '../shared/core/decision/lookback.ts';
import { worthOf } from '../shared/core/execution/ledger.ts';
import { rowsBefore } from '../shared/core/market/candles.ts';
import type { MarketData } from '../shared/core/market/market-data.ts';
import { type EpochMs, type Timeframe, timeframeMs } from '../shared/core/market/timeframes.ts';
import {
  deleteState,
  dropReplayOfOtherCode,
  openCandles,
  openState,
  paperTrader,
  type Workspace,
} from './context.ts';
import { parseSpan, parseTimeframe, type SpanOptions } from './options.ts';
import { note } from './screen.ts';

/** A run over stored candles, ready to begin. */
export interface StoredRun {
  readonly workspace: Workspace;
  readonly data: MarketData;
  readonly fromMs: EpochMs;
  readonly toMs: EpochMs;
  readonly account: string;
  readonly buyAndHold: BuyAndHold;
  /** Series with too few candles at the beginning. */
  readonly silent: readonly SilentSeries[];
}

/** Reads the candles of a run and names its account. @throws AppError `candles-missing`, `usage` */
export async function prepareRun(workspace: Workspace, options: SpanOptions): Promise<StoredRun> {
  const { fromMs, toMs } = parseSpan(options);
  const { config, instances } = workspace;
  const used = new Set<Timeframe>(['4h', ...instances.map(({ timeframe }) => timeframe)]);
  const data = await loadMarketData(openCandles(workspace, 'kraken'), {
    symbols: config.symbols,
    timeframes: [...used],
    fromMs,
    toMs,
    lookbackRows: LOOKBACK_ROWS,
    exec: options.exec === undefined ? undefined : parseTimeframe(options.exec),
  });
  const span = { fromMs, toMs };
  const account = replayAccount(config, data, span);
  const silent = silentSeries(data, { ...span, rows: LOOKBACK_ROWS });
  return { workspace, data, ...span, account, buyAndHold: buyAndHold(config, data, span), silent };
}

/** The input of the engine for a run. */
export function engineInput({
  workspace,
  data,
  fromMs,
  toMs,
  account,
}: StoredRun): Omit<EngineInput, 'isRecording'> {
  const { config, configHash, codeVersion, instances } = workspace;
  return {
    account,
    config,
    configHash,
    codeVersion,
    instances,
    data,
    fromMs,
    toMs,
    lookbackRows: LOOKBACK_ROWS,
  };
}

/** Replays a run, from where it stopped. @param isFresh forget what an earlier replay of the same run found */
export async function runReplay(
  run: StoredRun,
  { isFresh, hooks }: { isFresh: boolean; hooks?: DriveHooks },
): Promise<Kept> {
  const { workspace, data, account, fromMs, toMs } = run;
  if (isFresh) deleteState(workspace, account);
  if (dropReplayOfOtherCode(workspace, account))
    note('An earlier replay was made by other code: beginning anew.', 'info');
  const store = openState(workspace, account);
  try {
    const feed = storedFeed(data);
    const execMs = timeframeMs[data.execTimeframe];
    const paper: Paper = {
      ...paperTrader(workspace, { account, store, feed, execMs }),
      execCandle: (symbol, openMs) => feed.execCandle(symbol, openMs),
    };
    return await replay(paper, { fromMs, toMs }, hooks);
  } finally {
    store.close();
  }
}

/** Ticks of a run: for rates and progress. */
export function tickCount({ workspace, fromMs, toMs }: StoredRun): number {
  return Math.floor((toMs - fromMs) / tickLengthMs(workspace)) + 1;
}

/** Equity at the end of a run: cash, and what is held at the last close before the end. */
export function finalEquity({ data, toMs }: StoredRun, { cash, open }: Pick<Kept, 'cash' | 'open'>): Units {
  return open.reduce((sum, { plan, quantity }) => {
    const exec = data.symbols.get(plan.symbol)?.exec;
    const close = exec?.close[rowsBefore(exec, toMs) - 1] ?? 0;
    return sum + worthOf(quantity, close);
  }, cash);
}
