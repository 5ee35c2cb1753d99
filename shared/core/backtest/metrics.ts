import { assert } from '../assert.ts';
import { drawdownOf } from './drawdown.ts';
import { meanPerDeviation, momentsOf, quantileOf, sumOf } from './moments.ts';
import { outcomesOf } from './outcomes.ts';

/** The tail that value at risk looks at. */
const TAIL = 0.05;

/** Figures of a run. Returns and depths are fractions; null where a figure cannot be said. */
export interface RunFigures {
  readonly totalReturn: number;
  /** The constant growth of a year that gives the same. */
  readonly cagr: number;
  /** Standard deviation of a year. */
  readonly volatility: number;
  /** Mean over deviation, of a year, with a riskless rate of 0; null when nothing varies. */
  readonly sharpe: number | null;
  readonly sharpePerBar: number | null;
  /** The same over the downside alone; null without a loss. */
  readonly sortino: number | null;
  /** Root of the mean square of the losses, gains counted as 0, of a year. */
  readonly downsideRisk: number;
  /** Growth of a year over the deepest drawdown; null without one. */
  readonly calmar: number | null;
  readonly drawdownMax: number;
  /** Most bars in a row below the peak before them. */
  readonly underwaterBarsMost: number;
  readonly ulcerIndex: number;
  /** Of the bars: what they gained for each unit that others lost. With a threshold of 0 it is also called omega. */
  readonly profitFactor: number | null;
  /** Of the bars that gained or lost anything. */
  readonly winRate: number | null;
  readonly payoff: number | null;
  /** Kelly's f* of those bars. */
  readonly kelly: number | null;
  /** The 95 % quantile over the size of the 5 % quantile; null when that is 0. */
  readonly tailRatio: number | null;
  /** The 5 % quantile of the returns, and their mean up to there. */
  readonly valueAtRisk: number;
  readonly expectedShortfall: number;
  readonly skew: number | null;
  readonly kurtosis: number | null;
}

/**
 * Figures of the returns of a run.
 * @param returns of each bar, fractions above −1, oldest first, at least one
 * @param barsPerYear markets never close: 2190 of 4h, 365 of a day
 * @see spec: accounting of backtests; the conventions of empyrical and quantstats where these agree with it
 */
export function runFigures(returns: Float64Array, barsPerYear: number): RunFigures {
  assert(returns.length > 0, 'figures of no return');
  const moments = momentsOf(returns);
  const year = Math.sqrt(barsPerYear);
  const curve = growthCurve(returns);
  const { deepest, underwaterMost, ulcerIndex } = drawdownOf(curve);
  const growth = curve.at(-1)!;
  const cagr = growthOfYear(growth, returns.length / barsPerYear);
  const sharpePerBar = meanPerDeviation(moments);
  const downsideRisk = Math.sqrt(sumOf(returns.map((one) => Math.min(one, 0) ** 2)) / returns.length) * year;
  const { winRate, profitFactor, payoff } = outcomesOf(returns.filter((one) => one !== 0));
  return {
    totalReturn: growth - 1,
    cagr,
    volatility: moments.deviation * year,
    sharpe: sharpePerBar && sharpePerBar * year,
    sharpePerBar,
    sortino: downsideRisk === 0 ? null : (moments.mean * barsPerYear) / downsideRisk,
    downsideRisk,
    calmar: deepest === 0 ? null : cagr / -deepest,
    drawdownMax: deepest,
    underwaterBarsMost: underwaterMost,
    ulcerIndex,
    profitFactor,
    winRate,
    payoff,
    kelly: winRate === null || payoff === null ? null : winRate - (1 - winRate) / payoff,
    ...tailsOf(returns),
    skew: moments.skew,
    kurtosis: moments.kurtosis,
  };
}

/** The constant growth of a year, a fraction, that makes 1 into `growth`. */
export function growthOfYear(growth: number, years: number): number {
  return growth ** (1 / years) - 1;
}

/** What 1 becomes: one point more than there are returns, for it includes its start. */
function growthCurve(returns: Float64Array): Float64Array {
  const curve = new Float64Array(returns.length + 1).fill(1);
  returns.forEach((one, i) => {
    curve[i + 1] = curve[i]! * (1 + one);
  });
  return curve;
}

function tailsOf(returns: Float64Array): Pick<RunFigures, 'tailRatio' | 'valueAtRisk' | 'expectedShortfall'> {
  const sorted = returns.toSorted();
  const valueAtRisk = quantileOf(sorted, TAIL);
  const worst = sorted.subarray(0, Math.floor((sorted.length - 1) * TAIL) + 1);
  return {
    tailRatio: valueAtRisk === 0 ? null : Math.abs(quantileOf(sorted, 1 - TAIL) / valueAtRisk),
    valueAtRisk,
    expectedShortfall: sumOf(worst) / worst.length,
  };
}
