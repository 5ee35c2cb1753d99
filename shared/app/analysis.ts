import type { Other } from '../core/decision/candle-span.ts';
import { RISK_TIMEFRAME } from '../core/decision/lookback.ts';
import { type RiskColumns, riskColumns } from '../core/decision/measures.ts';
import { type EpochMs, lastCloseMs, type Timeframe, timeframeMs } from '../core/market/timeframes.ts';
import {
  type Analysis,
  analyseWindows,
  type Material,
  type Prepared,
  prepareWindow,
} from './analyse-windows.ts';
import type { Trader } from './trader.ts';

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
  const { instances, lookbackRows, feed } = trader;
  const kept = new Map<string, { readonly closeMs: EpochMs; readonly prepared: Prepared }>();
  const risks = new Map<string, RiskColumns>();
  const prepared = async (symbol: string, timeframe: Timeframe, atMs: EpochMs): Promise<Prepared> => {
    const closeMs = lastCloseMs(timeframe, atMs);
    const key = `${symbol} ${timeframe}`;
    const known = kept.get(key);
    if (known?.closeMs === closeMs) return known.prepared;
    const candles = await feed.window({ symbol, timeframe, atMs: closeMs, rows: lookbackRows });
    const fresh = prepareWindow(instances, timeframe, candles);
    kept.set(key, { closeMs, prepared: fresh });
    return fresh;
  };
  return {
    async analyse(symbol, { atMs, held }) {
      const windows: Material['windows'][number][] = [];
      for (const timeframe of timeframesAt(trader, atMs)) {
        windows.push({ timeframe, prepared: await prepared(symbol, timeframe, atMs) });
      }
      const others: Other[] = [];
      for (const other of held) {
        if (other === symbol) continue;
        others.push({ symbol: other, candles: (await prepared(other, RISK_TIMEFRAME, atMs)).candles });
      }
      const { candles } = await prepared(symbol, RISK_TIMEFRAME, atMs);
      const risk = riskColumns(candles, risks.get(symbol));
      risks.set(symbol, risk);
      return analyseWindows({ atMs, instances, lookbackRows, windows, risk, others });
    },
    async trails(symbol, atMs, named) {
      const levels: number[] = [];
      for (const { id, timeframe } of instances) {
        if (!named.includes(id)) continue;
        const { columns } = await prepared(symbol, timeframe, atMs);
        levels.push(columns.get(id)?.trail?.at(-1) ?? Number.NaN);
      }
      return levels;
    },
  };
}

/** The timeframes whose candle closes at a tick, 4h always: risk is measured there. Shortest first. */
function timeframesAt({ instances }: Trader, atMs: EpochMs): readonly Timeframe[] {
  const used = new Set<Timeframe>([RISK_TIMEFRAME, ...instances.map(({ timeframe }) => timeframe)]);
  return [...used]
    .filter((timeframe) => timeframe === RISK_TIMEFRAME || atMs % timeframeMs[timeframe] === 0)
    .sort((a, b) => timeframeMs[a] - timeframeMs[b]);
}
