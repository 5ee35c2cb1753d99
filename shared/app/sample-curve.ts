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
  let [first, flow, marks] = [current.equity, 0n, 0];
  const points: EquityPoint[] = [];
  const fillBefore = (endMs: EpochMs) => {
    while (firstMs + points.length * stepMs < endMs) points.push(current);
  };
  for await (const page of equityPages(store, reader, toMs)) {
    for (const point of page) {
      fillBefore(point.atMs);
      current = point;
      if (point.atMs <= fromMs) first = point.equity;
      else [flow, marks] = [flow + point.flow, marks + 1];
    }
  }
  fillBefore(toMs + stepMs);
  const start = points[0]?.growth ?? 1;
  return {
    firstMs,
    growth: Float64Array.from(points, ({ growth }) => growth / start),
    invested: Float64Array.from(points, investedPart),
    marks,
    first,
    last: current.equity,
    flow,
  };
}

function investedPart({ equity, cash }: EquityPoint): number {
  return equity > 0n ? numberOf(equity - cash) / numberOf(equity) : 0;
}
