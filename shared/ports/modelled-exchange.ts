import type { ClockMark } from '../core/execution/clock.ts';
import type { Candle } from '../core/market/candles.ts';
import type { EpochMs } from '../core/market/timeframes.ts';
import type { Exchange } from './exchange.ts';

/** An exchange whose orders meet candles by the rules of modelled fills, driven step by step by the clock. */
export interface ModelledExchange extends Exchange {
  /**
   * Lets the orders of every symbol meet one exec candle. Done before, it does nothing.
   * @param candles by symbol; a symbol without one has a hole there: nothing fills
   */
  meet(
    step: 'OPEN' | 'RANGE',
    at: { readonly candleMs: EpochMs; readonly endMs: EpochMs },
    candles: ReadonlyMap<string, Candle | undefined>,
  ): Promise<void>;
  /** The last step of the clock that it went through. */
  clock(): Promise<ClockMark | undefined>;
}
