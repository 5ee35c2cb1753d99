import { divide, numberOf, type Units, unitsOf } from '../decimal.ts';
import type { Candle } from '../market/candles.ts';
import type { EpochMs } from '../market/timeframes.ts';
import type { BookedFill } from './books.ts';
import { costOf, type FillRules, gapPrice, marketPrice, stopPrice } from './costs.ts';
import type { Order } from './order.ts';

/** What the model reads of an order and of one of its fills. */
export type ModelledOrder = Pick<Order, 'kind' | 'side' | 'decidedMs' | 'triggerPrice' | 'limitPrice'>;
export type ModelledFill = Pick<BookedFill, 'atMs' | 'step' | 'price' | 'quantity' | 'cost' | 'fee'>;

/** A fill beside what the model of backtest and paper says of it. Above 0: the market was dearer than the model. */
export interface OverModel {
  /** The price at which the model fills it. */
  readonly price: Units;
  /** How much worse the real price was, basis points of the model's. */
  readonly bps: number;
  /** How much more was paid, or less was got, in quote currency, fees included. */
  readonly cost: Units;
}

/** Open time of the exec candle that the model fills an order in: what takes meets the open after its decision. */
export function modelCandleMs(
  { kind, decidedMs }: ModelledOrder,
  { atMs, step }: ModelledFill,
  execMs: number,
): EpochMs {
  if (kind !== 'stop') return Math.floor(decidedMs / execMs) * execMs;
  // A modelled fill within a candle is booked at its end, a real one at its own instant.
  return step === 'RANGE' ? Math.ceil(atMs / execMs) * execMs - execMs : Math.floor(atMs / execMs) * execMs;
}

/**
 * Compares a fill with the model: with the very rules by which backtest and paper fill an order of its kind.
 * @param candle the exec candle of `modelCandleMs`
 * @see spec: execution §6, §12, §14 "Prices"
 */
export function overModel(
  order: ModelledOrder,
  fill: ModelledFill,
  { candle, rules }: { readonly candle: Pick<Candle, 'open' | 'low'>; readonly rules: FillRules },
): OverModel {
  const { side } = order;
  const price = modelPrice(order, candle, rules);
  const feeRate = order.kind === 'limit' ? rules.makerFee : rules.takerFee;
  const model = costOf(side, price, fill.quantity, feeRate);
  const worse = side === 'buy' ? fill.price - price : price - fill.price;
  const paid = side === 'buy' ? fill.cost - model.cost : model.cost - fill.cost;
  return {
    price,
    bps: numberOf(divide(worse * BASIS_POINTS, price)),
    cost: paid + fill.fee - model.fee,
  };
}

const BASIS_POINTS = 10_000n;

function modelPrice(
  { kind, side, triggerPrice, limitPrice }: ModelledOrder,
  { open, low }: Pick<Candle, 'open' | 'low'>,
  rules: FillRules,
): Units {
  if (kind === 'limit' && limitPrice !== null) return limitPrice;
  if (kind !== 'stop' || triggerPrice === null) return marketPrice(side, open, rules);
  const trigger = numberOf(triggerPrice);
  if (open <= trigger) return gapPrice(side, open, rules);
  // The trade that triggered it may be missing in the candle: then it fell to the trigger and no further.
  return stopPrice(side, trigger, Math.min(low, trigger), rules);
}

/** The middle of numbers, or of an even count the mean of the two in the middle; null of none. */
export function medianOf(values: readonly number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length / 2;
  const [low, high] = [sorted[Math.ceil(half) - 1], sorted[Math.floor(half)]];
  return low === undefined || high === undefined ? null : (low + high) / 2;
}

/** What the fills of one direction cost over the model. */
export interface ModelSummary {
  readonly fills: number;
  /** Null without a fill. */
  readonly medianBps: number | null;
  /** Quote currency, fees included. */
  readonly cost: Units;
}

/** Sums up fills that were compared. */
export function summaryOf(compared: readonly Pick<OverModel, 'bps' | 'cost'>[]): ModelSummary {
  return {
    fills: compared.length,
    medianBps: medianOf(compared.map(({ bps }) => bps)),
    cost: compared.reduce((sum, { cost }) => sum + cost, unitsOf('0')),
  };
}
