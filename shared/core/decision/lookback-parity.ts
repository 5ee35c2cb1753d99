import { ceilToTick } from '../execution/levels.ts';
import { type Candles, sliceCandles } from '../market/candles.ts';
import { type EpochMs, type Timeframe, timeframeMs } from '../market/timeframes.ts';
import type { Signals } from '../strategies/strategy.ts';
import { nearestText, ratio } from './figures.ts';
import { lookbackFault, untradedBefore } from './lookback.ts';
import { riskColumns } from './measures.ts';
import { readRegime } from './regime.ts';

/** What a decision reads of a bar: figures and texts by their name, null for what has no value. */
type Reading = Readonly<Record<string, string | number | null>>;

/** A figure that the last candles say otherwise than all of them. */
export interface LookbackDifference {
  /** Close of the newest candle. */
  readonly atMs: EpochMs;
  readonly column: string;
  /** What a decision sees, which looks back so far and no farther. */
  readonly window: string | number | null;
  /** What the engine sees, which computes columns once. */
  readonly whole: string | number | null;
}

/** Candles, and the rows of them at which a decision could rest on its lookback. */
export interface LookbackRows {
  readonly candles: Candles;
  readonly timeframe: Timeframe;
  /** Rows that a decision sees. */
  readonly lookbackRows: number;
  readonly rows: readonly number[];
  /** Rows of the span whose lookback is not complete: nothing is decided on them. */
  readonly incomplete: number;
}

/** Finds the rows that close within a span, its ends included. */
export function lookbackRowsOf(
  candles: Candles,
  {
    timeframe,
    fromMs,
    toMs,
    rows: lookbackRows,
  }: {
    readonly timeframe: Timeframe;
    readonly fromMs: EpochMs;
    readonly toMs: EpochMs;
    readonly rows: number;
  },
): LookbackRows {
  const untraded = untradedBefore(candles);
  const closeMs = (row: number) => candles.openMs[row]! + timeframeMs[timeframe];
  const within = [...candles.openMs.keys()].filter((row) => closeMs(row) >= fromMs && closeMs(row) <= toMs);
  const rows = within.filter(
    (row) =>
      lookbackFault(candles, untraded, { row, timeframe, atMs: closeMs(row), rows: lookbackRows }) === null,
  );
  return { candles, timeframe, lookbackRows, rows, incomplete: within.length - rows.length };
}

/**
 * Compares what a strategy says over the last rows that end at a bar with what it says over all of them, at every such
 * bar: vote, exit, strength, and its levels on the tick.
 *
 * @param prepare columns of some candles, such as those of a strategy with its parameters
 * @param onRow told before each bar how many are done
 */
export function compareColumns(
  looked: LookbackRows,
  {
    prepare,
    tickDecimals,
  }: { readonly prepare: (candles: Candles) => Signals; readonly tickDecimals: number },
  onRow?: (done: number) => void,
): readonly LookbackDifference[] {
  const columns = prepare(looked.candles);
  return compareRows(looked, {
    whole: (row) => columnsAt(columns, row, tickDecimals),
    window: (candles) => columnsAt(prepare(candles), candles.openMs.length - 1, tickDecimals),
    onRow,
  });
}

/** The same of the regime, on the candles that it is read from: which one, and its z to six places. */
export function compareRegimes(
  looked: LookbackRows,
  onRow?: (done: number) => void,
): readonly LookbackDifference[] {
  const { close } = looked.candles;
  const { adx, memo } = riskColumns(looked.candles);
  return compareRows(looked, {
    whole: (row) => {
      const firstRow = row + 1 - looked.lookbackRows;
      const { regime, z } = readRegime({ close, adx, row, firstRow, memo });
      return { regime, z: ratio(z) };
    },
    window: (candles) => {
      const row = candles.openMs.length - 1;
      const { regime, z } = readRegime({
        close: candles.close,
        adx: riskColumns(candles).adx,
        row,
        firstRow: 0,
      });
      return { regime, z: ratio(z) };
    },
    onRow,
  });
}

interface Sides {
  readonly whole: (row: number) => Reading;
  readonly window: (candles: Candles) => Reading;
  readonly onRow: ((done: number) => void) | undefined;
}

function compareRows(
  { candles, timeframe, lookbackRows, rows }: LookbackRows,
  { whole, window, onRow }: Sides,
): readonly LookbackDifference[] {
  return rows.flatMap((row, done) => {
    onRow?.(done);
    const all = whole(row);
    const last = window(sliceCandles(candles, row + 1 - lookbackRows, row + 1));
    const atMs = candles.openMs[row]! + timeframeMs[timeframe];
    return Object.keys(all)
      .filter((column) => all[column] !== last[column])
      .map((column) => ({ atMs, column, window: last[column] ?? null, whole: all[column] ?? null }));
  });
}

/** Stops on the tick as orders have them; a target is a price that a close reaches, and is rounded to the nearest. */
function columnsAt(columns: Signals, row: number, tickDecimals: number): Reading {
  const { vote, exit, strength, stop, trail, target } = columns;
  const level = (value: number | undefined) =>
    value === undefined || !Number.isFinite(value) ? null : ceilToTick(value, tickDecimals);
  const goal = target?.[row];
  return {
    vote: vote[row]!,
    exit: exit[row]!,
    strength: ratio(strength?.[row] ?? 1),
    stop: level(stop[row]),
    trail: level(trail?.[row]),
    target: goal === undefined || !Number.isFinite(goal) ? null : nearestText(goal, tickDecimals),
  };
}
