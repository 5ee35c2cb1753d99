import { isoMinute } from './calendar.ts';
import type { Candles } from './candles.ts';
import { type Timeframe, timeframeMs, timeframes } from './timeframes.ts';

/** What is wrong with a candle: `problem` reads after the value, as in `'0' is not above 0`. */
export interface CandleFault {
  readonly row: number;
  readonly column: keyof Candles;
  readonly value: number;
  readonly problem: string;
}

const prices = ['open', 'high', 'low', 'close'] as const;

/**
 * The first fault within row `i`: prices are finite and above 0, volume is finite and not negative, and nothing
 * lies above the high or below the low. Its time is not looked at.
 */
export function rowFault(candles: Candles, i: number): CandleFault | undefined {
  const { high, low, volume } = candles;
  for (const column of prices) {
    const value = candles[column][i]!;
    const fault = (problem: string): CandleFault => ({ row: i, column, value, problem });
    if (!Number.isFinite(value)) return fault('is not a finite number');
    if (value <= 0) return fault('is not above 0');
    if (value > high[i]!) return fault(`is above the high '${high[i]}'`);
    if (value < low[i]!) return fault(`is below the low '${low[i]}'`);
  }
  const fault = (problem: string): CandleFault => ({ row: i, column: 'volume', value: volume[i]!, problem });
  if (!Number.isFinite(volume[i]!)) return fault('is not a finite number');
  if (volume[i]! < 0) return fault('is negative');
  return undefined;
}

/** The first fault of a whole series: rows as above, times on the timeframe's grid and strictly ascending. */
export function candlesFault(candles: Candles, timeframe: Timeframe): CandleFault | undefined {
  const { openMs } = candles;
  for (let i = 0; i < openMs.length; i++) {
    const fault = (problem: string): CandleFault => ({
      row: i,
      column: 'openMs',
      value: openMs[i]!,
      problem,
    });
    if (!Number.isSafeInteger(openMs[i]!) || openMs[i]! < 0) return fault('is not a time in milliseconds');
    if (openMs[i]! % timeframeMs[timeframe] !== 0)
      return fault(`(${isoMinute(openMs[i]!)}) is not on the grid of ${timeframe}`);
    if (i > 0 && openMs[i]! <= openMs[i - 1]!) return fault(`does not come after '${openMs[i - 1]}'`);
    const inRow = rowFault(candles, i);
    if (inRow) return inRow;
  }
  return undefined;
}

/** The longest timeframe on whose grid all of these times lie; undefined when some are not even on that of 1m. */
export function likelyTimeframe(openMs: Float64Array): Timeframe | undefined {
  return timeframes.findLast((timeframe) => openMs.every((ms) => ms % timeframeMs[timeframe] === 0));
}
