import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { adx } from '../../shared/core/indicators/adx.ts';
import { atr } from '../../shared/core/indicators/atr.ts';
import { bollinger } from '../../shared/core/indicators/bollinger.ts';
import { donchian } from '../../shared/core/indicators/donchian.ts';
import { ema } from '../../shared/core/indicators/ema.ts';
import { ichimoku } from '../../shared/core/indicators/ichimoku.ts';
import { keltner } from '../../shared/core/indicators/keltner.ts';
import { linearRegression } from '../../shared/core/indicators/linear-regression.ts';
import { rma } from '../../shared/core/indicators/rma.ts';
import { sma } from '../../shared/core/indicators/sma.ts';
import { stddev } from '../../shared/core/indicators/stddev.ts';
import { supertrend } from '../../shared/core/indicators/supertrend.ts';
import { trueRange } from '../../shared/core/indicators/true-range.ts';
import { ttmSqueeze } from '../../shared/core/indicators/ttm-squeeze.ts';
import { vwap } from '../../shared/core/indicators/vwap.ts';
import { sessionStarts, utcDayMs } from '../../shared/core/market/calendar.ts';
import { hasReference, referencePath } from '../helpers/reference.ts';
import { differences, inputOf, type Vector, vectorsIn } from '../helpers/vectors.ts';

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
const computations: Readonly<Record<string, Computation>> = {
  adx: ([high = none, low = none, close = none], { period = 0 }) => {
    const { plusDi, minusDi, plusDm, minusDm, ...lines } = adx(high, low, close, period);
    return { ...lines, plusDI: plusDi, minusDI: minusDi, plusDM: plusDm, minusDM: minusDm };
  },
  atr: ([high = none, low = none, close = none], { period = 0 }) => ({ atr: atr(high, low, close, period) }),
  bbands: ([values = none], { period = 0, mult = 0 }) => ({ ...bollinger(values, { period, width: mult }) }),
  donchian: ([high = none, low = none], { period = 0 }) => ({ ...donchian(high, low, period) }),
  ema: ([values = none], { period = 0 }) => ({ ema: ema(values, period) }),
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
  sma: ([values = none], { period = 0 }) => ({ sma: sma(values, period) }),
  stddev: ([values = none], { period = 0 }) => ({ std: stddev(values, period) }),
  supertrend: ([high = none, low = none, close = none], { period = 0, mult = 0 }) => {
    const { line, direction } = supertrend(high, low, close, { period, distance: mult });
    // Its files know no missing direction: they have 0 there.
    return { line, trend: direction.map((side) => (Number.isNaN(side) ? 0 : side)) };
  },
  trange: ([high = none, low = none, close = none]) => ({ tr: trueRange(high, low, close) }),
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

/** `vwap_anchored_137.main` is of `vwap_anchored`; an id that says nothing leaves it to the first word of `indicator`. */
function wordOf({ id, indicator }: Vector): string | undefined {
  const words = [/^[a-z]+(?:_[a-z]+)*/.exec(id)?.[0], /^\w+/.exec(indicator)?.[0].toLowerCase()];
  return words.find((word) => word !== undefined && Object.hasOwn(computations, word));
}

/** One test for every file of an indicator that exists; a folder that tests nothing fails. */
function testFolder(title: string, folder: string, isWanted: (vector: Vector) => boolean = () => true): void {
  describe(title, () => {
    const covered = vectorsIn(folder).filter((vector) => isWanted(vector) && wordOf(vector) !== undefined);

    it('has vectors of indicators that exist', () => {
      expect(covered).not.toEqual([]);
    });

    for (const vector of covered) {
      it(vector.id, () => {
        const compute = computations[wordOf(vector) ?? ''];
        const [openMs = none] = inputOf(folder, { input: { ...vector.input, columns: ['timestamp'] } });
        const lines = compute?.(inputOf(folder, vector), vector.params, openMs) ?? {};
        expect(differences(vector, lines)).toEqual([]);
      });
    }
  });
}

const ours = join(import.meta.dirname, '../vectors');
testFolder('the synthetic vectors', ours);

it('every indicator that exists has synthetic vectors', () => {
  const words = new Set(vectorsIn(ours).map(wordOf));
  expect([...words].sort()).toEqual(Object.keys(computations).sort());
});

// Market data is not ours to copy: its vectors are read where they lie.
if (hasReference('vectors/public')) {
  testFolder('the real vectors', referencePath('vectors/public'), ({ input }) => input.series === 'real');
} else {
  describe.skip('the real vectors', () => {
    it('needs the reference folder', () => undefined);
  });
}

const more = process.env['VECTORS_DIR'];
if (more) testFolder('the vectors of VECTORS_DIR', resolve(more));

describe('comparing with a vector', () => {
  const vector: Vector = {
    id: 'made_by_hand',
    indicator: 'none',
    input: { series: 'none', columns: [] },
    params: {},
    expected: { line: [null, 100, 200] },
    tolerance: { rel: 0.01, abs: 0.5 },
  };
  const compare = (line: readonly number[], change: Partial<Vector> = {}) =>
    differences({ ...vector, ...change }, { line: Float64Array.from(line) });

  // At 100 the tolerance is 0.5 + 0.01 × 100 = 1.5.
  it('takes what is within the tolerance and nothing else', () => {
    expect(compare([Number.NaN, 101.5, 200])).toEqual([]);
    expect(compare([Number.NaN, 101.6, 200])).toEqual(['line[1]: 101.6, not 100']);
  });

  it('wants a value missing exactly where the vector has none', () => {
    expect(compare([0, 100, Number.NaN])).toEqual(['line[0]: 0, not null', 'line[2]: NaN, not 200']);
    expect(compare([Number.NaN, 100, Number.POSITIVE_INFINITY])).toHaveLength(1);
    expect(compare([Number.NaN, 100])).toEqual(['line: 2 values, not 3']);
    expect(differences(vector, {})).toEqual(['line: undefined values, not 3']);
  });

  it('passes over the indexes to ignore', () => {
    expect(compare([Number.NaN, 0, 0], { ignore: [1, 2] })).toEqual([]);
  });

  it('reads what we give for 0/0 from the words of the file', () => {
    const nothing = { degenerate: '0/0: TA-Lib gives 0; recommended null (no signal)' };
    expect(compare([Number.NaN, Number.NaN, Number.NaN], nothing)).toEqual([]);
    const middle = { degenerate: '0/0: TA-Lib gives 0; recommended project value 50' };
    expect(compare([Number.NaN, 50, 50], middle)).toEqual([]);
    expect(compare([Number.NaN, 100, 50], middle)).toEqual(['line[1]: 100, not 50']);
  });
});
