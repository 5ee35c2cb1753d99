import { numberOf, textOf, type Units } from '../decimal.ts';
import { netProfit, type Position } from '../execution/position.ts';
import { DAY_MS, type EpochMs, timeframeMs } from '../market/timeframes.ts';
import { netR } from '../risk/standing.ts';
import { drawdownOf } from './drawdown.ts';
import { type RunFigures, runFigures } from './metrics.ts';
import { sumOf } from './moments.ts';
import { outcomesOf } from './outcomes.ts';

/** Equity is looked at on this grid, on which everything decides. */
export const STEP_MS = timeframeMs['4h'];
const YEAR_MS = 365 * DAY_MS;
/** A shorter run says nothing about a year: one good week would be a thousand percent. */
export const YEARLY_DAYS_MIN = 90;

/** An equity curve on the grid. */
export interface Sampled {
  /** What 1 USD became, every `STEP_MS`; its first point is the start. */
  readonly growth: Float64Array;
  /** Part of the equity that was invested at each point. */
  readonly invested: Float64Array;
  /** The same growth at the start and at every mark, between which the grid may miss the deepest fall. */
  readonly marked: { readonly atMs: Float64Array; readonly growth: Float64Array };
}

type Yearly = Pick<RunFigures, 'cagr' | 'volatility' | 'sharpe' | 'sortino' | 'calmar'>;

/** How an equity curve did. Figures of a year are null where it is too short for them; fractions all. */
export interface CurveFigures extends Readonly<Record<keyof Yearly, number | null>> {
  readonly totalReturn: number | null;
  readonly exposure: number | null;
  /** The deepest fall; null without one. */
  readonly drawdown: {
    readonly deepest: number;
    readonly peakMs: EpochMs;
    readonly troughMs: EpochMs;
    readonly recoveryMs: EpochMs | null;
    /** The longest time below a peak, on the grid. */
    readonly underwaterDays: number;
  } | null;
}

/** Figures of an equity curve: growth on the grid, the drawdown as deep as any mark. */
export function curveFigures({ growth, invested, marked }: Sampled): CurveFigures {
  const steps = growth.length - 1;
  const none = { cagr: null, volatility: null, sharpe: null, sortino: null, calmar: null };
  if (steps < 1) return { ...none, totalReturn: null, exposure: null, drawdown: null };
  const returns = growth.subarray(1).map((point, i) => (growth[i]! > 0 ? point / growth[i]! - 1 : 0));
  const figures = runFigures(returns, YEAR_MS / STEP_MS);
  const { totalReturn, cagr, volatility, sharpe, sortino } = figures;
  const drawdown = drawdownIn(marked, (figures.underwaterBarsMost * STEP_MS) / DAY_MS);
  const calmar = drawdown && cagr / -drawdown.deepest;
  const isLongEnough = steps * STEP_MS >= YEARLY_DAYS_MIN * DAY_MS;
  const yearly = isLongEnough ? { cagr, volatility, sharpe, sortino, calmar } : none;
  return { totalReturn, ...yearly, exposure: sumOf(invested.subarray(1)) / steps, drawdown };
}

function drawdownIn({ atMs, growth }: Sampled['marked'], underwaterDays: number): CurveFigures['drawdown'] {
  const { deepest, peakIndex, troughIndex, recoveryIndex } = drawdownOf(growth);
  if (deepest === 0) return null;
  return {
    deepest,
    peakMs: atMs[peakIndex]!,
    troughMs: atMs[troughIndex]!,
    recoveryMs: recoveryIndex === null ? null : atMs[recoveryIndex]!,
    underwaterDays,
  };
}

/** What closed positions were like, after fees: in USD, and in multiples of what they put at risk. */
export function positionFigures(closed: readonly Position[]) {
  const { wins, losses, winRate, profitFactor, payoff, expectancy } = outcomesOf(
    Float64Array.from(closed, (position) => numberOf(netProfit(position))),
  );
  const expectancyR = outcomesOf(Float64Array.from(closed, netR)).expectancy;
  return { closed: closed.length, wins, losses, winRate, profitFactor, payoff, expectancy, expectancyR };
}

/** Fees that positions have paid so far. */
export function feesOf(positions: readonly Position[]) {
  return textOf(positions.reduce((sum: Units, { entryFee, exitFee }) => sum + entryFee + exitFee, 0n));
}
