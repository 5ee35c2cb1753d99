import { cci } from '../../shared/core/indicators/cci.ts';
import { dema } from '../../shared/core/indicators/dema.ts';
import { macd } from '../../shared/core/indicators/macd.ts';
import { mfi } from '../../shared/core/indicators/mfi.ts';
import { natr } from '../../shared/core/indicators/natr.ts';
import { obv } from '../../shared/core/indicators/obv.ts';
import { roc } from '../../shared/core/indicators/roc.ts';
import { rsi } from '../../shared/core/indicators/rsi.ts';
import { stoch } from '../../shared/core/indicators/stoch.ts';
import { stochf } from '../../shared/core/indicators/stochf.ts';
import { stochrsi } from '../../shared/core/indicators/stochrsi.ts';
import { wma } from '../../shared/core/indicators/wma.ts';
import type { Candles } from '../../shared/core/market/candles.ts';

/** What the contract of indicators asks an indicator by. */
export interface Indicator {
  readonly name: string;
  readonly file: string;
  /** Its lines for the candles and a period. */
  readonly lines: (candles: Candles, period: number) => readonly Float64Array[];
  /** Index of the first value of line number `line`. */
  readonly first: (period: number, line: number) => number;
  /** Numbers of the lines that stay as they are when prices are in another unit. */
  readonly ratios?: readonly number[];
  readonly hasPeriod: boolean;
  readonly hasColumns: boolean;
}

/** Oscillators, and the averages that no strategy uses. */
export const oscillators: readonly Indicator[] = [
  {
    name: 'cci',
    file: 'cci.ts',
    lines: ({ high, low, close }, period) => [cci(high, low, close, period)],
    first: (period) => period - 1,
    ratios: [0],
    hasPeriod: true,
    hasColumns: true,
  },
  {
    name: 'dema',
    file: 'dema.ts',
    lines: ({ close }, period) => [dema(close, period)],
    first: (period) => 2 * period - 2,
    hasPeriod: true,
    hasColumns: false,
  },
  {
    name: 'macd',
    file: 'macd.ts',
    lines: ({ close }, period) =>
      Object.values(macd(close, { fast: period, slow: period + 1, signal: period })),
    first: (period) => 2 * period - 1,
    hasPeriod: true,
    hasColumns: false,
  },
  {
    name: 'mfi',
    file: 'mfi.ts',
    lines: (candles, period) => [mfi(candles, period)],
    first: (period) => period,
    ratios: [0],
    hasPeriod: true,
    hasColumns: true,
  },
  {
    name: 'natr',
    file: 'natr.ts',
    lines: ({ high, low, close }, period) => [natr(high, low, close, period)],
    first: (period) => period,
    ratios: [0],
    hasPeriod: true,
    hasColumns: true,
  },
  {
    name: 'obv',
    file: 'obv.ts',
    lines: ({ low, volume }) => [obv(low, volume)],
    first: () => 0,
    ratios: [0],
    hasPeriod: false,
    hasColumns: true,
  },
  {
    name: 'roc',
    file: 'roc.ts',
    lines: ({ close }, period) => Object.values(roc(close, period)),
    first: (period) => period,
    ratios: [0],
    hasPeriod: true,
    hasColumns: false,
  },
  {
    name: 'rsi',
    file: 'rsi.ts',
    lines: ({ close }, period) => [rsi(close, period)],
    first: (period) => period,
    ratios: [0],
    hasPeriod: true,
    hasColumns: false,
  },
  {
    name: 'stoch',
    file: 'stoch.ts',
    lines: ({ high, low, close }, period) =>
      Object.values(stoch(high, low, close, { k: period, slowK: period, d: period })),
    first: (period) => 3 * period - 3,
    ratios: [0, 1],
    hasPeriod: true,
    hasColumns: true,
  },
  {
    name: 'stochf',
    file: 'stochf.ts',
    lines: ({ high, low, close }, period) =>
      Object.values(stochf(high, low, close, { k: period, d: period })),
    first: (period) => 2 * period - 2,
    ratios: [0, 1],
    hasPeriod: true,
    hasColumns: true,
  },
  {
    name: 'stochrsi',
    file: 'stochrsi.ts',
    // Every other price is lifted: the index of a market that only rises stands still, and has no range.
    lines: ({ close }, period) => {
      const zigzag = close.map((price, i) => (i % 2 ? 1.1 * price : price));
      return Object.values(stochrsi(zigzag, { rsi: period + 1, k: period + 1, d: period }));
    },
    first: (period) => 3 * period,
    ratios: [0, 1],
    hasPeriod: true,
    hasColumns: false,
  },
  {
    name: 'wma',
    file: 'wma.ts',
    lines: ({ close }, period) => [wma(close, period)],
    first: (period) => period - 1,
    hasPeriod: true,
    hasColumns: false,
  },
];
