import { describe, expect, it } from 'vitest';
import { curveFigures, feesOf, positionFigures, STEP_MS } from '../../../shared/core/backtest/performance.ts';
import { DAY_MS } from '../../../shared/core/market/timeframes.ts';
import { closedAt } from '../../helpers/closed.ts';

const START_MS = Date.UTC(2025, 0);
/** Days of an equity that grows by `gain` in the middle of the first day and stays there. */
const risen = (days: number, gain: number) => {
  const growth = new Float64Array((days * DAY_MS) / STEP_MS + 1).fill(1 + gain);
  growth[0] = 1;
  const marked = {
    atMs: Float64Array.of(START_MS, START_MS + STEP_MS),
    growth: Float64Array.of(1, 1 + gain),
  };
  return { growth, invested: growth.map((_, i) => [0.3, 0.6][i] ?? 0), marked };
};

describe('figures of an account', () => {
  it('of a year are given from 90 days on', () => {
    const short = curveFigures(risen(89, 0.1));
    const none = { cagr: null, volatility: null, sharpe: null, sortino: null, calmar: null };
    expect(short).toMatchObject({ ...none, drawdown: null });
    expect(short.totalReturn).toBeCloseTo(0.1, 12);
    const long = curveFigures(risen(365, 0.1));
    expect(long.cagr).toBeCloseTo(0.1, 12);
    // One step of 0.1 in 2190: mean 0.1 / n, deviation 0.1 / √n; times √n the ratio is 1.
    expect(long.sharpe).toBeCloseTo(1, 9);
    expect(long).toMatchObject({ sortino: null, calmar: null });
  });

  it('say nothing of an account without a step', () => {
    const still = { growth: Float64Array.of(1), invested: Float64Array.of(0) };
    const marked = { atMs: Float64Array.of(START_MS), growth: Float64Array.of(1) };
    const found = curveFigures({ ...still, marked });
    expect(new Set(Object.values(found))).toEqual(new Set([null]));
  });

  it('know how much was invested on average', () => {
    // 0.6 at one of the six points that end a step of the day; what it began with is of the time before.
    expect(curveFigures(risen(1, 0)).exposure).toBeCloseTo(0.1, 12);
  });

  it('fall as deep as any mark, between the points of the grid too', () => {
    const atMs = Float64Array.of(START_MS, START_MS + 60_000, START_MS + 120_000, START_MS + STEP_MS);
    const marked = { atMs, growth: Float64Array.of(1, 1.25, 0.75, 1) };
    const found = curveFigures({ ...risen(365, -0.1), marked });
    expect(found.drawdown).toEqual({
      deepest: -0.4,
      peakMs: START_MS + 60_000,
      troughMs: START_MS + 120_000,
      recoveryMs: null,
      underwaterDays: 365,
    });
    // −10 % in the year, over 40 %.
    expect(found.calmar).toBeCloseTo(-0.25, 9);
  });

  it('count positions after their fees', () => {
    // Net 0.996 × 110 − 100.4 = 9.16 and 0.996 × 95 − 100.4 = −5.78; an R is 3.
    const closed = [closedAt(110), closedAt(95)];
    const found = positionFigures(closed);
    expect(found).toMatchObject({ closed: 2, wins: 1, losses: 1, winRate: 0.5 });
    expect(found.profitFactor).toBeCloseTo(9.16 / 5.78, 12);
    expect(found.expectancy).toBeCloseTo(1.69, 12);
    expect(found.expectancyR).toBeCloseTo(1.69 / 3, 9);
    // 0.4 % of 100 twice, of 110 and of 95.
    expect(feesOf(closed)).toBe('1.62');
  });
});
