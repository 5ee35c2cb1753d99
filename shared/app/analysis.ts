import { lookbackFault, RISK_ATR_PERIOD, RISK_TIMEFRAME, untradedBefore } from '../core/decision/lookback.ts';
import type { CandleWindow } from '../core/decision/record.ts';
import { ASSUMED_REGIME, type Regime } from '../core/decision/regime.ts';
import type { InstanceSignal } from '../core/decision/signals.ts';
import { signalAt } from '../core/decision/signals.ts';
import { atr } from '../core/indicators/atr.ts';
import type { Candles } from '../core/market/candles.ts';
import { contentHash } from '../core/market/content-hash.ts';
import { type EpochMs, lastCloseMs, type Timeframe, timeframeMs } from '../core/market/timeframes.ts';
import type { Signals } from '../core/strategies/strategy.ts';
import type { Trader } from './trader.ts';

/** What the candles of one symbol say at a tick. */
interface Analysis {
  readonly windows: readonly CandleWindow[];
  readonly signals: readonly InstanceSignal[];
  /** Why the 4h lookback cannot carry a decision, or null. */
  readonly fault: string | null;
  readonly regime: Regime;
  readonly close: number;
  readonly atr: number;
}

/** A window of candles with the columns of every instance on it. */
interface Prepared {
  readonly candles: Candles;
  readonly columns: ReadonlyMap<string, Signals>;
}

/** Computes what strategies say, once a window: tick and watch of one instant share it. */
export interface Analyst {
  analyse(symbol: string, atMs: EpochMs): Promise<Analysis>;
  /** The trail of each named instance at its newest closed candle; NaN for one that does not trail. */
  trails(symbol: string, atMs: EpochMs, instances: readonly string[]): Promise<readonly number[]>;
}

/** An analyst over a trader's candles; it keeps the newest window of each symbol and timeframe. */
export function analystOf(trader: Trader): Analyst {
  const kept = new Map<string, { readonly closeMs: EpochMs; readonly prepared: Prepared }>();
  const prepared = async (symbol: string, timeframe: Timeframe, atMs: EpochMs): Promise<Prepared> => {
    const closeMs = lastCloseMs(timeframe, atMs);
    const key = `${symbol} ${timeframe}`;
    const known = kept.get(key);
    if (known?.closeMs === closeMs) return known.prepared;
    const rows = trader.lookbackRows;
    const candles = await trader.feed.window({ symbol, timeframe, atMs: closeMs, rows });
    const fresh = { candles, columns: columnsOf(trader, timeframe, candles) };
    kept.set(key, { closeMs, prepared: fresh });
    return fresh;
  };
  return {
    async analyse(symbol, atMs) {
      const closing = timeframesAt(trader, atMs);
      const windows: { readonly timeframe: Timeframe; readonly prepared: Prepared }[] = [];
      for (const timeframe of closing) {
        windows.push({ timeframe, prepared: await prepared(symbol, timeframe, atMs) });
      }
      return analysisOf(trader, windows, atMs);
    },
    async trails(symbol, atMs, instances) {
      const levels: number[] = [];
      for (const { id, timeframe } of trader.instances) {
        if (!instances.includes(id)) continue;
        const { columns } = await prepared(symbol, timeframe, atMs);
        levels.push(columns.get(id)?.trail?.at(-1) ?? Number.NaN);
      }
      return levels;
    },
  };
}

function columnsOf(
  { instances }: Trader,
  timeframe: Timeframe,
  candles: Candles,
): ReadonlyMap<string, Signals> {
  const own = instances.filter((instance) => instance.timeframe === timeframe);
  return new Map(own.map(({ id, strategy, params }) => [id, strategy.prepare(candles, params)]));
}

/** The timeframes whose candle closes at a tick, 4h always: risk is measured there. Shortest first. */
function timeframesAt({ instances }: Trader, atMs: EpochMs): readonly Timeframe[] {
  const used = new Set<Timeframe>([RISK_TIMEFRAME, ...instances.map(({ timeframe }) => timeframe)]);
  return [...used]
    .filter((timeframe) => timeframe === RISK_TIMEFRAME || atMs % timeframeMs[timeframe] === 0)
    .sort((a, b) => timeframeMs[a] - timeframeMs[b]);
}

function analysisOf(
  trader: Trader,
  prepared: readonly { readonly timeframe: Timeframe; readonly prepared: Prepared }[],
  atMs: EpochMs,
): Analysis {
  const regime = ASSUMED_REGIME;
  const windows = prepared.map(({ timeframe, prepared: { candles } }) =>
    windowOf(candles, { timeframe, atMs: lastCloseMs(timeframe, atMs), rows: trader.lookbackRows }),
  );
  const signals = trader.instances.flatMap((instance) => {
    const index = prepared.findIndex(({ timeframe }) => timeframe === instance.timeframe);
    const columns = prepared[index]?.prepared.columns.get(instance.id);
    if (columns === undefined || windows[index]?.fault !== null) return [];
    if (atMs % timeframeMs[instance.timeframe] !== 0) return [];
    return [signalAt(instance, columns, columns.vote.length - 1, regime)];
  });
  const risk = prepared.find(({ timeframe }) => timeframe === RISK_TIMEFRAME)?.prepared.candles;
  return {
    windows,
    signals,
    fault: windows.find(({ timeframe }) => timeframe === RISK_TIMEFRAME)?.fault ?? null,
    regime,
    close: risk?.close.at(-1) ?? Number.NaN,
    atr:
      risk === undefined
        ? Number.NaN
        : (atr(risk.high, risk.low, risk.close, RISK_ATR_PERIOD).at(-1) ?? Number.NaN),
  };
}

function windowOf(
  candles: Candles,
  { timeframe, atMs, rows }: { timeframe: Timeframe; atMs: EpochMs; rows: number },
): CandleWindow {
  const row = candles.openMs.length - 1;
  return {
    timeframe,
    rows: row + 1,
    firstMs: candles.openMs[0] ?? null,
    lastMs: candles.openMs[row] ?? null,
    hash: contentHash(candles),
    fault:
      row < 0 ? 'no candle' : lookbackFault(candles, untradedBefore(candles), { row, timeframe, atMs, rows }),
  };
}
