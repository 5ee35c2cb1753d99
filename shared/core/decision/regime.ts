import { assert } from '../assert.ts';
import { standardise } from './standardise.ts';
import { hurst } from './whittle.ts';

/** The states of a market that strategies are weighted by. */
export const regimes = ['STRONG_TREND', 'WEAK_TREND', 'MEAN_REVERTING', 'RANDOM_WALK'] as const;

export type Regime = (typeof regimes)[number];

/** What a market is taken for, with the measures that say so. All are finite. */
export interface RegimeReading {
  readonly regime: Regime;
  /** 0.5 where it cannot be told: too few returns, or none that moves. */
  readonly hurst: number;
  /** Standard deviations of `hurst` from 0.5, as a market without memory would scatter. */
  readonly z: number;
  /** ADX(14) of the newest candle, 0 to 100; 0 while it has none. */
  readonly adx: number;
  /** 0 to 1, for the screen only: how far beyond their thresholds z and ADX are; 0 in RANDOM_WALK. */
  readonly confidence: number;
}

/** Columns of a market on the risk timeframe, and the rows of them that may be seen. */
interface RegimeInput {
  /** Positive and finite. */
  readonly close: Float64Array;
  /** ADX(14), NaN where it has no value. */
  readonly adx: Float64Array;
  readonly row: number;
  readonly firstRow: number;
  /** z by row, NaN where not yet computed. Filled in where z does not depend on `firstRow`. */
  readonly memo?: Float64Array;
}

const RETURNS_MAX = 499;
const RETURNS_MIN = 200;
/** Standard deviation of the estimate without memory, times √n, as measured on 499 returns. */
const DEVIATION = 0.642;

const Z_ENTER = 2;
const Z_KEEP = 1.5;
const ADX_STRONG = 25;
const ADX_WEAK = 20;
/** Rows over which a regime is carried on, the newest included; before them is RANDOM_WALK. */
const MEMORY_ROWS = 42;

/**
 * The regime at a row, from nothing but rows `firstRow` to `row`.
 *
 * A trend (z ≥ 2 and ADX > 20) is kept while z ≥ 1.5, mean reversion (z ≤ −2 and ADX < 20) while z ≤ −1.5.
 * All else is a random walk, and so is a market of fewer than 200 returns.
 *
 * @see test/core/decision/false-alarms.test.ts: a market without memory has z ≥ 2 or z ≤ −2 in one case of 25
 */
export function readRegime(input: RegimeInput): RegimeReading {
  const { row, firstRow } = input;
  assert(
    firstRow >= 0 && firstRow <= row && row < input.close.length,
    `regime of rows ${firstRow} to ${row}`,
  );
  const z = zAt(input, row);
  const adx = input.adx[row]!;
  const regime = regimeAt(input, z);
  return {
    regime,
    hurst: 0.5 + z * deviationOf(returnsAt(input, row)),
    z,
    adx: Number.isFinite(adx) ? adx : 0,
    confidence: confidenceOf(regime, z, adx),
  };
}

/** Looks back only while the answer depends on the past: as long as z stays on its side without entering it. */
function regimeAt(input: RegimeInput, z: number): Regime {
  const side = sideOf(z);
  if (side === 0) return 'RANDOM_WALK';
  const oldest = input.row - MEMORY_ROWS + 1; // before the window z is 0, which ends the search too
  let past = z;
  for (let row = input.row; sideOf(past) === side; row--) {
    if (isEntered(past, input.adx[row]!)) return regimeOf(side, input.adx[input.row]!);
    if (row === oldest) break;
    past = zAt(input, row - 1);
  }
  return 'RANDOM_WALK';
}

/** 1 where a trend would be kept, −1 where mean reversion would, 0 where neither. */
function sideOf(z: number): number {
  return z >= Z_KEEP ? 1 : z <= -Z_KEEP ? -1 : 0;
}

function isEntered(z: number, adx: number): boolean {
  return (z >= Z_ENTER && adx > ADX_WEAK) || (z <= -Z_ENTER && adx < ADX_WEAK);
}

function regimeOf(side: number, adx: number): Regime {
  if (side < 0) return 'MEAN_REVERTING';
  return adx > ADX_STRONG ? 'STRONG_TREND' : 'WEAK_TREND';
}

function returnsAt({ firstRow }: RegimeInput, row: number): number {
  return Math.min(RETURNS_MAX, row - firstRow);
}

function deviationOf(returns: number): number {
  return DEVIATION / Math.sqrt(Math.max(returns, RETURNS_MIN));
}

function zAt(input: RegimeInput, row: number): number {
  const count = returnsAt(input, row);
  if (count < RETURNS_MIN) return 0;
  const memo = count === RETURNS_MAX ? input.memo : undefined;
  const known = memo?.[row] ?? Number.NaN;
  if (!Number.isNaN(known)) return known;
  const steady = standardise(returnsBefore(input.close, row, count));
  const z = steady === null ? 0 : (hurst(steady) - 0.5) / deviationOf(count);
  if (memo !== undefined) memo[row] = z;
  return z;
}

/** The last `count` logarithmic returns up to the close of a row. */
function returnsBefore(close: Float64Array, row: number, count: number): Float64Array {
  const returns = new Float64Array(count);
  const first = row - count + 1;
  for (let i = 0; i < count; i++) returns[i] = Math.log(close[first + i]! / close[first + i - 1]!);
  return returns;
}

function confidenceOf(regime: Regime, z: number, adx: number): number {
  if (regime === 'RANDOM_WALK') return 0;
  const threshold = regime === 'STRONG_TREND' ? ADX_STRONG : ADX_WEAK;
  return clampShare((Math.abs(z) - Z_ENTER) / 2) / 2 + clampShare(Math.abs(adx - threshold) / 25) / 2;
}

/** A share between 0 and 1; 0 for what is missing. */
function clampShare(value: number): number {
  return value > 0 ? Math.min(1, value) : 0;
}
