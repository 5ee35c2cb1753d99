import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hurst } from '../../shared/core/decision/whittle.ts';
import {
  correctedRangeExponent,
  expectedRescaledRange,
  fluctuationExponent,
  rescaledRangeExponent,
} from '../helpers/rescaled-range.ts';

interface HurstFile {
  readonly cases: readonly {
    readonly trueH: number;
    readonly n: number;
    readonly returns: readonly number[];
    readonly rsSizes: readonly number[];
    readonly nolds_rs_raw: number;
    readonly nolds_rs_anis_lloyd: number;
    readonly nolds_dfa1: number;
    readonly own_whittle_fgn: number;
    readonly exact_mle_fgn: number | null;
  }[];
  readonly tolerance: { readonly rel: number; readonly abs: number; readonly whittle_abs: number };
}

interface RangeFile {
  readonly expected: Readonly<Record<string, number>>;
  readonly asymptotic: Readonly<Record<string, number>>;
  readonly tolerance: { readonly rel: number; readonly abs: number };
}

const read = (folder: string, file: string) => JSON.parse(readFileSync(join(folder, file), 'utf8'));
const within = (wanted: number, { rel, abs }: RangeFile['tolerance']) => abs + rel * Math.abs(wanted);
const distance = (found: number, wanted: number) => Math.abs(found - wanted);

function testHurst(title: string, folder: string): void {
  describe(title, () => {
    const { cases, tolerance }: HurstFile = read(folder, 'hurst_fgn.json');

    it.each(cases)('H $trueH, $n returns', ({ returns, rsSizes: sizes, ...wanted }) => {
      const column = Float64Array.from(returns);
      expect(distance(hurst(column), wanted.own_whittle_fgn)).toBeLessThanOrEqual(tolerance.whittle_abs);
      const textbook = [
        [rescaledRangeExponent(column, sizes), wanted.nolds_rs_raw],
        [correctedRangeExponent(column, sizes), wanted.nolds_rs_anis_lloyd],
        [fluctuationExponent(column, sizes), wanted.nolds_dfa1],
      ] as const;
      for (const [found, value] of textbook)
        expect(distance(found, value)).toBeLessThanOrEqual(within(value, tolerance));
    });

    // One estimate scatters by 0.642 / √n; the two are of the same path, and differ by less.
    it.each(cases.filter(({ exact_mle_fgn: exact }) => exact !== null))(
      'H $trueH, $n returns: close to the exact likelihood',
      ({ returns, n, exact_mle_fgn: exact }) => {
        expect(distance(hurst(Float64Array.from(returns)), exact ?? 0)).toBeLessThan(0.642 / Math.sqrt(n));
      },
    );
  });
}

function testRanges(title: string, folder: string): void {
  describe(title, () => {
    const { expected, asymptotic, tolerance }: RangeFile = read(folder, 'anis_lloyd_expected_rs.json');

    it.each(Object.entries(expected))('%s values without memory', (size, wanted) => {
      const found = expectedRescaledRange(Number(size));
      expect(distance(found, wanted)).toBeLessThanOrEqual(within(wanted, tolerance));
    });

    it.each(Object.entries(asymptotic))('%s values of the law √(πn / 2)', (size, wanted) => {
      const found = Math.sqrt((Math.PI * Number(size)) / 2);
      expect(distance(found, wanted)).toBeLessThanOrEqual(within(wanted, tolerance));
    });
  });
}

const ours = join(import.meta.dirname, '../vectors');
testHurst('the Hurst vectors', ours);
testRanges('the rescaled ranges', ours);

const more = process.env['VECTORS_DIR'];
const has = (file: string) => more !== undefined && existsSync(join(resolve(more), file));
if (more && has('hurst_fgn.json')) testHurst('the Hurst vectors of VECTORS_DIR', resolve(more));
if (more && has('anis_lloyd_expected_rs.json'))
  testRanges('the rescaled ranges of VECTORS_DIR', resolve(more));

// From a second implementation of the text, in numpy: its FFT, its powers one by one. The vectors' own
// tolerance of 0.005 would not see a missing alias or tail.
it.each([
  [0, 0.3132281633961],
  [1, 0.3042773631989],
  [3, 0.4607592426708],
  [4, 0.4400869270162],
  [6, 0.6751189410687],
  [7, 0.6797541356867],
  [9, 0.9173985835762],
  [10, 0.8645480424537],
])('case %i of the vectors is %d to nine digits', (index, wanted) => {
  const { cases }: HurstFile = read(ours, 'hurst_fgn.json');
  expect(hurst(Float64Array.from(cases[index]?.returns ?? []))).toBeCloseTo(wanted, 10);
});
