import type { Candles } from './candles.ts';
import type { Timeframe } from './timeframes.ts';

/** The candles of one symbol that a run sees. */
export interface SymbolData {
  /** Candles of the exec timeframe: what orders meet. */
  readonly exec: Candles;
  /** Candles that strategies see, with their lookback. */
  readonly series: ReadonlyMap<Timeframe, Candles>;
}

/** The candles of a backtest or a replay. */
export interface MarketData {
  readonly execTimeframe: Timeframe;
  readonly symbols: ReadonlyMap<string, SymbolData>;
}
