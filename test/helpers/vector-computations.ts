import { adx } from '../../shared/core/indicators/adx.ts';
import { atr } from '../../shared/core/indicators/atr.ts';
import { bollinger } from '../../shared/core/indicators/bollinger.ts';
import { cci } from '../../shared/core/indicators/cci.ts';
import { dema } from '../../shared/core/indicators/dema.ts';
import { donchian } from '../../shared/core/indicators/donchian.ts';
import { ema } from '../../shared/core/indicators/ema.ts';
import { ichimoku } from '../../shared/core/indicators/ichimoku.ts';
import { keltner } from '../../shared/core/indicators/keltner.ts';
import { linearRegression } from '../../shared/core/indicators/linear-regression.ts';
import { macd } from '../../shared/core/indicators/macd.ts';
import { mfi } from '../../shared/core/indicators/mfi.ts';
import { natr } from '../../shared/core/indicators/natr.ts';
import { obv } from '../../shared/core/indicators/obv.ts';
import { rma } from '../../shared/core/indicators/rma.ts';
import { roc } from '../../shared/core/indicators/roc.ts';
import { rsi } from '../../shared/core/indicators/rsi.ts';
import { sma } from '../../shared/core/indicators/sma.ts';
import { stddev } from '../../shared/core/indicators/stddev.ts';
import { stoch } from '../../shared/core/indicators/stoch.ts';
import { stochf } from '../../shared/core/indicators/stochf.ts';
import { stochrsi } from '../../shared/core/indicators/stochrsi.ts';
import { supertrend } from '../../shared/core/indicators/supertrend.ts';
import { trueRange } from '../../shared/core/indicators/true-range.ts';
import { ttmSqueeze } from '../../shared/core/indicators/ttm-squeeze.ts';
import { vwap } from '../../shared/core/indicators/vwap.ts';
import { wma } from '../../shared/core/indicators/wma.ts';
import { sessionStarts, utcDayMs } from '../../shared/core/market/calendar.ts';

/** Columns in the order of the file, its parameters, when its candles open; back the lines by the file's names. */
type Computation = (
  columns: readonly Float64Array[],
  params: Readonly<Record<string, number>>,
  openMs: Float64Array,
) => Readonly<Record<string, Float64Array>>;

const none = new Float64Array();

/** The average price since each of the sessions, from the columns of its vectors. */
const vwapOf = (
  [high = none, low = none, close = none, volume = none]: readonly Float64Array[],
  starts: Uint8Array,
) => ({
  vwap: vwap({ high, low, close, volume }, starts),
});

/** The indicators that exist, each with the word that its vectors' ids begin with. Vectors of others are left out. */
export const computations: Readonly<Record<string, Computation>> = {
  adx: ([high = none, low = none, close = none], { period = 0 }) => {
    const { plusDi, minusDi, plusDm, minusDm, ...lines } = adx(high, low, close, period);
    return { ...lines, plusDI: plusDi, minusDI: minusDi, plusDM: plusDm, minusDM: minusDm };
  },
  atr: ([high = none, low = none, close = none], { period = 0 }) => ({ atr: atr(high, low, close, period) }),
  bbands: ([values = none], { period = 0, mult = 0 }) => ({ ...bollinger(values, { period, width: mult }) }),
  cci: ([high = none, low = none, close = none], { period = 0 }) => ({ cci: cci(high, low, close, period) }),
  dema: ([values = none], { period = 0 }) => ({ dema: dema(values, period) }),
  donchian: ([high = none, low = none], { period = 0 }) => ({ ...donchian(high, low, period) }),
  ema: ([values = none], { period = 0 }) => ({ ema: ema(values, period) }),
  macd: ([values = none], { fast = 0, slow = 0, signal = 0 }) => ({
    ...macd(values, { fast, slow, signal }),
  }),
  mfi: ([high = none, low = none, close = none, volume = none], { period = 0 }) => ({
    mfi: mfi({ high, low, close, volume }, period),
  }),
  natr: ([high = none, low = none, close = none], { period = 0 }) => ({
    natr: natr(high, low, close, period),
  }),
  obv: ([close = none, volume = none]) => ({ obv: obv(close, volume) }),
  ichimoku: (
    [high = none, low = none],
    { tenkan = 0, kijun = 0, senkouB: senkou = 0, displacement: shift = 0 },
  ) => {
    const { spanA, spanB, ...lines } = ichimoku(high, low, { tenkan, kijun, senkou, shift });
    return { ...lines, senkouA_visible: spanA, senkouB_visible: spanB };
  },
  keltner: (
    [high = none, low = none, close = none],
    { emaPeriod: average = 0, atrPeriod: range = 0, mult: width = 0 },
  ) => ({
    ...keltner({ high, low, close }, { average, range, width }),
  }),
  linreg: ([values = none], { period = 0 }) => ({ ...linearRegression(values, period) }),
  rma: ([values = none], { period = 0 }) => ({ rma: rma(values, period) }),
  roc: ([values = none], { period = 0 }) => {
    const { roc: percent, momentum } = roc(values, period);
    return { roc: percent, mom: momentum };
  },
  rsi: ([values = none], { period = 0 }) => ({ rsi: rsi(values, period) }),
  sma: ([values = none], { period = 0 }) => ({ sma: sma(values, period) }),
  stddev: ([values = none], { period = 0 }) => ({ std: stddev(values, period) }),
  stoch: ([high = none, low = none, close = none], { k = 0, slowK = 0, d = 0 }) => ({
    ...stoch(high, low, close, { k, slowK, d }),
  }),
  stochf: ([high = none, low = none, close = none], { k = 0, d = 0 }) => ({
    ...stochf(high, low, close, { k, d }),
  }),
  stochrsi: ([values = none], { rsi: period = 0, k = 0, d = 0 }) => ({
    ...stochrsi(values, { rsi: period, k, d }),
  }),
  supertrend: ([high = none, low = none, close = none], { period = 0, mult = 0 }) => {
    const { line, direction } = supertrend(high, low, close, { period, distance: mult });
    // Its files know no missing direction: they have 0 there.
    return { line, trend: direction.map((side) => (Number.isNaN(side) ? 0 : side)) };
  },
  trange: ([high = none, low = none, close = none]) => ({ tr: trueRange(high, low, close) }),
  wma: ([values = none], { period = 0 }) => ({ wma: wma(values, period) }),
  ttm_squeeze: (
    [high = none, low = none, close = none],
    { period = 0, bbMult: width = 0, kcMult: reach = 0 },
  ) => {
    const { on, momentum } = ttmSqueeze({ high, low, close }, { period, width, reach });
    return { squeezeOn: on, momentum };
  },
  vwap_anchored: (columns, { anchorIndex = 0 }, openMs) =>
    vwapOf(
      columns,
      Uint8Array.from(openMs, (_, i) => (i === anchorIndex ? 1 : 0)),
    ),
  vwap_cumulative: (columns, _, openMs) =>
    vwapOf(
      columns,
      Uint8Array.from(openMs, (_, i) => (i === 0 ? 1 : 0)),
    ),
  vwap_session_utc: (columns, _, openMs) => vwapOf(columns, sessionStarts(openMs, utcDayMs)),
};
