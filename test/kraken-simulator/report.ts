import { type DecimalText, textOf, type Units } from '../../shared/core/decimal.ts';
import type { EpochMs } from '../../shared/core/market/timeframes.ts';
import type { KrakenDoor } from './door.ts';
import type { BookOrder } from './orders.ts';
import type { KrakenWorld } from './world.ts';

/** What happened, for whoever checks a client of the simulator. Amounts are decimal text, pairs as AssetPairs lists them. */
export interface SimulatorReport {
  readonly nowMs: EpochMs;
  readonly orders: {
    /** Accepted, the owner's included. */
    readonly accepted: number;
    /** Every order ever accepted with a client id, by it. */
    readonly byClientId: Readonly<Record<string, readonly ReportedOrder[]>>;
    /** Client ids under which more than one order was accepted. */
    readonly duplicates: readonly string[];
  };
  readonly trades: readonly ReportedTrade[];
  /** Of orders with a client id, by pair. */
  readonly sums: Readonly<Record<string, ReportedSum>>;
  readonly faults: Readonly<Record<string, number>>;
  /** Calls by path. */
  readonly calls: Readonly<Record<string, number>>;
  /** When client ids held what no open order would have sold. `toMs` is null while it lasts. */
  readonly naked: readonly ReportedNaked[];
}

interface ReportedOrder {
  readonly txid: string;
  readonly pair: string;
  readonly side: 'buy' | 'sell';
  readonly type: string;
  readonly status: string;
  readonly volume: DecimalText;
  readonly filled: DecimalText;
  readonly openedMs: EpochMs;
}

interface ReportedTrade {
  readonly id: string;
  readonly clientOrderId: string | null;
  readonly pair: string;
  readonly side: 'buy' | 'sell';
  readonly atMs: EpochMs;
  readonly price: DecimalText;
  readonly volume: DecimalText;
  readonly cost: DecimalText;
  readonly fee: DecimalText;
}

interface ReportedSum {
  readonly bought: DecimalText;
  readonly sold: DecimalText;
  readonly paid: DecimalText;
  readonly received: DecimalText;
  readonly fees: DecimalText;
}

interface ReportedNaked {
  readonly pair: string;
  readonly fromMs: EpochMs;
  readonly toMs: EpochMs | null;
  readonly most: DecimalText;
  /** Of it, how long the exchange took no orders. */
  readonly blockedMs: number;
  /** Calls with which something went wrong while it lasted. */
  readonly faults: number;
}

/** The report of a world and its door, up to now. */
export function reportOf(world: KrakenWorld, door: KrakenDoor): SimulatorReport {
  const { book } = world;
  const byClientId = [...book.accepted].map(([id, orders]) => [id, orders.map(reportedOrder)] as const);
  return {
    nowMs: world.trueMs(),
    orders: {
      accepted: book.orders.size,
      byClientId: Object.fromEntries(byClientId),
      duplicates: byClientId.filter(([, orders]) => orders.length > 1).map(([id]) => id),
    },
    trades: book.trades.map(({ txid, order, atMs, price, volume, cost, fee }) => ({
      id: txid,
      clientOrderId: order.clOrdId,
      pair: order.pair.name,
      side: order.side,
      atMs,
      price: textOf(price),
      volume: textOf(volume),
      cost: textOf(cost),
      fee: textOf(fee),
    })),
    sums: Object.fromEntries(book.pairs.map(({ name }) => [name, sumOf(world, name)])),
    faults: Object.fromEntries(world.counts),
    calls: Object.fromEntries(door.calls),
    naked: world.naked.map((span) => ({ ...span, most: textOf(span.most) })),
  };
}

function reportedOrder(order: BookOrder): ReportedOrder {
  const { txid, pair, side, type, status, volume, filled, openedMs } = order;
  return {
    txid,
    pair: pair.name,
    side,
    type,
    status,
    volume: textOf(volume),
    filled: textOf(filled),
    openedMs,
  };
}

function sumOf({ book }: KrakenWorld, pair: string): ReportedSum {
  const ours = book.trades.filter(({ order }) => order.clOrdId !== null && order.pair.name === pair);
  const sum = (side: 'buy' | 'sell' | 'both', what: 'volume' | 'cost' | 'fee') =>
    textOf(
      ours
        .filter(({ order }) => side === 'both' || order.side === side)
        .reduce<Units>((all, trade) => all + trade[what], 0n),
    );
  return {
    bought: sum('buy', 'volume'),
    sold: sum('sell', 'volume'),
    paid: sum('buy', 'cost'),
    received: sum('sell', 'cost'),
    fees: sum('both', 'fee'),
  };
}
