import { candleSpan, type Other, otherWindows } from '../core/decision/candle-span.ts';
import type { DecideInput } from '../core/decision/decide.ts';
import { lookbackFault, RISK_TIMEFRAME, untradedBefore } from '../core/decision/lookback.ts';
import { newest, type RiskColumns, riskMeasures } from '../core/decision/measures.ts';
import type { CandleWindow, OtherWindow } from '../core/decision/record.ts';
import type { Regime } from '../core/decision/regime.ts';
import { type InstanceSignal, signalAt } from '../core/decision/signals.ts';
import type { Candles } from '../core/market/candles.ts';
import { type EpochMs, lastCloseMs, type Timeframe, timeframeMs } from '../core/market/timeframes.ts';
import type { Instance } from '../core/strategies/instances.ts';
import type { Signals } from '../core/strategies/strategy.ts';

/** What the candles of one symbol say at a tick. */
export type Analysis = Pick<
  DecideInput,
  'signals' | 'fault' | 'regime' | 'close' | 'atr' | 'volatility' | 'correlation'
> & { readonly windows: readonly CandleWindow[]; readonly others: readonly OtherWindow[] };

/** A window of candles with the columns of every instance on it. */
export interface Prepared {
  readonly candles: Candles;
  readonly columns: ReadonlyMap<string, Signals>;
}

/** Lets every instance on a timeframe prepare its columns of a window. */
export function prepareWindow(
  instances: readonly Instance[],
  timeframe: Timeframe,
  candles: Candles,
): Prepared {
  const own = instances.filter((instance) => instance.timeframe === timeframe);
  const columns = own.map(({ id, strategy, params }) => [id, strategy.prepare(candles, params)] as const);
  return { candles, columns: new Map(columns) };
}

interface Window {
  readonly timeframe: Timeframe;
  readonly prepared: Prepared;
}

/** What an analysis is made of. */
export interface Material {
  readonly atMs: EpochMs;
  readonly instances: readonly Instance[];
  /** Rows that a window must have. */
  readonly lookbackRows: number;
  /** Of every timeframe that closes, 4h always, shortest first. */
  readonly windows: readonly Window[];
  readonly risk: RiskColumns;
  /** The 4h candles of those that are held beside the symbol. */
  readonly others: readonly Other[];
}

/** What windows of candles say. Pure: the same candles say the same, in a tick and whenever they are read again. */
export function analyseWindows({ atMs, instances, lookbackRows, windows, risk, others }: Material): Analysis {
  const told = windows.map(({ timeframe, prepared: { candles } }) =>
    windowOf(candles, { timeframe, atMs: lastCloseMs(timeframe, atMs), rows: lookbackRows }),
  );
  const fault = told.find(({ timeframe }) => timeframe === RISK_TIMEFRAME)?.fault ?? null;
  const compared = others.map(({ symbol, candles }) => ({
    symbol,
    candles: newest(candles, wholeOf(candles)),
  }));
  const measures = riskMeasures(
    risk,
    { ...wholeOf(risk.candles), isMeasured: fault === null },
    compared.map(({ candles }) => candles),
  );
  const sound = windows.filter((_, index) => told[index]?.fault === null);
  return {
    windows: told,
    others: otherWindows(compared),
    signals: signalsOf(instances, sound, { atMs, regime: measures.regime.regime }),
    fault,
    ...measures,
  };
}

/** All rows of a window. */
function wholeOf({ openMs }: Candles) {
  return { row: openMs.length - 1, firstRow: 0 };
}

function signalsOf(
  instances: readonly Instance[],
  sound: readonly Window[],
  { atMs, regime }: { readonly atMs: EpochMs; readonly regime: Regime },
): readonly InstanceSignal[] {
  return instances.flatMap((instance) => {
    const own = sound.find(({ timeframe }) => timeframe === instance.timeframe);
    const columns = own?.prepared.columns.get(instance.id);
    if (columns === undefined || atMs % timeframeMs[instance.timeframe] !== 0) return [];
    return [signalAt(instance, columns, columns.vote.length - 1, regime)];
  });
}

function windowOf(
  candles: Candles,
  { timeframe, atMs, rows }: { timeframe: Timeframe; atMs: EpochMs; rows: number },
): CandleWindow {
  const row = candles.openMs.length - 1;
  const fault =
    row < 0 ? 'no candle' : lookbackFault(candles, untradedBefore(candles), { row, timeframe, atMs, rows });
  return { timeframe, ...candleSpan(candles), fault };
}
