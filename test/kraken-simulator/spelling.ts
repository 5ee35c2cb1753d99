import type { Units } from '../../shared/core/decimal.ts';
import type { EpochMs } from '../../shared/core/market/timeframes.ts';
import type { BookOrder, BookTrade } from './orders.ts';
import type { PairRules } from './pairs.ts';

/** An amount with exactly so many decimals; what is beyond them is dropped. */
export function fixed(units: Units, places: number): string {
  const scaled = (units < 0n ? -units : units) / 10n ** BigInt(18 - places);
  const digits = scaled.toString().padStart(places + 1, '0');
  const whole = digits.slice(0, digits.length - places);
  return `${units < 0n ? '-' : ''}${whole}${places === 0 ? '' : `.${digits.slice(-places)}`}`;
}

/** Kraken's times: seconds with a fraction. */
function seconds(ms: EpochMs): number {
  return ms / 1000;
}

/** The sentence that tells an order: `sell 0.01000000 XBTUSD @ stop loss 48000.0`. */
export function orderSentence({ side, volume, pair, type, price }: BookOrder): string {
  const start = `${side} ${fixed(volume, pair.lotDecimals)} ${pair.altname} @`;
  const at = fixed(price, pair.pairDecimals);
  if (type === 'market') return `${start} market`;
  return type === 'limit' ? `${start} limit ${at}` : `${start} stop loss ${at}`;
}

/** An order as OpenOrders, ClosedOrders and QueryOrders tell it. */
export function orderEntry(
  order: BookOrder,
  { nowMs, hasTrades }: { readonly nowMs: EpochMs; readonly hasTrades: boolean },
): object {
  const { pair, clOrdId, closedMs, expiresMs, trades } = order;
  const money = (amount: Units) => fixed(amount, pair.costDecimals);
  const shown = trades.filter(({ visibleFromMs }) => visibleFromMs <= nowMs).map(({ txid }) => txid);
  return {
    refid: null,
    userref: order.userref,
    ...(clOrdId !== null && { cl_ord_id: clOrdId }),
    status: order.status,
    ...(closedMs !== null && { reason: order.reason }),
    opentm: seconds(order.openedMs),
    ...(closedMs !== null && { closetm: seconds(closedMs) }),
    starttm: 0,
    expiretm: expiresMs === null ? 0 : seconds(expiresMs),
    descr: {
      pair: pair.altname,
      type: order.side,
      ordertype: order.type,
      price: order.type === 'market' ? '0' : fixed(order.price, pair.pairDecimals),
      price2: '0',
      leverage: 'none',
      order: orderSentence(order),
      close: '',
    },
    vol: fixed(order.volume, pair.lotDecimals),
    vol_exec: fixed(order.filled, pair.lotDecimals),
    cost: money(order.cost),
    fee: money(order.fee),
    price: averagePrice(order),
    stopprice: order.isTriggered ? fixed(order.price, pair.pairDecimals) : money(0n),
    limitprice: money(0n),
    ...(order.type === 'stop-loss' && { trigger: 'last' }),
    misc: order.isTriggered ? 'stopped' : '',
    oflags: [...(order.isPostOnly ? ['post'] : []), order.feeIn === 'quote' ? 'fciq' : 'fcib'].join(','),
    ...(hasTrades && shown.length > 0 && { trades: shown }),
  };
}

/** What an execution cost on average: at the decimals of the pair once there is one. */
function averagePrice({ filled, cost, pair }: BookOrder): string {
  if (filled === 0n) return fixed(0n, pair.costDecimals);
  return fixed((cost * 10n ** 18n) / filled, pair.pairDecimals);
}

/** A trade as TradesHistory tells it. */
export function tradeEntry(trade: BookTrade): object {
  const { order, number } = trade;
  const money = (amount: Units) => fixed(amount, order.pair.costDecimals);
  return {
    ordertxid: order.txid,
    postxid: 'TKH2SE-M7IF5-CFI7LT',
    pair: order.pair.name,
    time: seconds(trade.atMs),
    type: order.side,
    ordertype: order.type,
    price: money(trade.price),
    cost: money(trade.cost),
    fee: money(trade.fee),
    vol: fixed(trade.volume, order.pair.lotDecimals),
    margin: money(0n),
    leverage: '0',
    misc: '',
    trade_id: number + 1,
    maker: trade.isMaker,
  };
}

/** A fraction as percent, a number as AssetPairs has it. */
const percent = (rate: Units) => Number(fixed(rate * 100n, 4));

/** A pair as AssetPairs tells it. */
export function pairEntry(pair: PairRules, status: string): object {
  const tiers = (fees: PairRules['takerFees']) =>
    fees.map(({ volume, rate }) => [Number(fixed(volume, 0)), percent(rate)]);
  return {
    altname: pair.altname,
    wsname: pair.wsname,
    aclass_base: 'currency',
    base: pair.base,
    aclass_quote: 'currency',
    quote: pair.quote,
    lot: 'unit',
    cost_decimals: pair.costDecimals,
    pair_decimals: pair.pairDecimals,
    lot_decimals: pair.lotDecimals,
    lot_multiplier: 1,
    leverage_buy: [],
    leverage_sell: [],
    fees: tiers(pair.takerFees),
    fees_maker: tiers(pair.makerFees),
    fee_volume_currency: 'ZUSD',
    margin_call: 80,
    margin_stop: 40,
    ordermin: trimmed(pair.orderMin),
    costmin: trimmed(pair.costMin),
    tick_size: trimmed(pair.tick),
    status,
  };
}

function trimmed(amount: Units): string {
  return fixed(amount, 18).replace(/\.?0+$/, '');
}
