import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { adx } from '../../../shared/core/indicators/adx.ts';
import { atr } from '../../../shared/core/indicators/atr.ts';
import { bollinger } from '../../../shared/core/indicators/bollinger.ts';
import { cci } from '../../../shared/core/indicators/cci.ts';
import { dema } from '../../../shared/core/indicators/dema.ts';
import { donchian } from '../../../shared/core/indicators/donchian.ts';
import { ema } from '../../../shared/core/indicators/ema.ts';
import { highest, lowest } from '../../../shared/core/indicators/extremes.ts';
import { ichimoku } from '../../../shared/core/indicators/ichimoku.ts';
import { keltner } from '../../../shared/core/indicators/keltner.ts';
import { linearRegression } from '../../../shared/core/indicators/linear-regression.ts';
import { macd } from '../../../shared/core/indicators/macd.ts';
import { natr } from '../../../shared/core/indicators/natr.ts';
import { quantile } from '../../../shared/core/indicators/quantile.ts';
import { rma } from '../../../shared/core/indicators/rma.ts';
import { roc } from '../../../shared/core/indicators/roc.ts';
import { rsi } from '../../../shared/core/indicators/rsi.ts';
import { sma } from '../../../shared/core/indicators/sma.ts';
import { stddev } from '../../../shared/core/indicators/stddev.ts';
import { stoch } from '../../../shared/core/indicators/stoch.ts';
import { stochf } from '../../../shared/core/indicators/stochf.ts';
import { stochrsi } from '../../../shared/core/indicators/stochrsi.ts';
import { thrust } from '../../../shared/core/indicators/thrust.ts';
import { trueRange } from '../../../shared/core/indicators/true-range.ts';
import { ttmSqueeze } from '../../../shared/core/indicators/ttm-squeeze.ts';
import { vwap } from '../../../shared/core/indicators/vwap.ts';
import { wma } from '../../../shared/core/indicators/wma.ts';
import { sessionStarts, utcDayMs } from '../../../shared/core/market/calendar.ts';
import type { Candles } from '../../../shared/core/market/candles.ts';
import { mirrored, walk } from '../../helpers/candles.ts';

/** Lines with what they are in the mirror, computed from those of the market. */
type Lines = (candles: Candles) => readonly Float64Array[];
interface Image {
  readonly of: Lines;
  /** The lines of the mirrored market that should be the ones of `of`, turned back. */
  readonly turned: Lines;
}

/** A number that no index has stands for a missing value, which is close to nothing. */
const orNever = (line: Float64Array) => line.map((value) => (Number.isFinite(value) ? value : 1e9));
const negative = (line: Float64Array) => line.map((value) => 0 - value);
const fromTop = (line: Float64Array) => line.map((value) => 100 - value);

/** Every line has the opposite sign in the mirror. */
const opposite = (of: Lines): Image => ({ of, turned: (candles) => of(candles).map(negative) });
/** No line knows up from down. */
const same = (of: Lines): Image => ({ of, turned: of });
/** Upper and lower line change places, and signs. */
const band = (of: (candles: Candles) => { upper: Float64Array; lower: Float64Array }): Image => ({
  of: (candles) => [of(candles).upper, of(candles).lower],
  turned: (candles) => [negative(of(candles).lower), negative(of(candles).upper)],
});
/** An index from 0 to 100 is counted from the top. */
const index = (of: Lines): Image => ({ of, turned: (candles) => of(candles).map(fromTop) });

const exact: Readonly<Record<string, Image>> = {
  sma: opposite(({ close }) => [sma(close, 10)]),
  ema: opposite(({ close }) => [ema(close, 10)]),
  wma: opposite(({ close }) => [wma(close, 10)]),
  dema: opposite(({ close }) => [dema(close, 10)]),
  rma: opposite(({ close }) => [rma(close, 10)]),
  macd: opposite(({ close }) => Object.values(macd(close, { fast: 12, slow: 26, signal: 9 }))),
  'linear regression': opposite(({ close }) => Object.values(linearRegression(close, 20))),
  ichimoku: opposite(({ high, low }) =>
    Object.values(ichimoku(high, low, { tenkan: 9, kijun: 26, senkou: 52, shift: 26 })),
  ),
  vwap: opposite((candles) => [vwap(candles, sessionStarts(candles.openMs, utcDayMs))]),
  cci: opposite(({ high, low, close }) => [cci(high, low, close, 20)]),
  natr: opposite(({ high, low, close }) => [natr(high, low, close, 14)]),
  'true range': same(({ high, low, close }) => [trueRange(high, low, close)]),
  atr: same(({ high, low, close }) => [atr(high, low, close, 14)]),
  stddev: same(({ close }) => [stddev(close, 20)]),
  'rate of change': same(({ close }) => [roc(close, 10).roc]),
  momentum: opposite(({ close }) => [roc(close, 10).momentum]),
  extremes: {
    of: ({ high, low }) => [highest(high, 20), lowest(low, 20)],
    turned: ({ high, low }) => [negative(lowest(low, 20)), negative(highest(high, 20))],
  },
  donchian: band(({ high, low }) => donchian(high, low, 20)),
  bollinger: band(({ close }) => bollinger(close, { period: 20, width: 2 })),
  keltner: band((candles) => keltner(candles, { average: 20, range: 10, width: 1.5 })),
  thrust: band((candles) => thrust(candles, { days: 4, share: 0.5 })),
  adx: {
    of: ({ high, low, close }) => linesOf(adx(high, low, close, 14), false),
    turned: ({ high, low, close }) => linesOf(adx(high, low, close, 14), true),
  },
  'squeeze on': same((candles) => [ttmSqueeze(candles, { period: 20, width: 2, reach: 1.5 }).on]),
  'squeeze momentum': opposite((candles) => [
    ttmSqueeze(candles, { period: 20, width: 2, reach: 1.5 }).momentum,
  ]),
};

/** 100 − x and the x of the mirror are rounded apart, as is an interpolated place counted from the other end. */
const rounded: Readonly<Record<string, Image>> = {
  rsi: index(({ close }) => [rsi(close, 14)]),
  stochf: index(({ high, low, close }) => Object.values(stochf(high, low, close, { k: 14, d: 3 }))),
  stoch: index(({ high, low, close }) => Object.values(stoch(high, low, close, { k: 14, slowK: 3, d: 3 }))),
  stochrsi: index(({ close }) => Object.values(stochrsi(close, { rsi: 14, k: 5, d: 3 }))),
  quantile: {
    of: ({ close }) => [quantile(close, 50, 0.05)],
    turned: ({ close }) => [negative(quantile(close, 50, 0.95))],
  },
};

/** The two directions change places in the mirror. */
function linesOf(
  { plusDi, minusDi, plusDm, minusDm, adx: line, dx }: ReturnType<typeof adx>,
  isTurned: boolean,
) {
  const directions = isTurned ? [minusDi, plusDi, minusDm, plusDm] : [plusDi, minusDi, plusDm, minusDm];
  return [line, dx, ...directions];
}

const markets = fc.tuple(fc.integer(), fc.constantFrom({}, { gaps: 0.1 }, { untraded: 0.2 }));

describe('in the mirror, where every price has the opposite sign,', () => {
  it.each(Object.entries(exact))('%s is exactly its own mirror image', (_, { of, turned }) => {
    fc.assert(
      fc.property(markets, ([seed, shape]) => {
        const candles = walk(seed, 200, shape);
        const lines = of(mirrored(candles)).map((line) => line.map((value) => value + 0));
        expect(lines).toEqual(turned(candles).map((line) => line.map((value) => value + 0)));
        expect(lines.every((line) => line.some(Number.isFinite))).toBe(true);
      }),
      { numRuns: 30 },
    );
  });

  it.each(Object.entries(rounded))('%s is its own mirror image to nine digits', (_, { of, turned }) => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const candles = walk(seed, 200, { gaps: 0.1 });
        const wanted = turned(candles).map(orNever);
        for (const [number, line] of of(mirrored(candles)).map(orNever).entries())
          for (const [i, value] of line.entries()) expect(value).toBeCloseTo(wanted[number]?.[i] ?? 0, 7);
      }),
      { numRuns: 30 },
    );
  });
});
