import { loadConfig } from '../config/load.ts';
import type { EngineInput } from '../shared/core/backtest/engine.ts';
import type { Config } from '../shared/core/config.ts';
import { LOOKBACK_ROWS } from '../shared/core/decision/lookback.ts';
import { jsonHash } from '../shared/core/hash.ts';
import { aggregateCandles } from '../shared/core/market/aggregate.ts';
import { type Candles, rowsBefore, sliceCandles } from '../shared/core/market/candles.ts';
import type { MarketData } from '../shared/core/market/market-data.ts';
import { syntheticMarket, syntheticTimeframe } from '../shared/core/market/synthetic.ts';
import { DAY_MS, type EpochMs, type Timeframe, timeframeMs } from '../shared/core/market/timeframes.ts';
import { instancesOf } from '../shared/core/strategies/instances.ts';

const SEED = 1;
const START_MS: EpochMs = 946_684_800_000; // 2000-01-01T00:00Z
const FROM_MS: EpochMs = START_MS + LOOKBACK_ROWS * DAY_MS;

/** What the engine gets for so many years of the synthetic market, default config, lookback before the span. */
export function engineInput(years: number, execTimeframe: Timeframe): EngineInput {
  const config = loadConfig();
  const toMs = FROM_MS + years * 365 * DAY_MS;
  return {
    account: 'bench',
    config,
    configHash: jsonHash(config),
    codeVersion: 'bench',
    instances: instancesOf(config),
    data: marketData(config, toMs, execTimeframe),
    fromMs: FROM_MS,
    toMs,
    lookbackRows: LOOKBACK_ROWS,
    isRecording: false,
  };
}

function marketData(config: Config, toMs: EpochMs, execTimeframe: Timeframe): MarketData {
  const symbols = config.symbols.map((symbol) => ({
    symbol,
    tickDecimals: config.markets[symbol]?.tickDecimals ?? 2,
  }));
  const market = syntheticMarket({ seed: SEED, startMs: START_MS, symbols });
  const own = config.symbols.map((symbol) => {
    const fine = market.candles(symbol, { fromMs: START_MS, toMs });
    const of = (to: Timeframe): Candles => aggregateCandles(fine, { from: syntheticTimeframe, to });
    const exec = execTimeframe === syntheticTimeframe ? fine : of(execTimeframe);
    const series = new Map<Timeframe, Candles>([
      ['4h', of('4h')],
      ['1d', of('1d')],
    ]);
    return [symbol, { exec: sliceCandles(exec, rowsBefore(exec, FROM_MS), exec.openMs.length), series }] as const;
  });
  return { execTimeframe, symbols: new Map(own) };
}

/** Exec candles of all symbols inside the span. */
export function symbolBars({ data }: Pick<EngineInput, 'data'>): number {
  return [...data.symbols.values()].reduce((sum, { exec }) => sum + exec.openMs.length, 0);
}

/** Candles on which an instance can vote, of all symbols, inside the span. */
export function strategyBars({ data, instances, fromMs, toMs }: EngineInput): number {
  return instances.reduce(
    (sum, { timeframe }) => sum + (data.symbols.size * (toMs - fromMs)) / timeframeMs[timeframe],
    0,
  );
}
