import { expect } from 'vitest';
import { type CandleReader, type Recomputed, recompute } from '../../shared/app/recompute.ts';
import { monthsOf } from '../../shared/app/results.ts';
import { emptyCandles, rowsBefore, sliceCandles } from '../../shared/core/market/candles.ts';
import type { ItemBody, StateStore } from '../../shared/ports/state-store.ts';
import type { World } from './world.ts';

/** The candles of a world as a store of candles has them. */
export function candlesIn({ data }: Pick<World, 'data'>): CandleReader {
  return {
    async read(symbol, timeframe, { fromMs = 0, toMs = Number.POSITIVE_INFINITY } = {}) {
      const candles = data.symbols.get(symbol)?.series.get(timeframe) ?? emptyCandles(0);
      return sliceCandles(candles, rowsBefore(candles, fromMs), rowsBefore(candles, toMs));
    },
  };
}

/** Every decision of a world as it is stored, oldest first. */
export async function storedDecisions(store: StateStore, world: World): Promise<readonly ItemBody[]> {
  const bodies: ItemBody[] = [];
  for (const pk of monthsOf(world.account, world)) {
    for (const { body } of await store.query(pk, { prefix: 'DECISION#' })) bodies.push(body);
  }
  return bodies;
}

/** Decides again what a world's decision was about. */
export function recomputedIn(
  world: World,
  record: ItemBody,
  candles: CandleReader = candlesIn(world),
): Promise<Recomputed> {
  const { account, config, instances, lookbackRows } = world;
  return recompute({ account, record, config, instances, candles, lookbackRows });
}

/** Decides again all that a world decided, and finds the same bytes. @returns how many decisions these were */
export async function expectRecomputed(store: StateStore, world: World): Promise<number> {
  const records = await storedDecisions(store, world);
  for (const record of records) {
    const { differences, isEqual } = await recomputedIn(world, record);
    expect([differences, isEqual], `${record['symbol']} at ${record['atMs']}`).toEqual([[], true]);
  }
  return records.length;
}
