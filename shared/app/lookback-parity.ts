import { RISK_TIMEFRAME } from '../core/decision/lookback.ts';
import {
  compareColumns,
  compareRegimes,
  type LookbackDifference,
  type LookbackRows,
  lookbackRowsOf,
} from '../core/decision/lookback-parity.ts';
import { AppError } from '../core/errors.ts';
import { isoMinute } from '../core/market/calendar.ts';
import { type EpochMs, type Timeframe, timeframeMs } from '../core/market/timeframes.ts';
import type { Instance } from '../core/strategies/instances.ts';
import type { CandleStore } from '../ports/candle-store.ts';
import { usedTimeframes } from './lookback-coverage.ts';

/** Differences of one comparison that are named; all of them are counted. */
const NAMED_MAX = 20;

export interface LookbackParityRequest {
  readonly symbols: readonly { readonly symbol: string; readonly tickDecimals: number }[];
  readonly instances: readonly Instance[];
  readonly fromMs: EpochMs;
  readonly toMs: EpochMs;
  /** Rows that a decision sees. */
  readonly rows: number;
  /** Told now and then what is compared, and how far that is. */
  readonly onProgress?: ((what: string, done: number, all: number) => void) | undefined;
}

/** An instance, or the regime, on the candles of a symbol. */
interface LookbackComparison {
  /** Such as `turtle@4h`, or `regime@4h`. */
  readonly instance: string;
  readonly symbol: string;
  /** Candles of the whole series up to the end of the span. */
  readonly candles: number;
  /** Bars of the span that were compared. */
  readonly bars: number;
  /** Bars of the span without a complete lookback: nothing is decided there. */
  readonly incomplete: number;
  readonly differences: number;
}

export interface LookbackParity {
  readonly compared: readonly LookbackComparison[];
  /** The first twenty of each comparison. */
  readonly differences: readonly (LookbackDifference & Pick<LookbackComparison, 'instance' | 'symbol'>)[];
}

/**
 * Is what every instance says over the last rows of a bar what it says over all stored candles? So it must be, or the
 * engine, which computes columns once, decides otherwise than a tick, which sees the last rows only.
 * @throws AppError `candles-missing` when the candles of an instance are not stored, or end before the span does
 */
export async function lookbackParity(
  store: CandleStore,
  request: LookbackParityRequest,
): Promise<LookbackParity> {
  const compared: LookbackComparison[] = [];
  const differences: LookbackParity['differences'][number][] = [];
  for (const { symbol, tickDecimals } of request.symbols)
    for (const timeframe of usedTimeframes(request.instances)) {
      const looked = await readRows(store, { symbol, timeframe }, request);
      for (const { instance, compare } of comparisonsOf(request.instances, looked, tickDecimals)) {
        const found = compare((done) => tellProgress(request, `${instance} ${symbol}`, [done, looked]));
        const { candles, rows, incomplete } = looked;
        const counts = { bars: rows.length, incomplete, differences: found.length };
        compared.push({ instance, symbol, candles: candles.openMs.length, ...counts });
        differences.push(...found.slice(0, NAMED_MAX).map((one) => ({ instance, symbol, ...one })));
      }
    }
  return { compared, differences };
}

interface Comparison {
  readonly instance: string;
  readonly compare: (onRow: (done: number) => void) => readonly LookbackDifference[];
}

/** What is read from candles of a timeframe: its instances, and on 4h the regime. */
function comparisonsOf(
  instances: readonly Instance[],
  looked: LookbackRows,
  tickDecimals: number,
): readonly Comparison[] {
  const own = instances
    .filter(({ timeframe }) => timeframe === looked.timeframe)
    .map(({ id, strategy, params }): Comparison => {
      const prepare = (candles: LookbackRows['candles']) => strategy.prepare(candles, params);
      return { instance: id, compare: (onRow) => compareColumns(looked, { prepare, tickDecimals }, onRow) };
    });
  if (looked.timeframe !== RISK_TIMEFRAME) return own;
  return [
    ...own,
    { instance: `regime@${RISK_TIMEFRAME}`, compare: (onRow) => compareRegimes(looked, onRow) },
  ];
}

const PROGRESS_ROWS = 100;

function tellProgress(
  { onProgress }: LookbackParityRequest,
  what: string,
  [done, { rows }]: readonly [number, LookbackRows],
): void {
  if (done % PROGRESS_ROWS === 0) onProgress?.(what, done, rows.length);
}

/** All stored candles up to the end of the span. */
async function readRows(
  store: CandleStore,
  { symbol, timeframe }: { readonly symbol: string; readonly timeframe: Timeframe },
  { fromMs, toMs, rows }: LookbackParityRequest,
): Promise<LookbackRows> {
  const candles = await store.read(symbol, timeframe, { toMs });
  const endMs = (candles.openMs.at(-1) ?? Number.NEGATIVE_INFINITY) + timeframeMs[timeframe];
  if (endMs >= toMs) return lookbackRowsOf(candles, { timeframe, fromMs, toMs, rows });
  const reach = Number.isFinite(endMs) ? `reach to ${isoMinute(endMs)} UTC` : 'are not stored';
  throw new AppError(
    'candles-missing',
    `The ${timeframe} candles of ${symbol} ${reach}, the span to ${isoMinute(toMs)}.`,
    'Bring later ones with `hot-crypto candles import FILE` or `candles fetch`, or give an earlier --to.',
  );
}
