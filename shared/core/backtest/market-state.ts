import { assert } from '../assert.ts';
import type { Config } from '../config.ts';
import type { Units } from '../decimal.ts';
import { RISK_TIMEFRAME, untradedBefore } from '../decision/lookback.ts';
import { type RiskColumns, riskColumns } from '../decision/measures.ts';
import { regimes } from '../decision/regime.ts';
import { type MarketRules, marketRules } from '../decision/rules.ts';
import { regimeWeight } from '../decision/weights.ts';
import type { EntryPlan, Position } from '../execution/position.ts';
import type { Candles } from '../market/candles.ts';
import type { SymbolData } from '../market/market-data.ts';
import { type EpochMs, type Timeframe, timeframeMs } from '../market/timeframes.ts';
import type { Instance } from '../strategies/instances.ts';
import type { Signals } from '../strategies/strategy.ts';

/** Candles of one timeframe, and the newest row that is closed at the engine's clock. */
export interface Series {
  readonly timeframe: Timeframe;
  readonly lengthMs: number;
  readonly candles: Candles;
  readonly untraded: Int32Array;
  row: number;
  /** Whether that row closed at this very instant. */
  isClosing: boolean;
}

/** The columns of one instance, computed once over the whole series. */
export interface InstanceColumns {
  readonly instance: Instance;
  readonly series: Series;
  readonly signals: Signals;
  /** The weight of its vote in the regime that is kindest to it. */
  readonly mostWeight: number;
}

/** An entry that was decided and has not ended. */
export interface Entry {
  readonly plan: EntryPlan;
  /** What of it is not bought. */
  readonly quantity: Units;
  /** The most that this may cost. */
  readonly budget: Units;
  /** Of one that rests at a limit first. */
  readonly chase: {
    /** Null once its rest crosses. */
    readonly limit: Units | null;
    readonly crossPrice: Units;
  } | null;
}

/** One symbol during a run: its columns, and what is held or under way. */
export interface MarketState {
  readonly symbol: string;
  readonly rules: MarketRules;
  readonly exec: Candles;
  /** First exec candle that has not been passed. */
  execRow: number;
  readonly series: readonly Series[];
  readonly columns: readonly InstanceColumns[];
  readonly risk: Series;
  readonly riskColumns: RiskColumns;
  position: Position | undefined;
  /** Instances of the position's supporters that trail. */
  trailing: readonly InstanceColumns[];
  entry: Entry | undefined;
  lastClose: number;
}

/** Computes every column of a symbol once: a pass over the candles an indicator. */
export function marketState(
  symbol: string,
  data: SymbolData,
  { config, instances }: { readonly config: Config; readonly instances: readonly Instance[] },
): MarketState {
  const used = new Set<Timeframe>([RISK_TIMEFRAME, ...instances.map(({ timeframe }) => timeframe)]);
  const series = [...used]
    .map((timeframe) => seriesOf(data, timeframe))
    .sort((a, b) => a.lengthMs - b.lengthMs);
  const of = (timeframe: Timeframe) => {
    const found = series.find((one) => one.timeframe === timeframe);
    assert(found !== undefined, `series ${timeframe}`);
    return found;
  };
  const risk = of(RISK_TIMEFRAME);
  return {
    symbol,
    rules: marketRules(config, symbol),
    exec: data.exec,
    execRow: 0,
    series,
    columns: instances.map((instance) => {
      const own = of(instance.timeframe);
      const signals = instance.strategy.prepare(own.candles, instance.params);
      const weights = regimes.map((regime) => regimeWeight(instance.strategy.id, regime));
      return { instance, series: own, signals, mostWeight: Math.max(...weights) };
    }),
    risk,
    riskColumns: riskColumns(risk.candles),
    position: undefined,
    trailing: [],
    entry: undefined,
    lastClose: Number.NaN,
  };
}

function seriesOf(data: SymbolData, timeframe: Timeframe): Series {
  const candles = data.series.get(timeframe);
  assert(candles !== undefined, `candles ${timeframe}`);
  return {
    timeframe,
    lengthMs: timeframeMs[timeframe],
    candles,
    untraded: untradedBefore(candles),
    row: -1,
    isClosing: false,
  };
}

/** Moves every series to the newest candle closed at `atMs`. */
export function advance(market: MarketState, atMs: EpochMs): void {
  for (const series of market.series) {
    const { candles, lengthMs } = series;
    const { openMs } = candles;
    while (series.row + 1 < openMs.length && openMs[series.row + 1]! + lengthMs <= atMs) series.row++;
    series.isClosing = series.row >= 0 && openMs[series.row]! + lengthMs === atMs;
  }
}

/** Row of the exec candle that opened at `openMs`, or −1 in a hole. */
export function execRowAt(market: MarketState, openMs: EpochMs): number {
  const { exec } = market;
  while (market.execRow < exec.openMs.length && exec.openMs[market.execRow]! < openMs) market.execRow++;
  return exec.openMs[market.execRow] === openMs ? market.execRow : -1;
}

/** Close of the newest exec candle that opened at or before `openMs`. */
export function closeAt(market: MarketState, openMs: EpochMs): number {
  return market.exec.close[rowsClosed(market, openMs) - 1] ?? Number.NaN;
}

/** How many exec candles opened at or before `openMs`, the newest that has closed. */
export function rowsClosed(market: MarketState, openMs: EpochMs): number {
  const row = execRowAt(market, openMs);
  return row < 0 ? market.execRow : row + 1;
}
