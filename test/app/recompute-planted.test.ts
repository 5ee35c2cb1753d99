import { describe, expect, it } from 'vitest';
import { type CandleReader, recompute } from '../../shared/app/recompute.ts';
import { AppError } from '../../shared/core/errors.ts';
import { type Candles, sliceCandles } from '../../shared/core/market/candles.ts';
import { HOUR_MS } from '../../shared/core/market/timeframes.ts';
import type { ItemBody } from '../../shared/ports/state-store.ts';
import { trippingPlay } from '../helpers/plays.ts';
import { candlesIn, decisionOf, planted, recomputedIn } from '../helpers/recomputed.ts';
import { calm, costless, staged } from '../helpers/stage.ts';

/** BTC is bought at 4h and held to its time stop. ETH moves with it, and is bought at 8h. */
const world = staged(
  {
    BTC: [`${calm} turtle:long`, `${calm}`, calm, calm],
    ETH: [calm, `${calm} turtle:long trend:long`, `${calm} turtle:exit`, calm],
  },
  {
    target: 1.1,
    timeStopBars: 20,
    past: {
      'BTC/USD': { closes: Array.from({ length: 300 }, (_, i) => 100 + (i % 7)) },
      'ETH/USD': { closes: Array.from({ length: 300 }, (_, i) => 100 + (i % 5)) },
    },
    config: costless({ risk: { cooldownMinutes: 60 } }),
  },
);

const more = (text: string) => `${Number(text) + 1000}`;
const minuteBefore = world.fromMs + 8 * HOUR_MS - 60_000;
const breaker = { scope: 'manual', version: 1, untilMs: null, why: 'Planted.', by: 'engine' };

describe('one input of a record that is another is noticed:', () => {
  it('an entry and a position that is held, as they are, are equal', async () => {
    const entry = await decisionOf(world, 'ETH/USD', 8);
    expect(entry).toMatchObject({ action: 'ENTER', inputs: { others: [{ symbol: 'BTC/USD', rows: 181 }] } });
    expect(Object(entry['inputs']).correlation).not.toBeNull();
    expect(await recomputedIn(world, entry)).toMatchObject({ isEqual: true, differences: [] });
    const held = await decisionOf(world, 'ETH/USD', 12);
    expect(held).toMatchObject({ action: 'HOLD', latched: ['turtle@4h'] });
    expect(await recomputedIn(world, held)).toMatchObject({ isEqual: true, differences: [] });
  });

  it.each([
    ['equity', more],
    ['exposure', more],
    ['free', more],
    ['standing.peak', more],
    ['standing.dayStart', more],
    ['standing.lastLossMs', minuteBefore],
    ['standing.results', 3],
    ['standing.netRs', [1]],
    ['standing.netRs', Array.from({ length: 10 }, () => -1)],
    ['standing.open', 0],
    ['standing.breakers', [breaker]],
    ['isEntering', true],
    ['isMissed', true],
    ['execMs', 60_000],
    ['quote', { bid: 99, ask: 101 }],
    ['isBalanceShort', true],
    ['takeCost', 0.01],
    ['instrument.tickDecimals', 3],
    ['instrument.lotDecimals', 3],
    ['instrument.minQuantity', more],
    ['instrument.minCost', more],
    ['instrument.makerFee', '0.1'],
    ['instrument.takerFee', '0.1'],
    ['others', []],
    ['others.0.rows', 180],
    ['candles.0.rows', 719],
    ['close', more],
    ['atr', more],
    ['correlation', 0.5],
    ['regime.z', 5],
  ])('of an entry, %s', async (path, value) => {
    const record = await decisionOf(world, 'ETH/USD', 8);
    const { isEqual, differences } = await recomputedIn(world, planted(record, `inputs.${path}`, value));
    expect(isEqual).toBe(false);
    expect(differences.length).toBeGreaterThan(0);
  });

  it.each([
    ['entryMs', (ms: number) => ms - 20 * 4 * HOUR_MS],
    ['timeStopMs', 4 * HOUR_MS],
    ['quantity', more],
    ['stop', '99'],
    ['target', '111'],
    ['exit', 'SIGNAL'],
    ['supporters.0.weight', 0.01],
    ['supporters.0.isLatched', true],
    ['supporters.1.instance', 'supertrend@4h'],
  ])('of a position that is held, its %s', async (path, value) => {
    const record = await decisionOf(world, 'ETH/USD', 12);
    const { isEqual } = await recomputedIn(world, planted(record, `inputs.held.${path}`, value));
    expect(isEqual).toBe(false);
  });

  it.each([
    ['untilMs', minuteBefore + 3 * HOUR_MS],
    ['why', 'Another reason.'],
    ['by', 'ann@desk'],
    ['scope', 'portfolio'],
  ])('of an entry that a breaker forbids, its %s', async (field, value) => {
    const own = trippingPlay();
    const record = await decisionOf(own, 'BTC/USD', 8);
    expect(record).toMatchObject({ code: 'BREAKER_CONSECUTIVE_LOSSES' });
    const path = `inputs.standing.breakers.0.${field}`;
    expect(await recomputedIn(own, record)).toMatchObject({ isEqual: true });
    expect(await recomputedIn(own, planted(record, path, value))).toMatchObject({ isEqual: false });
  });

  it('only what no rule reads is told and not noticed: the count of losses, the version of a breaker', async () => {
    const own = trippingPlay();
    const record = await decisionOf(own, 'BTC/USD', 8);
    for (const path of ['losses', 'breakers.0.version']) {
      const other = planted(record, `inputs.standing.${path}`, 9);
      expect(await recomputedIn(own, other)).toMatchObject({ isEqual: true });
    }
  });

  it('and each difference names its field, what was recorded and what is computed now', async () => {
    const record = await decisionOf(world, 'ETH/USD', 8);
    const { bytes, differences } = await recomputedIn(world, planted(record, 'regime', 'STRONG_TREND'));
    expect(differences).toEqual([{ field: 'regime', one: 'STRONG_TREND', other: record['regime'] }]);
    expect(bytes).toBe(JSON.stringify(planted(record, 'regime', 'STRONG_TREND')).length);
  });
});

it('who recorded a decision is taken over: another version that decides the same finds the same bytes', async () => {
  const record = planted(await decisionOf(world, 'ETH/USD', 8), 'codeVersion', '9.9.9');
  expect(await recomputedIn(world, record)).toMatchObject({ isEqual: true });
});

describe('candles that are not those that were seen are named, and nothing is compared:', () => {
  /** The world's candles, one series of them changed. */
  const changed = (
    symbol: string,
    timeframe: string,
    change: (candles: Candles) => Candles,
  ): CandleReader => {
    const { read } = candlesIn(world);
    return {
      read: async (of, on, span) => {
        const candles = await read(of, on, span);
        return of === symbol && on === timeframe ? change(candles) : candles;
      },
    };
  };
  const dearer = (candles: Candles): Candles => ({
    ...candles,
    close: candles.close.map((price, i) => (i === 7 ? price + 0.01 : price)),
  });
  const shorter = (candles: Candles) => sliceCandles(candles, 1, candles.openMs.length);

  it.each<[string, CandleReader, string]>([
    [
      'another close',
      changed('ETH/USD', '4h', dearer),
      'of ETH/USD 4h from 2023-10-03 08:00 to 2024-01-31 04:00 UTC some have other prices or volumes now',
    ],
    [
      'one less',
      changed('ETH/USD', '4h', shorter),
      'of ETH/USD 4h from 2023-10-03 08:00 to 2024-01-31 04:00 UTC it saw 720, and there are 719 now',
    ],
    [
      'those of a symbol that was held beside it',
      changed('BTC/USD', '4h', dearer),
      'of BTC/USD 4h from 2024-01-01 04:00 to 2024-01-31 04:00 UTC some have other prices or volumes now',
    ],
  ])('%s', async (_, candles, told) => {
    const record = await decisionOf(world, 'ETH/USD', 8);
    const error = await recomputedIn(world, record, candles).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(AppError);
    expect(error).toMatchObject({
      code: 'candles-changed',
      message: `The candles are not those that the decision saw: ${told}.`,
    });
  });

  it('each series that has changed', async () => {
    const record = await decisionOf(world, 'ETH/USD', 24 - 12);
    const none: CandleReader = { read: async (...of) => shorter(await candlesIn(world).read(...of)) };
    await expect(recomputedIn(world, record, none)).rejects.toThrow(/of ETH\/USD 4h .*; of BTC\/USD 4h /);
  });
});

describe('a record that does not tell all inputs', () => {
  it('as earlier versions wrote it, is refused with what is missing', async () => {
    const record = structuredClone(await decisionOf(world, 'ETH/USD', 8)) as {
      inputs: Record<string, unknown>;
    } & ItemBody;
    for (const name of ['others', 'execMs', 'quote', 'isBalanceShort']) delete record.inputs[name];
    const { account, config, instances, lookbackRows } = world;
    const candles = candlesIn(world);
    await expect(
      recompute({ account, record, config, instances, candles, lookbackRows }),
    ).rejects.toMatchObject({
      code: 'state-invalid',
      message:
        'The decision about ETH/USD of 2024-01-31 08:00 UTC cannot be computed again: its record does not tell all ' +
        'that was read (inputs.others, inputs.execMs, inputs.quote, inputs.isBalanceShort).',
    });
  });
});
