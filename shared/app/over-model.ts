import type { Config } from '../core/config.ts';
import { marketRules } from '../core/decision/rules.ts';
import type { BookedFill } from '../core/execution/books.ts';
import {
  type ModelSummary,
  modelCandleMs,
  type OverModel,
  overModel,
  summaryOf,
} from '../core/execution/model-cost.ts';
import type { Order } from '../core/execution/order.ts';
import { candleAt } from '../core/market/candles.ts';
import { DAY_MS, type EpochMs, type Timeframe, timeframeMs } from '../core/market/timeframes.ts';
import type { StateStore } from '../ports/state-store.ts';
import { loadAtRest } from './account.ts';
import { fillPages, historyPages } from './history.ts';
import { readItem } from './items.ts';
import type { CandleReader } from './recompute.ts';
import type { Span } from './results.ts';

/** The stop of a position that was held for longer is not found any more: its fill is not compared. */
const HELD_MS_MAX = 100 * DAY_MS;
/** What orders of the present meet. */
const EXEC: Timeframe = '1m';

/** Where fills, and what the model says of them, are read. */
export interface ComparedAccount {
  readonly store: StateStore;
  readonly account: string;
  /** The exec candles of the present. */
  readonly candles: CandleReader;
  /** The costs of the model. */
  readonly config: Config;
}

/**
 * Compares fills with the model of backtest and paper.
 * @returns for each of them null where its order or the candle of the model is not stored
 */
export async function comparedFills(
  compared: ComparedAccount,
  fills: readonly BookedFill[],
): Promise<readonly (OverModel | null)[]> {
  const [first, last] = [fills[0], fills.at(-1)];
  if (first === undefined || last === undefined) return [];
  const orders = await ordersOf(compared, { fromMs: first.atMs - HELD_MS_MAX, toMs: last.atMs });
  const results: (OverModel | null)[] = [];
  for (const fill of fills) results.push(await comparedFill(compared, fill, orders.get(fill.clientOrderId)));
  return results;
}

async function ordersOf(
  { store, account }: ComparedAccount,
  span: Span,
): Promise<ReadonlyMap<string, Order>> {
  const { orders } = await loadAtRest(store, account);
  const known = new Map([...orders].map(([id, { value }]) => [id, value]));
  for await (const items of historyPages(store, account, { ...span, what: 'ORDER' }))
    for (const item of items) {
      const order = readItem('order', item);
      known.set(order.clientOrderId, order);
    }
  return known;
}

async function comparedFill(
  { candles, config }: ComparedAccount,
  fill: BookedFill,
  order: Order | undefined,
): Promise<OverModel | null> {
  if (order === undefined || config.markets[fill.symbol] === undefined) return null;
  const execMs = timeframeMs[EXEC];
  const fromMs = modelCandleMs(order, fill, execMs);
  const found = await candles.read(fill.symbol, EXEC, { fromMs, toMs: fromMs + execMs });
  if (found.openMs[0] !== fromMs) return null;
  return overModel(order, fill, {
    candle: candleAt(found, 0),
    rules: marketRules(config, fill.symbol).fill,
  });
}

/** What the entries and the exits of a span cost over the model. */
export interface AccountOverModel {
  readonly entries: ModelSummary;
  readonly exits: ModelSummary;
  /** Fills that the model has no candle for. */
  readonly unknown: number;
}

/** Compares all fills of a span with the model. @param sinceMs of the span, which ends now */
export async function accountOverModel(
  compared: ComparedAccount,
  { sinceMs, nowMs }: { readonly sinceMs: EpochMs; readonly nowMs: EpochMs },
): Promise<AccountOverModel> {
  const [entries, exits]: [OverModel[], OverModel[]] = [[], []];
  let unknown = 0;
  const pages = fillPages(compared.store, compared.account, { fromMs: sinceMs, toMs: nowMs });
  for await (const fills of pages) {
    const results = await comparedFills(compared, fills);
    for (const [at, { side }] of fills.entries()) {
      const result = results[at] ?? null;
      if (result === null) unknown++;
      else (side === 'buy' ? entries : exits).push(result);
    }
  }
  return { entries: summaryOf(entries), exits: summaryOf(exits), unknown };
}
