import { assert } from '../assert.ts';
import { type Moments, meanPerDeviation } from './moments.ts';
import { normalProbability, normalQuantile } from './normal.ts';

/** Euler's constant. */
const EULER = 0.5772156649015329;

/**
 * The probability that the true Sharpe ratio is above a threshold, given how long, skewed and fat-tailed the run was.
 * @param threshold Sharpe ratio of a bar
 * @returns null when nothing varies
 * @see Bailey and López de Prado, The Sharpe Ratio Efficient Frontier (2012): the variance is that of the estimate
 */
export function probabilisticSharpe(moments: Moments, threshold: number): number | null {
  const { count, skew, kurtosis } = moments;
  const sharpe = meanPerDeviation(moments);
  if (sharpe === null || skew === null || kurtosis === null) return null;
  const spread = Math.sqrt(1 - skew * sharpe + ((kurtosis - 1) / 4) * sharpe * sharpe);
  return normalProbability(((sharpe - threshold) * Math.sqrt(count - 1)) / spread);
}

/**
 * The best Sharpe ratio to expect of worthless configurations: what a chosen one has to beat. As the threshold of
 * `probabilisticSharpe` it gives the deflated Sharpe ratio.
 * @param trials how many configurations were tried, two or more
 * @param variance of their Sharpe ratios, in the unit of the result squared
 * @see Bailey and López de Prado, The Deflated Sharpe Ratio (2014)
 */
export function expectedBestSharpe(trials: number, variance: number): number {
  assert(trials >= 2, `the best of ${trials} trials`);
  const most =
    (1 - EULER) * normalQuantile(1 - 1 / trials) + EULER * normalQuantile(1 - 1 / (trials * Math.E));
  return Math.sqrt(variance) * most;
}

/**
 * The probability of backtest overfitting: how often the configuration that is best on one half of the blocks is no
 * better than the median on the other, over every way to halve them. Equal results count against it.
 * @param scores of each configuration on each block; a half is worth their sum
 * @see Bailey, Borwein, López de Prado and Zhu, The Probability of Backtest Overfitting (2016): CSCV, usually 16 blocks
 */
export function overfittingProbability(scores: readonly Float64Array[]): number {
  const blocks = scores[0]?.length ?? 0;
  assert(
    scores.length >= 2 && blocks >= 2 && blocks % 2 === 0,
    `${scores.length} scores of ${blocks} blocks`,
  );
  let splits = 0;
  let overfitted = 0;
  for (let half = 0; half < 2 ** blocks; half++) {
    if (bitsIn(half) !== blocks / 2) continue;
    splits++;
    if (isOverfitted(scores, half)) overfitted++;
  }
  return overfitted / splits;
}

function isOverfitted(scores: readonly Float64Array[], half: number): boolean {
  const inside = scores.map((blocks) => sumWhere(blocks, half));
  const outside = scores.map((blocks) => sumWhere(blocks, ~half));
  const chosen = outside[inside.indexOf(Math.max(...inside))]!;
  const rank = outside.filter((score) => score < chosen).length + 1;
  return rank / (scores.length + 1) <= 0.5;
}

function sumWhere(blocks: Float64Array, mask: number): number {
  return blocks.reduce((sum, score, i) => ((mask >> i) & 1 ? sum + score : sum), 0);
}

function bitsIn(mask: number): number {
  let bits = 0;
  for (let rest = mask; rest > 0; rest &= rest - 1) bits++;
  return bits;
}
