import { lookbackFault, RISK_TIMEFRAME, untradedBefore } from '../core/decision/lookback.ts';
import { type Hole, holesOf } from '../core/market/holes.ts';
import {
  type EpochMs,
  lastCloseMs,
  type Timeframe,
  timeframeMs,
  timeframes,
} from '../core/market/timeframes.ts';
import type { CandleStore } from '../ports/candle-store.ts';

/** What is stored of the candles that a decision would see now. */
export interface LookbackCoverage {
  readonly symbol: string;
  readonly timeframe: Timeframe;
  /** Candles of the lookback that are stored. */
  readonly candles: number;
  /** Open of the newest stored candle that has closed, in the lookback or before it, or null. */
  readonly newestMs: EpochMs | null;
  /** Missing bars between candles of the lookback. */
  readonly holes: readonly Hole[];
  /** Why a decision could not rest on them, or null. */
  readonly fault: string | null;
}

/** The candles that decisions look at: those of the strategies, and those on which risk is measured. Shortest first. */
export function usedTimeframes(
  instances: readonly { readonly timeframe: Timeframe }[],
): readonly Timeframe[] {
  const used = new Set<Timeframe>([RISK_TIMEFRAME, ...instances.map(({ timeframe }) => timeframe)]);
  return timeframes.filter((timeframe) => used.has(timeframe));
}

/**
 * How much of the lookback of a decision at `nowMs` is stored.
 * @param rows candles that a decision looks back on
 * @throws AppError `candles-invalid` when a stored file is damaged
 */
export async function lookbackCoverage(
  store: CandleStore,
  {
    symbol,
    timeframe,
    nowMs,
    rows,
  }: {
    readonly symbol: string;
    readonly timeframe: Timeframe;
    readonly nowMs: EpochMs;
    readonly rows: number;
  },
): Promise<LookbackCoverage> {
  const atMs = lastCloseMs(timeframe, nowMs);
  const span = { fromMs: atMs - rows * timeframeMs[timeframe], toMs: atMs };
  const candles = await store.read(symbol, timeframe, span);
  const row = candles.openMs.length - 1;
  const newestMs =
    candles.openMs[row] ?? (await store.read(symbol, timeframe, { toMs: atMs })).openMs.at(-1) ?? null;
  return {
    symbol,
    timeframe,
    candles: row + 1,
    newestMs,
    holes: holesOf(candles, timeframe),
    fault:
      row < 0 ? 'no candle' : lookbackFault(candles, untradedBefore(candles), { row, timeframe, atMs, rows }),
  };
}
