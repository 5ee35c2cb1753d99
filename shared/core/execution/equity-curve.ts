import { numberOf, type Units } from '../decimal.ts';
import type { EpochMs } from '../market/timeframes.ts';
import type { BookedFill, Mark } from './books.ts';
import { cashAfter } from './ledger.ts';

/** Capital that was added (above 0) or taken out. */
export interface Flow {
  /** Tells it from another of the same instant. */
  readonly id: string;
  readonly atMs: EpochMs;
  readonly amount: Units;
}

/** A mark of the equity, and how the account has done by then. */
export interface EquityPoint extends Mark {
  /** Capital added, or taken out (below 0), since the mark before. */
  readonly flow: Units;
  /** What 1 USD at the beginning has become: capital that was moved is neither gain nor loss. */
  readonly growth: number;
  /** Fall of that growth from its peak so far, a fraction, 0 or below. */
  readonly drawdown: number;
}

/** Where a curve stands between two marks. */
export interface Curve {
  readonly point: EquityPoint;
  readonly peak: number;
  /** Flows of the point's very instant that were in its cash already. */
  readonly counted: ReadonlySet<string>;
}

/** A curve that begins with an account's first capital, which is its first peak. */
export function newCurve(capital: Units, atMs: EpochMs): Curve {
  const point = { atMs, equity: capital, cash: capital, flow: 0n, growth: 1, drawdown: 0 };
  return { point, peak: 1, counted: new Set() };
}

/**
 * Carries a curve to the next mark. Between two marks nothing else was worth anything, or one exec candle passed: flows
 * count as if they had come right after the mark before.
 * @param fills @param flows those from the instant of the last mark on, to that of the next one, by time
 */
export function nextPoint(
  curve: Curve,
  mark: Mark,
  { fills, flows }: { readonly fills: readonly BookedFill[]; readonly flows: readonly Flow[] },
): Curve {
  const { point: last, peak } = curve;
  const between = fills.filter((fill) => isAfter(fill, last.atMs) && !isAfter(fill, mark.atMs));
  let cash = between.reduce((sum, { side, cost, fee }) => cashAfter(sum, side, { cost, fee }), last.cash);
  let flow = 0n;
  const taken = new Set<string>();
  for (const one of flows) {
    const { id, atMs, amount } = one;
    if (!isPending(curve, one) || atMs > mark.atMs) continue;
    // Asked for at the very instant of the mark, it came before or after it: the cash of the mark tells.
    if (atMs === mark.atMs && cash === mark.cash) continue;
    if (atMs === mark.atMs) taken.add(id);
    cash += amount;
    flow += amount;
  }
  const base = numberOf(last.equity + flow);
  const growth = base > 0 ? last.growth * (numberOf(mark.equity) / base) : last.growth;
  const next = Math.max(peak, growth);
  const drawdown = growth / next - 1;
  return { point: { ...mark, flow, growth, drawdown }, peak: next, counted: taken };
}

/** Whether a flow came after the newest mark, so that none has it yet. */
export function isPending({ point, counted }: Curve, { id, atMs }: Flow): boolean {
  return atMs > point.atMs || (atMs === point.atMs && !counted.has(id));
}

/** Whether a fill came after the mark of an instant: what fills inside a candle comes before the mark at its end. */
function isAfter({ atMs, step }: BookedFill, markedMs: EpochMs): boolean {
  return atMs > markedMs || (atMs === markedMs && step === 'OPEN');
}
