import { describe, expect, it } from 'vitest';
import { aggregateCandles } from '../../../shared/core/market/aggregate.ts';
import { finerAgreement, overlapOf } from '../../../shared/core/market/agreement.ts';
import type { Candles } from '../../../shared/core/market/candles.ts';
import { BARS_START_MS, barsOf } from '../../helpers/bars.ts';

const HOURS = { from: '1h', to: '4h' } as const;
const hour = (n: number) => BARS_START_MS + n * 3_600_000;
const change = (
  candles: Candles,
  column: 'open' | 'high' | 'low' | 'close' | 'volume',
  row: number,
  to: number,
) => {
  const values = candles[column].slice();
  values[row] = to;
  return { ...candles, [column]: values };
};

describe('coarser candles agree with finer ones', () => {
  const fine = barsOf('1h', '0:10 1:14 2:7 3:12 4:12 5:13 6:12 7:11');
  const coarse = aggregateCandles(fine, HOURS);

  it('when they are what finer ones make', () => {
    expect(finerAgreement(coarse, fine, HOURS)).toEqual({ compared: 2, volumesDiffer: 0, conflicts: [] });
  });

  it.each([
    ['open', 10],
    ['high', 15],
    ['low', 6],
    ['close', 12],
  ] as const)('and not when %s is another', (column, made) => {
    const wrong = change(coarse, column, 0, made + 0.5);
    expect(finerAgreement(wrong, fine, HOURS).conflicts).toEqual([
      { openMs: BARS_START_MS, column, stored: made + 0.5, given: made },
    ]);
  });

  it('when only their volume is another, which is counted', () => {
    expect(finerAgreement(change(coarse, 'volume', 1, 4.1), fine, HOURS)).toEqual({
      compared: 2,
      volumesDiffer: 1,
      conflicts: [],
    });
    expect(finerAgreement(change(coarse, 'volume', 1, 4 + 1e-12), fine, HOURS).volumesDiffer).toBe(0);
  });

  it('where a finer one is missing or had no trade nothing is compared', () => {
    const wrong = change(coarse, 'open', 0, 9.5);
    const holed = barsOf('1h', '0:10 1:14 3:12 4:12 5:13 6:12 7:11');
    const idle = barsOf('1h', '0:10 1:10:0 2:7 3:12 4:12 5:13 6:12 7:11');
    for (const finer of [holed, idle])
      expect(finerAgreement(wrong, finer, HOURS)).toEqual({ compared: 1, volumesDiffer: 0, conflicts: [] });
  });

  it('of none there is nothing to compare', () => {
    expect(finerAgreement(coarse, barsOf('1h', ''), HOURS).compared).toBe(0);
  });
});

describe('stored candles and those that are given now', () => {
  const stored = barsOf('1h', '0:10 1:11 2:12 3:13');

  it('agree where both tell the same; what is newer is counted, what is older does not matter', () => {
    expect(overlapOf(stored, barsOf('1h', '2:12 3:13 4:14 5:15'))).toEqual({
      compared: 2,
      volumesDiffer: 0,
      conflicts: [],
      missingHere: [],
      missingThere: [],
      newer: 2,
    });
  });

  it('conflict in a price; another volume is counted', () => {
    expect(overlapOf(stored, barsOf('1h', '1:11:2 2:12.5 3:13'))).toMatchObject({
      compared: 3,
      volumesDiffer: 1,
      conflicts: [{ openMs: hour(2), column: 'open', stored: 12, given: 12.5 }],
    });
  });

  it('lack what only the other has trades of, within the time of both', () => {
    const holed = barsOf('1h', '0:10 2:12 3:12:0 4:14');
    expect(overlapOf(holed, barsOf('1h', '-1:9 0:10 1:11 2:12 3:13 4:14 5:15'))).toMatchObject({
      missingHere: [hour(1), hour(3)],
      missingThere: [],
      newer: 1,
    });
    expect(overlapOf(barsOf('1h', '-1:9 0:10 1:11 2:12 3:13 4:14'), holed)).toMatchObject({
      missingHere: [],
      missingThere: [hour(1), hour(3)],
    });
  });

  it('lack nothing where nobody traded', () => {
    expect(overlapOf(barsOf('1h', '0:10 1:10:0 2:12'), barsOf('1h', '0:10 2:12'))).toMatchObject({
      compared: 2,
      missingHere: [],
      missingThere: [],
    });
  });

  it('that have no time in common are all newer, or none', () => {
    const apart = { compared: 0, conflicts: [], missingHere: [], missingThere: [] };
    expect(overlapOf(stored, barsOf('1h', '10:10 11:11'))).toMatchObject({ ...apart, newer: 2 });
    expect(overlapOf(stored, barsOf('1h', ''))).toMatchObject({ ...apart, newer: 0 });
  });
});
