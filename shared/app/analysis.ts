import type { DecideInput } from '../core/decision/decide.ts';
import { lookbackFault, RISK_TIMEFRAME, untradedBefore } from '../core/decision/lookback.ts';
import { newest, type RiskColumns, riskColumns, riskMeasures } from '../core/decision/measures.ts';
import type { CandleWindow } from '../core/decision/record.ts';
import type { Regime } from '../core/decision/regime.ts';
import { type InstanceSignal, signalAt } from '../core/decision/signals.ts';
import type { Candles } from '../core/market/candles.ts';
import { contentHash } from '../core/market/content-hash.ts';
import { type EpochMs, lastCloseMs, type Timeframe, timeframeMs } from '../core/market/timeframes.ts';
import type { Signals } from '../core/strategies/strategy.ts';
import type { Trader } from './trader.ts';

/** What the candles of one symbol say at a tick. */
type Analysis = Pick<
  DecideInput,
  'signals' | 'fault' | 'regime' | 'close' | 'atr' | 'volatility' | 'correlation'
> & { readonly windows: readonly CandleWindow[] };

/** A window of candles with the columns of every instance on it. */
interface Prepared {
  readonly candles: Candles;
  readonly columns: ReadonlyMap<string, Signals>;
}

/** Computes what strategies say, once a window: tick and watch of one instant share it. */
export interface Analyst {
  /** @param held symbols that are held, with which the symbol may be correlated */
  analyse(
    symbol: string,
    at: { readonly atMs: EpochMs; readonly held: readonly string[] },
  ): Promise<Analysis>;
  /** The trail of each named instance at its newest closed candle; NaN for one that does not trail. */
  trails(symbol: string, atMs: EpochMs, instances: readonly string[]): Promise<readonly number[]>;
}

/** An analyst over a trader's candles; it keeps the newest window of each symbol and timeframe. */
export function analystOf(trader: Trader): Analyst {
  const kept = new Map<string, { readonly closeMs: EpochMs; readonly prepared: Prepared }>();
  const risks = new Map<string, RiskColumns>();
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
    async analyse(symbol, { atMs, held }) {
      const windows: Window[] = [];
      for (const timeframe of timeframesAt(trader, atMs)) {
        windows.push({ timeframe, prepared: await prepared(symbol, timeframe, atMs) });
      }
      const others: Candles[] = [];
      for (const other of held) {
        if (other !== symbol) others.push((await prepared(other, RISK_TIMEFRAME, atMs)).candles);
      }
      const { candles } = await prepared(symbol, RISK_TIMEFRAME, atMs);
      const risk = riskColumns(candles, risks.get(symbol));
      risks.set(symbol, risk);
      return analysisOf(trader, { windows, others, risk, atMs });
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

interface Window {
  readonly timeframe: Timeframe;
  readonly prepared: Prepared;
}

/** What an analysis is made of: every window that closes, and the 4h candles of the symbol and of those held. */
interface Material {
  readonly windows: readonly Window[];
  readonly others: readonly Candles[];
  readonly risk: RiskColumns;
  readonly atMs: EpochMs;
}

function analysisOf(trader: Trader, { windows, others, risk, atMs }: Material): Analysis {
  const told = windows.map(({ timeframe, prepared: { candles } }) =>
    windowOf(candles, { timeframe, atMs: lastCloseMs(timeframe, atMs), rows: trader.lookbackRows }),
  );
  const fault = told.find(({ timeframe }) => timeframe === RISK_TIMEFRAME)?.fault ?? null;
  const measures = riskMeasures(
    risk,
    { ...wholeOf(risk.candles), isMeasured: fault === null },
    others.map((candles) => newest(candles, wholeOf(candles))),
  );
  const sound = windows.filter((_, index) => told[index]?.fault === null);
  return {
    windows: told,
    signals: signalsOf(trader, sound, { atMs, regime: measures.regime.regime }),
    fault,
    ...measures,
  };
}

/** All rows of a window. */
function wholeOf({ openMs }: Candles) {
  return { row: openMs.length - 1, firstRow: 0 };
}

function signalsOf(
  trader: Trader,
  sound: readonly Window[],
  { atMs, regime }: { readonly atMs: EpochMs; readonly regime: Regime },
): readonly InstanceSignal[] {
  return trader.instances.flatMap((instance) => {
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
