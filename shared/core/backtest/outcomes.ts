import { meanPerDeviation, momentsOf, sumOf } from './moments.ts';

/** What results are like: of positions in USD or in R, or the returns of bars. Null where it cannot be said. */
export interface Outcomes {
  readonly wins: number;
  readonly losses: number;
  /** Part of all results that won; one of 0 is neither won nor lost. */
  readonly winRate: number | null;
  /** What was won for each unit that was lost; null without losses. */
  readonly profitFactor: number | null;
  /** The average win over the average loss. */
  readonly payoff: number | null;
  /** The average result. */
  readonly expectancy: number | null;
  /** √n · mean / deviation. @see Tharp, Trade Your Way to Financial Freedom (1998) */
  readonly systemQuality: number | null;
}

/** Figures of results, in whatever unit they are. */
export function outcomesOf(results: Float64Array): Outcomes {
  const gains = results.filter((result) => result > 0);
  const losses = results.filter((result) => result < 0);
  const [won, lost] = [sumOf(gains), -sumOf(losses)];
  const hasLosses = losses.length > 0;
  return {
    wins: gains.length,
    losses: losses.length,
    winRate: results.length === 0 ? null : gains.length / results.length,
    profitFactor: hasLosses ? won / lost : null,
    payoff: hasLosses && gains.length > 0 ? won / gains.length / (lost / losses.length) : null,
    ...averagesOf(results),
  };
}

function averagesOf(results: Float64Array): Pick<Outcomes, 'expectancy' | 'systemQuality'> {
  if (results.length === 0) return { expectancy: null, systemQuality: null };
  const moments = momentsOf(results);
  const quality = meanPerDeviation(moments);
  return { expectancy: moments.mean, systemQuality: quality && quality * Math.sqrt(moments.count) };
}
