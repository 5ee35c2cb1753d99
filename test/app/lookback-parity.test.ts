import { beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { parquetCandleStore } from '../../shared/adapters/parquet/candle-store.ts';
import { lookbackParity } from '../../shared/app/lookback-parity.ts';
import { atr } from '../../shared/core/indicators/atr.ts';
import { ema } from '../../shared/core/indicators/ema.ts';
import type { Candles } from '../../shared/core/market/candles.ts';
import { type Timeframe, timeframeMs } from '../../shared/core/market/timeframes.ts';
import type { Instance } from '../../shared/core/strategies/instances.ts';
import { strategies } from '../../shared/core/strategies/registry.ts';
import {
  defineStrategy,
  emptySignals,
  type Signals,
  type Strategy,
} from '../../shared/core/strategies/strategy.ts';
import type { CandleStore } from '../../shared/ports/candle-store.ts';
import { walk } from '../helpers/candles.ts';
import { memoryObjectStore } from '../helpers/memory-object-store.ts';

const HOURS_4 = timeframeMs['4h'];
const ROWS = 1600;
const market = walk(7, ROWS, { move: 0.02, price: 30_000 });
const openMs = (row: number) => (market.openMs[0] ?? 0) + row * HOURS_4;
/** Hundred bars at the end. */
const span = { fromMs: openMs(ROWS - 99), toMs: openMs(ROWS) };

let store: CandleStore;
beforeAll(async () => {
  store = parquetCandleStore(memoryObjectStore(), 'kraken');
  const provenance = { source: 'csv', name: 'test' };
  await store.append({ symbol: 'BTC/USD', timeframe: '4h', candles: market, provenance });
});

const instanceOf = (strategy: Strategy, params: unknown = strategy.params.parse({})): Instance => {
  const timeframe: Timeframe = '4h';
  return { id: `${strategy.id}@4h`, strategy, timeframe, params, timeStopMs: null };
};

const planted = (prepare: (candles: Candles) => Partial<Signals>): Instance =>
  instanceOf(
    defineStrategy({
      id: 'planted',
      title: 'Planted',
      family: 'trend',
      formula: 'f',
      source: 's',
      loses: 'l',
      params: z.strictObject({}),
      warmup: () => 1,
      prepare: (candles) => ({ ...emptySignals(candles.close.length), ...prepare(candles) }),
    }),
  );

const compared = (instances: readonly Instance[], over: object = {}) =>
  lookbackParity(store, {
    symbols: [{ symbol: 'BTC/USD', tickDecimals: 1 }],
    instances,
    ...span,
    rows: 720,
    ...over,
  });

/** Bars and differences of the planted strategy, and the columns of what is named. */
async function ofPlanted(prepare: (candles: Candles) => Partial<Signals>) {
  const { compared: all, differences } = await compared([planted(prepare)]);
  const { bars, differences: count } = all[0] ?? { bars: 0, differences: 0 };
  return { bars, count, columns: [...new Set(differences.map(({ column }) => column))] };
}

const fromFirst = ({ close }: Candles, told: (value: number, i: number) => number) => {
  let sum = 0;
  return close.map((price, i) => {
    sum += price;
    return told(sum / (i + 1), i);
  });
};

describe('over the last 720 candles and over all of them', () => {
  it.each(
    strategies.filter(({ longest = '1d' }) => timeframeMs[longest] >= HOURS_4).map((one) => [one.id, one]),
  )('%s says the same at every bar, and the regime is the same', async (id, strategy) => {
    expect(await compared([instanceOf(strategy)])).toEqual({
      compared: [`${id}@4h`, 'regime@4h'].map((instance) => ({
        instance,
        symbol: 'BTC/USD',
        candles: ROWS,
        bars: 100,
        incomplete: 0,
        differences: 0,
      })),
      differences: [],
    });
  });

  it('an average of 14 candles by Wilder is the same, one of 500 by exponents is not', async () => {
    const wilder = await ofPlanted(({ high, low, close }) => {
      const range = atr(high, low, close, 14);
      return { trail: close.map((price, i) => price - 3 * (range[i] ?? 0)) };
    });
    expect(wilder).toEqual({ bars: 100, count: 0, columns: [] });
    const { count, columns } = await ofPlanted(({ close }) => ({ stop: ema(close, 500) }));
    expect(columns).toEqual(['stop']);
    expect(count).toBeGreaterThan(90);
  });

  it('a price that is averaged from the first candle on is not', async () => {
    const cumulative = (candles: Candles) => fromFirst(candles, (mean) => mean);
    const { count, columns } = await ofPlanted((candles) => ({ target: cumulative(candles) }));
    expect([count, columns]).toEqual([100, ['target']]);
  });

  it.each<[string, (candles: Candles) => Partial<Signals>]>([
    ['vote', ({ close }) => ({ vote: Int8Array.from(close, (_, i) => (i === 719 ? 1 : 0)) })],
    ['exit', ({ close }) => ({ exit: Uint8Array.from(close, (_, i) => (i === 719 ? 1 : 0)) })],
    ['strength', ({ close }) => ({ strength: close.map((_, i) => (i === 719 ? 0.5 : 1)) })],
    ['trail', ({ close }) => ({ trail: close.map((price, i) => (i === 719 ? price : Number.NaN)) })],
    ['target', ({ close }) => ({ target: close.map((price, i) => (i === 719 ? price : Number.NaN)) })],
  ])('a %s that depends on the number of candles is named', async (column, prepare) => {
    expect(await ofPlanted(prepare)).toEqual({ bars: 100, count: 100, columns: [column] });
  });

  it('a difference has the instant, the column and both values, on the tick', async () => {
    const shifted = ({ close }: Candles) => ({
      stop: close.map((_, i) => (i === 719 ? 29_000.04 : 29_000.11)),
    });
    const { differences } = await compared([planted(shifted)]);
    expect(differences).toHaveLength(20);
    expect(differences[0]).toEqual({
      instance: 'planted@4h',
      symbol: 'BTC/USD',
      atMs: span.fromMs,
      column: 'stop',
      window: 29_000.1,
      whole: 29_000.2,
    });
  });

  it('less than the tick is no difference', async () => {
    const noise = ({ close }: Candles) => ({
      stop: close.map((_, i) => (i === 719 ? 29_000.04 : 29_000.05)),
      target: close.map((_, i) => (i === 719 ? 31_000.02 : 31_000.04)),
      strength: close.map((_, i) => (i === 719 ? 0.5 : 0.5 + 1e-9)),
    });
    expect(await ofPlanted(noise)).toMatchObject({ bars: 100, count: 0 });
  });

  it('the regime is the same also where it looks back on fewer candles than it would like to', async () => {
    // Of 300 candles there are 299 returns; an estimate takes up to 499.
    const { compared: all, differences } = await compared([], { rows: 300 });
    expect(all).toMatchObject([{ instance: 'regime@4h', bars: 100, differences: 0 }]);
    expect(differences).toEqual([]);
  });

  it('bars without a complete lookback are counted and not compared', async () => {
    const early = { fromMs: openMs(710), toMs: openMs(729) };
    const { compared: all } = await compared([planted(() => ({}))], early);
    // Of the twenty bars that close from row 709 to 728, the first with 720 candles is row 719.
    expect(all[0]).toMatchObject({ bars: 10, incomplete: 10 });
  });

  it('tells how far it is', async () => {
    const told: string[] = [];
    const onProgress = (what: string, done: number, all: number) => told.push(`${what} ${done}/${all}`);
    await compared([planted(() => ({}))], { onProgress, fromMs: openMs(ROWS - 149) });
    expect(told).toEqual([
      'planted@4h BTC/USD 0/150',
      'planted@4h BTC/USD 100/150',
      'regime@4h BTC/USD 0/150',
      'regime@4h BTC/USD 100/150',
    ]);
  });

  it('candles that are not stored or end too early are refused', async () => {
    const later = { toMs: openMs(ROWS + 1) };
    await expect(compared([planted(() => ({}))], later)).rejects.toMatchObject({
      code: 'candles-missing',
      message: expect.stringMatching(/^The 4h candles of BTC\/USD reach to .* UTC, the span to /),
    });
    const symbols = [{ symbol: 'ETH/USD', tickDecimals: 2 }];
    await expect(compared([planted(() => ({}))], { symbols })).rejects.toMatchObject({
      message: expect.stringMatching(/^The 4h candles of ETH\/USD are not stored, /),
    });
  });
});
