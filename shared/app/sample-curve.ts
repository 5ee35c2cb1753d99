import { numberOf, type Units } from '../core/decimal.ts';
import type { EquityPoint } from '../core/execution/equity-curve.ts';
import type { EpochMs } from '../core/market/timeframes.ts';
import type { StateStore } from '../ports/state-store.ts';
import { curveReader, equityPages } from './history.ts';
import type { Span } from './results.ts';

/** An account's equity over a span on an even grid, and what of it is known exactly. */
interface SampledCurve {
  readonly firstMs: EpochMs;
  readonly growth: Float64Array;
  readonly invested: Float64Array;
  /** The start of the span and each of its marks. */
  readonly marked: { readonly atMs: Float64Array; readonly growth: Float64Array };
  /** Marks of the span. */
  readonly marks: number;
  /** Equity as the span begins, and at its last mark. */
  readonly first: Units;
  readonly last: Units;
  /** Capital that was moved in between. */
  readonly flow: Units;
}

/**
 * Puts an account's marks on a grid. Marks are written while something is open, one an exec candle, and none while
 * nothing is: so each point of the grid has the last mark at or before it, and the last point the newest one.
 */
export async function sampleCurve(
  store: StateStore,
  account: string,
  { fromMs, toMs, stepMs }: Span & { readonly stepMs: number },
): Promise<SampledCurve> {
  const firstMs = Math.floor(fromMs / stepMs) * stepMs;
  const reader = await curveReader(store, account);
  let current: EquityPoint = reader.curve.point;
  let start = current;
  let flow = 0n;
  const marks: { readonly atMs: EpochMs; readonly growth: number }[] = [];
  const points: EquityPoint[] = [];
  const fillBefore = (endMs: EpochMs) => {
    while (firstMs + points.length * stepMs < endMs) points.push(current);
  };
  for await (const page of equityPages(store, reader, toMs)) {
    for (const point of page) {
      fillBefore(point.atMs);
      current = point;
      if (point.atMs <= fromMs) {
        start = point;
        continue;
      }
      flow += point.flow;
      marks.push({ atMs: point.atMs, growth: point.growth });
    }
  }
  fillBefore(toMs + stepMs);
  const marked = [{ atMs: fromMs, growth: start.growth }, ...marks];
  return {
    firstMs,
    growth: Float64Array.from(points, ({ growth }) => growth / start.growth),
    invested: Float64Array.from(points, investedPart),
    marked: {
      atMs: Float64Array.from(marked, ({ atMs }) => atMs),
      growth: Float64Array.from(marked, ({ growth }) => growth / start.growth),
    },
    marks: marks.length,
    first: start.equity,
    last: current.equity,
    flow,
  };
}

function investedPart({ equity, cash }: EquityPoint): number {
  return equity > 0n ? numberOf(equity - cash) / numberOf(equity) : 0;
}
