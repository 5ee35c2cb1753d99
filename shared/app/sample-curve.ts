import { numberOf, type Units } from '../core/decimal.ts';
import type { EquityPoint } from '../core/execution/equity-curve.ts';
import type { EpochMs } from '../core/market/timeframes.ts';
import type { StateStore } from '../ports/state-store.ts';
import { curveReader, equityPages, flowAfter, readToBegin } from './history.ts';

/** An account's equity over a span on an even grid, and what of it is known exactly. */
interface SampledCurve {
  readonly firstMs: EpochMs;
  readonly growth: Float64Array;
  readonly invested: Float64Array;
  /** The start of the span and each of its marks. */
  readonly marked: { readonly atMs: Float64Array; readonly growth: Float64Array };
  /** Marks of the span. */
  readonly marks: number;
  /** Equity as the span begins and as it ends: at the last mark by then, and the capital that was moved since. */
  readonly first: Units;
  readonly last: Units;
  /** Capital that was moved in between. */
  readonly flow: Units;
}

/** How far to look: marks and the grid up to one instant, capital that was moved up to another, both included. */
interface Until {
  readonly toMs: EpochMs;
  readonly movedToMs: EpochMs;
}

/**
 * Puts an account's marks on a grid. Marks are written while something is open, one an exec candle, and none while
 * nothing is: so each point of the grid has the last mark at or before it, and the last point the newest one. What a
 * span begins with is the mark at `fromMs` or the last one before it: spans that meet there multiply to the whole.
 * @returns a function that samples so far; called again it reads what came since
 */
export async function curveSampler(
  store: StateStore,
  account: string,
  { fromMs, stepMs }: { readonly fromMs: EpochMs; readonly stepMs: number },
): Promise<(until: Until) => Promise<SampledCurve>> {
  const firstMs = Math.floor(fromMs / stepMs) * stepMs;
  const reader = await curveReader(store, account);
  let start = reader.curve.point;
  let movedBefore = 0n;
  let flow = 0n;
  const marks: Pick<EquityPoint, 'atMs' | 'growth'>[] = [];
  const points: EquityPoint[] = [];
  const filled = (known: EquityPoint[], current: EquityPoint, endMs: EpochMs) => {
    while (firstMs + known.length * stepMs < endMs) known.push(current);
    return known;
  };
  return async ({ toMs, movedToMs }) => {
    if (marks.length === 0) {
      movedBefore = await readToBegin(store, reader, fromMs);
      start = reader.curve.point;
    }
    let current = reader.curve.point;
    for await (const page of equityPages(store, reader, toMs)) {
      for (const point of page) {
        filled(points, current, point.atMs);
        current = point;
        flow += point.flow;
        marks.push({ atMs: point.atMs, growth: point.growth });
      }
    }
    const movedAfter = await flowAfter(store, reader, movedToMs);
    // The end of the grid is what is known now: the next mark may lie before its last point.
    const grid = filled([...points], current, toMs + stepMs);
    const marked = [{ atMs: fromMs, growth: start.growth }, ...marks];
    return {
      firstMs,
      growth: Float64Array.from(grid, ({ growth }) => growth / start.growth),
      invested: Float64Array.from(grid, investedPart),
      marked: {
        atMs: Float64Array.from(marked, ({ atMs }) => atMs),
        growth: Float64Array.from(marked, ({ growth }) => growth / start.growth),
      },
      marks: marks.length,
      first: start.equity + movedBefore,
      last: current.equity + movedAfter,
      flow: flow - movedBefore + movedAfter,
    };
  };
}

function investedPart({ equity, cash }: EquityPoint): number {
  return equity > 0n ? numberOf(equity - cash) / numberOf(equity) : 0;
}
