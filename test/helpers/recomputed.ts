import { expect } from 'vitest';
import { sqliteStateStore } from '../../shared/adapters/sqlite/state-store.ts';
import { type CandleReader, type Recomputed, recompute } from '../../shared/app/recompute.ts';
import { replay } from '../../shared/app/replay.ts';
import { monthsOf } from '../../shared/app/results.ts';
import { emptyCandles, rowsBefore, sliceCandles } from '../../shared/core/market/candles.ts';
import { HOUR_MS } from '../../shared/core/market/timeframes.ts';
import type { ItemBody, StateStore } from '../../shared/ports/state-store.ts';
import { paperOf, type World } from './world.ts';

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

const replayed = new Map<World, Promise<readonly ItemBody[]>>();

async function replayOf(own: World): Promise<readonly ItemBody[]> {
  const store = sqliteStateStore({ file: ':memory:', durability: 'relaxed' });
  await replay(paperOf(own, { store }), own);
  return storedDecisions(store, own);
}

/** The decision about a symbol so many hours after the beginning, as it is stored. @throws Error when there is none */
export async function decisionOf(own: World, symbol: string, hours: number): Promise<ItemBody> {
  const known = replayed.get(own) ?? replayOf(own);
  replayed.set(own, known);
  const all = await known;
  const found = all.find((one) => one['symbol'] === symbol && one['atMs'] === own.fromMs + hours * HOUR_MS);
  if (found === undefined) throw new Error(`no decision about ${symbol} after ${hours} hours`);
  return found;
}

/** The same with another value at a path, which must be there. */
export function planted(record: ItemBody, path: string, value: unknown): ItemBody {
  const copy = structuredClone(record) as Record<string, unknown>;
  const names = path.split('.');
  const last = names.pop() ?? '';
  const at = names.reduce((tree, name) => tree[name] as Record<string, unknown>, copy);
  if (!(last in at)) throw new Error(`nothing at ${path}`);
  at[last] = typeof value === 'function' ? value(at[last]) : value;
  return copy;
}
