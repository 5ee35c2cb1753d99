import { type DecimalText, numberOf, textOf, type Units, unitsOfNumber } from '../decimal.ts';
import type { Tally } from '../decision/tally.ts';
import type { EpochMs } from '../market/timeframes.ts';
import type { Breaker } from '../risk/breakers.ts';
import { type Performance, performanceOf } from '../risk/performances.ts';
import { averagePrices, netProfit, type Position } from './position.ts';

/** A closed position as reports show it; amounts as decimal text, USD and base currency. */
interface PositionReport {
  readonly symbol: string;
  readonly entryMs: EpochMs;
  readonly entryPrice: DecimalText;
  readonly quantity: DecimalText;
  readonly exitMs: EpochMs;
  readonly exitPrice: DecimalText;
  readonly reason: string;
  readonly entryFee: DecimalText;
  readonly exitFee: DecimalText;
  readonly netProfit: DecimalText;
  readonly supporters: readonly string[];
}

/** A position that is still held. It is no win and no loss yet. */
interface OpenPositionReport {
  readonly symbol: string;
  readonly entryMs: EpochMs;
  readonly entryPrice: DecimalText;
  readonly quantity: DecimalText;
  readonly entryFee: DecimalText;
  readonly stop: DecimalText;
  readonly supporters: readonly string[];
}

/** What an account did over a span. */
export interface AccountReport {
  readonly positions: readonly PositionReport[];
  readonly open: readonly OpenPositionReport[];
  readonly equityFinal: DecimalText;
  /** Closed positions by the reason of their exit. */
  readonly reasons: Readonly<Record<string, number>>;
  /** Entries refused, by the first code that forbade them. */
  readonly rejects: Readonly<Record<string, number>>;
  /** The same, by every code that forbade them. */
  readonly forbidden: Readonly<Record<string, number>>;
  /** Gates that had nothing to judge by. */
  readonly notEvaluable: Readonly<Record<string, number>>;
  readonly notes: Readonly<Record<string, number>>;
  /** Breakers that hold until a person resets them, oldest first: since then nothing was entered. */
  readonly halted: readonly { readonly scope: string; readonly atMs: EpochMs }[];
  readonly performance: readonly Performance[];
  readonly feesPaid: DecimalText;
}

/** What a report is made of. */
export interface ReportInput {
  readonly closed: readonly Position[];
  readonly open: readonly Position[];
  readonly equityFinal: Units;
  readonly tally: Tally;
  readonly breakers: readonly Breaker[];
}

/** Positions in the order of their entries, and sums over them. */
export function accountReport(input: ReportInput): AccountReport {
  const { closed, open, equityFinal, tally, breakers } = input;
  const reasons: Record<string, number> = {};
  for (const { exit } of closed) {
    const reason = exit?.reason ?? 'STOP';
    reasons[reason] = (reasons[reason] ?? 0) + 1;
  }
  const fees = [...closed, ...open].reduce((sum, { entryFee, exitFee }) => sum + entryFee + exitFee, 0n);
  return {
    positions: [...closed].sort(byEntry).map(positionReport),
    open: [...open].sort(byEntry).map(openReport),
    equityFinal: textOf(equityFinal),
    reasons: byKey(reasons),
    rejects: byKey(tally.rejects),
    forbidden: byKey(tally.forbidden),
    notEvaluable: byKey(tally.notEvaluable),
    notes: byKey(tally.notes),
    halted: breakers
      .filter(({ state, untilMs }) => state === 'tripped' && untilMs === null)
      .map(({ scope, atMs }) => ({ scope, atMs }))
      .sort((a, b) => a.atMs - b.atMs || (a.scope < b.scope ? -1 : 1)),
    performance: performanceOf(closed),
    feesPaid: textOf(fees),
  };
}

function byEntry(a: Position, b: Position): number {
  return a.entryMs - b.entryMs || (a.plan.symbol < b.plan.symbol ? -1 : 1);
}

function byKey(counts: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(counts).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function positionReport(position: Position): PositionReport {
  const prices = averagePrices(position);
  return {
    symbol: position.plan.symbol,
    entryMs: position.entryMs,
    entryPrice: textOf(prices.entry),
    quantity: textOf(position.entryQuantity),
    exitMs: position.exitMs ?? position.entryMs,
    exitPrice: textOf(prices.exit ?? 0n),
    reason: position.exit?.reason ?? 'STOP',
    entryFee: textOf(position.entryFee),
    exitFee: textOf(position.exitFee),
    netProfit: textOf(netProfit(position)),
    supporters: position.plan.supporters.map(({ instance }) => instance),
  };
}

function openReport(position: Position): OpenPositionReport {
  return {
    symbol: position.plan.symbol,
    entryMs: position.entryMs,
    entryPrice: textOf(averagePrices(position).entry),
    quantity: textOf(position.quantity),
    entryFee: textOf(position.entryFee),
    stop: textOf(unitsOfNumber(position.stop)),
    supporters: position.plan.supporters.map(({ instance }) => instance),
  };
}

/** Growth from capital to equity, as a fraction. */
export function growth(capital: number, equityFinal: Units): number {
  return numberOf(equityFinal) / capital - 1;
}
