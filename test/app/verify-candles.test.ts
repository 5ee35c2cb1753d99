import { describe, expect, it } from 'vitest';
import { parquetCandleStore } from '../../shared/adapters/parquet/candle-store.ts';
import { type VerifyRequest, verifyCandles } from '../../shared/app/verify-candles.ts';
import { type Candles, candlesOf } from '../../shared/core/market/candles.ts';
import { HOUR_MS, type Timeframe } from '../../shared/core/market/timeframes.ts';
import type { CandleRequest, CandleSource } from '../../shared/ports/candle-source.ts';
import type { CandleStore } from '../../shared/ports/candle-store.ts';
import { BARS_START_MS, barsOf } from '../helpers/bars.ts';
import { memoryObjectStore } from '../helpers/memory-object-store.ts';

const hour = (n: number) => BARS_START_MS + n * HOUR_MS;
const NOW_MS = hour(1000);

/** A store with the given bars, `BTC/USD 1h` and the like. */
async function storeOf(series: Readonly<Record<string, string | Candles>>) {
  const objects = memoryObjectStore();
  const store = parquetCandleStore(objects, 'kraken');
  for (const [name, bars] of Object.entries(series)) {
    const [symbol = '', timeframe = '1h'] = name.split(' ') as [string, Timeframe];
    const candles = typeof bars === 'string' ? barsOf(timeframe, bars) : bars;
    await store.append({ symbol, timeframe, candles, provenance: { source: 'csv', name: 'test' } });
  }
  return { objects, store };
}

const verified = (store: CandleStore, request: Partial<VerifyRequest> = {}) =>
  verifyCandles(store, { rows: 720, nowMs: NOW_MS, ...request });

const span = (from: number, to: number, close = 10) =>
  Array.from({ length: to - from }, (_, i) => `${from + i}:${close}`).join(' ');

describe('stored candles', () => {
  it('without anything wrong have no finding; filled bars are told', async () => {
    const { store } = await storeOf({ 'BTC/USD 1h': '0:10 1:11 5:12' });
    expect(await verified(store)).toEqual([
      {
        symbol: 'BTC/USD',
        timeframe: '1h',
        rows: 6,
        firstMs: hour(0),
        lastMs: hour(5),
        fault: null,
        holes: [],
        untraded: { bars: 3, stretches: 1, longest: { fromMs: hour(2), bars: 3 } },
        outliers: [],
        finer: [],
        api: null,
        findings: 0,
      },
    ]);
  });

  it('with a hole of more than twelve bars have a finding, with where it begins and ends', async () => {
    const { store } = await storeOf({ 'BTC/USD 1h': '0:10 1:11 15:12' });
    const [one] = await verified(store);
    expect(one).toMatchObject({ holes: [{ fromMs: hour(2), toMs: hour(15), missing: 13 }], findings: 1 });
  });

  it('with a wrong tick have an outlier, which is no finding', async () => {
    const { store } = await storeOf({ 'BTC/USD 1h': `${span(0, 60)} 60:100 ${span(61, 120)}` });
    const [one] = await verified(store);
    expect(one).toMatchObject({ outliers: [{ openMs: hour(60), side: 'high', price: 101 }], findings: 0 });
  });

  it('are compared with every finer series of their symbol, also one that was not asked for', async () => {
    const fine = '0:10 1:11 2:12 3:13 4:14 5:15 6:16 7:17';
    const coarse = candlesOf([
      { openMs: hour(0), open: 10, high: 14, low: 9, close: 13, volume: 4 },
      { openMs: hour(4), open: 14, high: 19, low: 13, close: 17, volume: 4 },
    ]);
    const { store } = await storeOf({ 'BTC/USD 1h': fine, 'BTC/USD 4h': coarse, 'ETH/USD 1h': fine });
    const asked: string[] = [];
    const onSeries = ({ symbol, timeframe }: { symbol: string; timeframe: string }) =>
      asked.push(`${symbol} ${timeframe}`);
    const [one, ...others] = await verified(store, { symbol: 'BTC/USD', timeframe: '4h', onSeries });
    expect([others, asked]).toEqual([[], ['BTC/USD 4h']]);
    const conflict = { openMs: hour(4), column: 'high', stored: 19, given: 18 };
    expect(one).toMatchObject({
      finer: [{ timeframe: '1h', compared: 2, volumesDiffer: 0, conflicts: [conflict] }],
      findings: 1,
    });
    const all = await verified(store);
    expect(all.map(({ finer, findings }) => [finer.length, findings])).toEqual([
      [0, 0],
      [1, 1],
      [0, 0],
    ]);
  });

  it('whose file is damaged are a finding with its name, and the others are looked at all the same', async () => {
    const { store, objects } = await storeOf({
      'BTC/USD 1h': span(0, 4),
      'BTC/USD 4h': '0:10',
      'ETH/USD 1h': '0:20',
    });
    const [key = ''] = [...objects.objects.keys()].filter((name) => name.includes('BTC-USD/timeframe=1h'));
    objects.objects.set(key, { bytes: new Uint8Array(9), tag: 'x' });
    const [hours, fours, ether] = await verified(store);
    expect(hours).toMatchObject({ rows: 0, firstMs: null, findings: 1, fault: expect.stringContaining(key) });
    expect(fours).toMatchObject({ rows: 1, findings: 0, finer: [] });
    expect(ether).toMatchObject({ findings: 0 });
  });

  it.each([
    ['cannot be', { column: 'low', row: 1, value: 99 }, /^Candle 2 of 3: open '11' is below the low '99'\.$/],
    [
      'do not ascend',
      { column: 'openMs', row: 2, value: hour(1) },
      /^Candle 3 of 3: openMs '\d+' does not come after/,
    ],
  ] as const)('that %s are a finding, whatever gave them', async (_, { column, row, value }, fault) => {
    const { store } = await storeOf({ 'BTC/USD 1h': '0:10 1:11 2:12' });
    const read: CandleStore['read'] = async (...asked) => {
      const candles = await store.read(...asked);
      candles[column][row] = value;
      return candles;
    };
    const [one] = await verified({ ...store, read });
    expect(one).toMatchObject({ rows: 3, findings: 1, fault: expect.stringMatching(fault), holes: [] });
  });

  it('that are not there are nothing', async () => {
    const { store } = await storeOf({ 'BTC/USD 1h': '0:10' });
    expect(await verified(store, { symbol: 'ETH/USD' })).toEqual([]);
    expect(await verified(store, { timeframe: '4h' })).toEqual([]);
  });
});

describe('what a source gives now', () => {
  const sourceOf = (bars: string) => {
    const asked: CandleRequest[] = [];
    const source: CandleSource = {
      name: 'fake',
      closedCandles: async (request) => {
        asked.push(request);
        return barsOf('1h', bars);
      },
    };
    return { source, asked };
  };

  it('is asked for its newest rows; other prices and missing candles are findings, newer ones are not', async () => {
    const { store } = await storeOf({ 'BTC/USD 1h': `${span(0, 300)} 300:11 301:12 303:13` });
    const { source, asked } = sourceOf('299:10 300:11:3 301:12.5 302:12 303:13 304:14');
    const [one] = await verified(store, { source });
    expect(asked).toEqual([{ symbol: 'BTC/USD', timeframe: '1h', fromMs: hour(280), nowMs: NOW_MS }]);
    expect(one).toMatchObject({
      api: {
        compared: 4,
        volumesDiffer: 1,
        conflicts: [{ openMs: hour(301), column: 'open', stored: 12, given: 12.5 }],
        missingHere: [hour(302)],
        missingThere: [],
        newer: 1,
      },
      findings: 2,
    });
  });

  it('lacks what only the store has', async () => {
    const { store } = await storeOf({ 'BTC/USD 1h': '0:10 1:11 2:12' });
    const [one] = await verified(store, { source: sourceOf('0:10 2:12').source });
    expect(one).toMatchObject({ api: { missingHere: [], missingThere: [hour(1)] }, findings: 1 });
  });

  it('changes nothing that is stored', async () => {
    const { store, objects } = await storeOf({ 'BTC/USD 1h': '0:10 1:11 2:12' });
    const before = new Map(objects.objects);
    await verified(store, { source: sourceOf('0:11 1:12 2:13 3:14').source });
    expect(objects.objects).toEqual(before);
  });
});
