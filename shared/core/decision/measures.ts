import { adx } from '../indicators/adx.ts';
import { atr } from '../indicators/atr.ts';
import { realisedVolatility } from '../indicators/realised-volatility.ts';
import { type Candles, rowsBefore, sliceCandles } from '../market/candles.ts';
import { DAY_MS, timeframeMs } from '../market/timeframes.ts';
import { CORRELATION_RETURNS, correlation } from '../risk/correlation.ts';
import type { DecideInput } from './decide.ts';
import { RISK_ATR_PERIOD, RISK_TIMEFRAME } from './lookback.ts';
import { type RegimeReading, readRegime } from './regime.ts';

const ADX_PERIOD = 14;
/** Thirty days. */
const VOLATILITY_RETURNS = 180;
const RISK_MS = timeframeMs[RISK_TIMEFRAME];
const CANDLES_PER_YEAR = (365 * DAY_MS) / RISK_MS;

/** What is told of a regime that was not measured. */
const NO_READING: RegimeReading = { regime: 'RANDOM_WALK', hurst: 0.5, z: 0, adx: 0, confidence: 0 };

/** The 4h candles of a symbol with the columns that risk and regime read. */
export interface RiskColumns {
  readonly candles: Candles;
  readonly atr: Float64Array;
  readonly adx: Float64Array;
  /** What is known of the regime's z by row, NaN where nothing is yet. */
  readonly memo: Float64Array;
}

/**
 * Computes the columns of risk, once.
 * @param before those of an earlier window on the same candles: what is known of their z need not be estimated again
 */
export function riskColumns(candles: Candles, before?: RiskColumns): RiskColumns {
  const { high, low, close } = candles;
  const memo = new Float64Array(close.length).fill(Number.NaN);
  if (before !== undefined) memo.set(knownOf(before, candles));
  return {
    candles,
    atr: atr(high, low, close, RISK_ATR_PERIOD),
    adx: adx(high, low, close, ADX_PERIOD).adx,
    memo,
  };
}

/** What an earlier window knows of the first rows of a later one; nothing where any of their closes is another. */
function knownOf({ candles, memo }: RiskColumns, later: Candles): Float64Array {
  const first = rowsBefore(candles, later.openMs[0] ?? Number.POSITIVE_INFINITY);
  const known = memo.subarray(first, first + later.openMs.length);
  const isSame = known.every((_, i) => candles.close[first + i] === later.close[i]); // z reads nothing else
  return isSame ? known : memo.subarray(0, 0);
}

/** The newest closed row, and the first that a decision may see. */
export interface RiskRows {
  readonly row: number;
  readonly firstRow: number;
}

/** The same, and whether the regime is wanted: not where the candles do not suffice, nor where none can matter. */
interface MeasuredRows extends RiskRows {
  readonly isMeasured: boolean;
}

type RiskMeasures = Pick<DecideInput, 'regime' | 'close' | 'atr' | 'volatility' | 'correlation'>;

/**
 * What risk and regime read at a row.
 * @param held the closed 4h candles of the symbols that are held
 */
export function riskMeasures(
  { candles, atr: range, adx: strength, memo }: RiskColumns,
  { row, firstRow, isMeasured }: MeasuredRows,
  held: readonly Candles[],
): RiskMeasures {
  const { close } = candles;
  const returns = close.subarray(Math.max(firstRow, row - VOLATILITY_RETURNS), row + 1);
  return {
    regime: !isMeasured ? NO_READING : readRegime({ close, adx: strength, row, firstRow, memo }),
    close: close[row] ?? Number.NaN,
    atr: range[row] ?? Number.NaN,
    volatility: realisedVolatility(returns, VOLATILITY_RETURNS, CANDLES_PER_YEAR).at(-1) ?? Number.NaN,
    correlation: highestCorrelation(newest(candles, { row, firstRow }), held),
  };
}

/** The candles that a correlation reads, up to a row. */
export function newest(candles: Candles, { row, firstRow }: RiskRows): Candles {
  return sliceCandles(candles, Math.max(firstRow, row - CORRELATION_RETURNS), row + 1);
}

function highestCorrelation(own: Candles, held: readonly Candles[]): number | null {
  const found = held
    .map((other) => correlation(own, other, RISK_MS))
    .filter((value): value is number => value !== null);
  return found.length === 0 ? null : Math.max(...found);
}
