import { describe, expect, it } from 'vitest';
import { fillHoles, holesOf, untradedStretches } from '../../../shared/core/market/holes.ts';
import { BARS_START_MS, barsIn, barsOf } from '../../helpers/bars.ts';

describe('holes', () => {
  it('are runs of missing bars with their first open time', () => {
    const candles = barsOf('1d', '0:10 1:10 4:10 6:10');
    expect(holesOf(candles, '1d')).toEqual([
      { fromMs: BARS_START_MS + 2 * 86_400_000, missing: 2 },
      { fromMs: BARS_START_MS + 5 * 86_400_000, missing: 1 },
    ]);
  });

  it('become flat bars at the close before them, without volume', () => {
    const { candles, rows } = fillHoles(barsOf('4h', '0:10 3:20'), '4h');
    expect(barsIn('4h', candles)).toEqual('0:10 1:10:0 2:10:0 3:20');
    for (const column of ['open', 'high', 'low', 'close'] as const) expect(candles[column][1]).toBe(10);
    expect([...rows]).toEqual([0, -1, -1, 1]);
  });

  it('of twelve bars are filled, of thirteen are not', () => {
    const twelve = fillHoles(barsOf('4h', '0:10 13:20'), '4h').candles;
    expect(twelve.openMs).toHaveLength(14);
    const thirteen = fillHoles(barsOf('4h', '0:10 14:20'), '4h').candles;
    expect(thirteen.openMs).toHaveLength(2);
    expect(holesOf(thirteen, '4h')).toEqual([{ fromMs: BARS_START_MS + 4 * 3_600_000, missing: 13 }]);
  });

  it('of nothing are nothing', () => {
    expect(fillHoles(barsOf('4h', ''), '4h').candles.openMs).toHaveLength(0);
  });
});

describe('untraded stretches', () => {
  it('are runs of bars without volume; a trade or a missing bar ends one', () => {
    const bars = barsOf('4h', '0:10:0 1:10:0 2:11 3:11:0 5:11:0 6:11:0');
    const at = (place: number) => BARS_START_MS + place * 4 * 3_600_000;
    expect(untradedStretches(bars, '4h')).toEqual([
      { fromMs: at(0), bars: 2 },
      { fromMs: at(3), bars: 1 },
      { fromMs: at(5), bars: 2 },
    ]);
    expect(untradedStretches(barsOf('4h', '0:10 1:11'), '4h')).toEqual([]);
  });
});
