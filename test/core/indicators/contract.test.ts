import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { adx } from '../../../shared/core/indicators/adx.ts';
import { atr } from '../../../shared/core/indicators/atr.ts';
import { bollinger } from '../../../shared/core/indicators/bollinger.ts';
import { donchian } from '../../../shared/core/indicators/donchian.ts';
import { ema } from '../../../shared/core/indicators/ema.ts';
import { highest, lowest } from '../../../shared/core/indicators/extremes.ts';
import { ichimoku } from '../../../shared/core/indicators/ichimoku.ts';
import { keltner } from '../../../shared/core/indicators/keltner.ts';
import { linearRegression } from '../../../shared/core/indicators/linear-regression.ts';
import { quantile } from '../../../shared/core/indicators/quantile.ts';
import { realisedVolatility } from '../../../shared/core/indicators/realised-volatility.ts';
import { rma } from '../../../shared/core/indicators/rma.ts';
import { sma } from '../../../shared/core/indicators/sma.ts';
import { stddev } from '../../../shared/core/indicators/stddev.ts';
import { supertrend } from '../../../shared/core/indicators/supertrend.ts';
import { thrust } from '../../../shared/core/indicators/thrust.ts';
import { trueRange } from '../../../shared/core/indicators/true-range.ts';
import { ttmSqueeze } from '../../../shared/core/indicators/ttm-squeeze.ts';
import { vwap } from '../../../shared/core/indicators/vwap.ts';
import { sessionStarts, utcDayMs } from '../../../shared/core/market/calendar.ts';
import { sliceCandles } from '../../../shared/core/market/candles.ts';
import { markets, scaled, walk } from '../../helpers/candles.ts';
import { type Indicator, oscillators } from '../../helpers/oscillators.ts';

const ofValues = (
  name: string,
  file: string,
  compute: (values: Float64Array, period: number) => Float64Array,
): Indicator => ({
  name,
  file,
  lines: ({ close }, period) => [compute(close, period)],
  first: (period) => period - 1,
  hasPeriod: true,
  hasColumns: false,
});

const indicators: readonly Indicator[] = [
  ofValues('ema', 'ema.ts', ema),
  ofValues('rma', 'rma.ts', rma),
  ofValues('highest', 'extremes.ts', highest),
  ofValues('lowest', 'extremes.ts', lowest),
  ofValues('quantile', 'quantile.ts', (values, period) => quantile(values, period, 0.3)),
  ofValues('sma', 'sma.ts', sma),
  ofValues('stddev', 'stddev.ts', stddev),
  {
    name: 'bollinger',
    file: 'bollinger.ts',
    lines: ({ close }, period) => Object.values(bollinger(close, { period, width: 2.5 })),
    first: (period) => period - 1,
    hasPeriod: true,
    hasColumns: false,
  },
  {
    name: 'realised volatility',
    file: 'realised-volatility.ts',
    // Its period begins at two returns.
    lines: ({ close }, period) => [realisedVolatility(close, period + 1, 2190)],
    first: (period) => period + 1,
    ratios: [0],
    hasPeriod: true,
    hasColumns: false,
  },
  {
    name: 'true range',
    file: 'true-range.ts',
    lines: ({ high, low, close }) => [trueRange(high, low, close)],
    first: () => 1,
    hasPeriod: false,
    hasColumns: true,
  },
  {
    name: 'atr',
    file: 'atr.ts',
    lines: ({ high, low, close }, period) => [atr(high, low, close, period)],
    first: (period) => period,
    hasPeriod: true,
    hasColumns: true,
  },
  {
    name: 'donchian',
    file: 'donchian.ts',
    lines: ({ high, low }, period) => Object.values(donchian(high, low, period)),
    first: (period) => period - 1,
    hasPeriod: true,
    hasColumns: true,
  },
  {
    name: 'ichimoku',
    file: 'ichimoku.ts',
    lines: ({ high, low }, period) => {
      const lengths = { tenkan: period, kijun: period, senkou: period, shift: period };
      const { tenkan, kijun, spanA, spanB } = ichimoku(high, low, lengths);
      return [tenkan, kijun, spanA, spanB];
    },
    first: (period, line) => (line < 2 ? period - 1 : 2 * period - 1),
    hasPeriod: true,
    hasColumns: true,
  },
  {
    name: 'keltner',
    file: 'keltner.ts',
    lines: (candles, period) => {
      const { middle, upper, lower } = keltner(candles, { average: period, range: period, width: 1.5 });
      return [middle, upper, lower];
    },
    first: (period, line) => (line === 0 ? period - 1 : period),
    hasPeriod: true,
    hasColumns: true,
  },
  {
    name: 'linear regression',
    file: 'linear-regression.ts',
    // Its period begins at two values.
    lines: ({ close }, period) => {
      const { value, slope } = linearRegression(close, period + 1);
      return [value, slope];
    },
    first: (period) => period,
    hasPeriod: true,
    hasColumns: false,
  },
  {
    name: 'adx',
    file: 'adx.ts',
    lines: ({ high, low, close }, period) => {
      const { adx: index, plusDi, minusDi, dx, plusDm, minusDm } = adx(high, low, close, period);
      return [index, plusDi, minusDi, dx, plusDm, minusDm];
    },
    first: (period, line) => [2 * period - 1, period, period, period][line] ?? Math.max(1, period - 1),
    ratios: [0, 1, 2, 3],
    hasPeriod: true,
    hasColumns: true,
  },
  {
    name: 'supertrend',
    file: 'supertrend.ts',
    lines: ({ high, low, close }, period) => {
      const { line, direction } = supertrend(high, low, close, { period, distance: 2 });
      return [line, direction];
    },
    first: (period) => period,
    ratios: [1],
    hasPeriod: true,
    hasColumns: true,
  },
  ...oscillators,
  {
    name: 'thrust',
    file: 'thrust.ts',
    // Six candles a day, and the walk begins at midnight.
    lines: (candles, period) => {
      const { open, upper, lower } = thrust(candles, { days: period, share: 0.5 });
      return [open, upper, lower];
    },
    first: (period, line) => (line === 0 ? 0 : 6 * period),
    hasPeriod: true,
    hasColumns: true,
  },
  {
    name: 'ttm squeeze',
    file: 'ttm-squeeze.ts',
    // Its period begins at two candles.
    lines: (candles, period) => {
      const { on, momentum } = ttmSqueeze(candles, { period: period + 1, width: 2, reach: 1.5 });
      return [on, momentum];
    },
    first: (period, line) => (line === 0 ? period + 1 : 2 * period),
    ratios: [0],
    hasPeriod: true,
    hasColumns: true,
  },
  {
    name: 'vwap',
    file: 'vwap.ts',
    lines: (candles) => [vwap(candles, sessionStarts(candles.openMs, utcDayMs))],
    first: () => 0,
    hasPeriod: false,
    hasColumns: true,
  },
];

const seeds = fc.integer();
const periods = fc.integer({ min: 1, max: 30 });
const lengths = fc.integer({ min: 0, max: 80 });

describe.each(indicators)(
  '$name keeps the contract of indicators',
  ({ name, lines, first, ratios = [], hasPeriod, hasColumns }) => {
    it('has a value on every candle from its first on, and none before', () => {
      fc.assert(
        fc.property(seeds, lengths, periods, (seed, length, period) => {
          for (const [number, line] of lines(walk(seed, length), period).entries()) {
            const start = first(period, number);
            expect(line).toHaveLength(length);
            const firstValue = line.findIndex((value) => Number.isFinite(value));
            expect(firstValue).toBe(start < length ? start : -1);
            expect(line.subarray(0, start).every(Number.isNaN)).toBe(true);
            expect(line.subarray(start).every(Number.isFinite)).toBe(true);
          }
        }),
      );
    });

    it.each(Object.entries(markets))('is finite or missing, never infinite, in a market %s', (_, shape) => {
      fc.assert(
        fc.property(seeds, periods, (seed, period) => {
          for (const line of lines(walk(seed, 80, shape), period))
            expect(line.some((value) => Math.abs(value) === Number.POSITIVE_INFINITY)).toBe(false);
        }),
        { numRuns: 20 },
      );
    });

    it('says the same, bit for bit, whether or not the future is known', () => {
      fc.assert(
        fc.property(seeds, lengths, periods, (seed, length, period) => {
          const all = walk(seed, 80, { gaps: 0.1, untraded: 0.1 });
          const whole = lines(all, period).map((line) => line.slice(0, length));
          expect(lines(sliceCandles(all, 0, length), period)).toEqual(whole);
        }),
      );
    });

    it('scales exactly by powers of two', () => {
      fc.assert(
        fc.property(seeds, periods, fc.integer({ min: -30, max: 30 }), (seed, period, power) => {
          const candles = walk(seed, 80);
          const wanted = lines(candles, period).map((line, number) =>
            ratios.includes(number) ? line : line.map((value) => value * 2 ** power),
          );
          expect(lines(scaled(candles, 2 ** power), period)).toEqual(wanted);
        }),
      );
    });

    it('leaves its input alone', () => {
      const candles = walk(1, 80);
      lines(candles, 5);
      expect(candles).toEqual(walk(1, 80));
    });

    if (hasPeriod)
      it('refuses a period that is not a positive whole number', () => {
        for (const period of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
          expect(() => lines(walk(1, 80), period), `${period}`).toThrow(/^Bug: .* period /);
        }
      });

    if (hasColumns)
      it('refuses columns of unequal length', () => {
        const candles = walk(1, 80);
        const short = { ...candles, low: candles.low.subarray(1) };
        expect(() => lines(short, 5)).toThrow(`Bug: ${name} of columns of unequal length`);
      });
  },
);

describe('the contract of indicators', () => {
  it('is put to every indicator file', () => {
    const folder = join(import.meta.dirname, '../../../shared/core/indicators');
    expect([...new Set(indicators.map(({ file }) => file))].sort()).toEqual(readdirSync(folder).sort());
  });
});
