import type { Units } from '../../shared/core/decimal.ts';
import type { EpochMs } from '../../shared/core/market/timeframes.ts';
import { krakenDesk } from './desk.ts';
import type { ApiKey } from './keys.ts';
import type { Lag } from './orders.ts';
import type { FeeTier } from './pairs.ts';
import {
  type Answer,
  addRequestOf,
  amendRequestOf,
  countIn,
  isTrue,
  orderNameOf,
  parsed,
  secondsIn,
} from './params.ts';
import { assetDecimals, pairNamed } from './public-routes.ts';
import type { KrakenSession } from './session.ts';
import { fixed, orderEntry, orderSentence, tradeEntry } from './spelling.ts';
import type { KrakenWorld } from './world.ts';

/** A call that the door has admitted. */
export interface PrivateCall {
  readonly world: KrakenWorld;
  readonly key: ApiKey;
  readonly session: KrakenSession;
  readonly params: URLSearchParams;
  /** When it came to the door; the engine may be later. */
  readonly receivedMs: EpochMs;
  readonly lag: Lag;
}

type Route = (call: PrivateCall) => Answer;

const PAGE = 50;

/** What a key must be allowed for each endpoint; one of several is enough. */
const routes: Readonly<Record<string, { readonly needs: readonly string[]; readonly run: Route }>> = {
  AddOrder: { needs: ['modify-trades'], run: addOrder },
  AmendOrder: { needs: ['modify-trades', 'close-trades'], run: amendOrder },
  CancelOrder: { needs: ['modify-trades', 'close-trades'], run: cancelOrder },
  OpenOrders: { needs: ['query-open-trades'], run: openOrders },
  ClosedOrders: { needs: ['query-closed-trades'], run: closedOrders },
  QueryOrders: { needs: ['query-open-trades', 'query-closed-trades'], run: queryOrders },
  TradesHistory: { needs: ['query-closed-trades'], run: tradesHistory },
  Balance: { needs: ['query-funds'], run: balance },
  BalanceEx: { needs: ['query-funds'], run: balanceEx },
  TradeVolume: { needs: ['query-funds'], run: tradeVolume },
  GetApiKeyInfo: { needs: [], run: apiKeyInfo },
};

/** What Kraken answers to the owner of a key. */
export function privateAnswer(endpoint: string, call: PrivateCall): Answer {
  const route = Object.hasOwn(routes, endpoint) ? routes[endpoint] : undefined;
  if (route === undefined) return { error: 'EGeneral:Unknown method' };
  const mayCall = route.needs.length === 0 || route.needs.some((right) => call.key.rights.includes(right));
  if (!mayCall) return { error: 'EGeneral:Permission denied' };
  if (call.world.book.mode() === 'maintenance') return { error: 'EService:Unavailable' };
  const answer = parsed(() => route.run(call));
  return 'error' in answer ? answer : answer.value;
}

const arrivalOf = ({ world, receivedMs, lag }: PrivateCall) => ({ nowMs: world.nowMs(), receivedMs, lag });
const deskOf = ({ world, session }: PrivateCall) => krakenDesk(world.book, session);

function addOrder(call: PrivateCall): Answer {
  const request = addRequestOf(call.params);
  const answer = deskOf(call).add(request, arrivalOf(call));
  if ('error' in answer) return answer;
  const { order } = answer;
  const descr = { order: orderSentence(order) };
  return { result: request.isValidateOnly ? { descr } : { descr, txid: [order.txid] } };
}

function amendOrder(call: PrivateCall): Answer {
  const answer = deskOf(call).amend(orderNameOf(call.params), amendRequestOf(call.params), arrivalOf(call));
  return 'error' in answer ? answer : { result: { amend_id: answer.amendId } };
}

function cancelOrder(call: PrivateCall): Answer {
  const answer = deskOf(call).cancel(orderNameOf(call.params), arrivalOf(call));
  return 'error' in answer ? answer : { result: { count: answer.count } };
}

const filterOf = ({ world, params }: PrivateCall) => ({
  nowMs: world.nowMs(),
  clOrdId: params.get('cl_ord_id') || undefined,
  userref: countIn(params, 'userref'),
});

const spanOf = ({ world, params }: PrivateCall) => ({
  startMs: instantIn(world, params, 'start'),
  endMs: instantIn(world, params, 'end'),
});

/** Seconds, or the txid of an order or trade. */
function instantIn({ book }: KrakenWorld, params: URLSearchParams, name: string): EpochMs | undefined {
  const text = params.get(name) ?? '';
  if (!/^[OT][A-Z2-7]{5}-/.test(text)) return secondsIn(params, name);
  return book.orders.get(text)?.openedMs ?? book.trades.find(({ txid }) => txid === text)?.atMs;
}

function openOrders(call: PrivateCall): Answer {
  const about = { nowMs: call.world.nowMs(), hasTrades: isTrue(call.params, 'trades') };
  const open = call.world.book.openOrders(filterOf(call));
  return {
    result: { open: Object.fromEntries(open.map((order) => [order.txid, orderEntry(order, about)])) },
  };
}

function closedOrders(call: PrivateCall): Answer {
  const about = { nowMs: call.world.nowMs(), hasTrades: isTrue(call.params, 'trades') };
  const closed = call.world.book.closedOrders({ ...filterOf(call), ...spanOf(call) });
  const page = paged(closed, call).map((order) => [order.txid, orderEntry(order, about)] as const);
  return { result: { closed: Object.fromEntries(page), count: closed.length } };
}

function paged<T>(all: readonly T[], { params }: PrivateCall): readonly T[] {
  const offset = countIn(params, 'ofs') ?? 0;
  return all.slice(offset, offset + PAGE);
}

function queryOrders(call: PrivateCall): Answer {
  const nowMs = call.world.nowMs();
  const userref = countIn(call.params, 'userref');
  const txids = (call.params.get('txid') ?? '').split(',').filter((txid) => txid !== '');
  if (txids.length === 0 || txids.length > PAGE) return { error: 'EGeneral:Invalid arguments:txid' };
  const found = txids
    .map((txid) => call.world.book.queryOrder(txid, nowMs))
    .filter((order) => order !== undefined)
    .filter((order) => userref === undefined || order.userref === userref);
  const about = { nowMs, hasTrades: isTrue(call.params, 'trades') };
  return { result: Object.fromEntries(found.map((order) => [order.txid, orderEntry(order, about)])) };
}

function tradesHistory(call: PrivateCall): Answer {
  const trades = call.world.book.tradesHistory({ nowMs: call.world.nowMs(), ...spanOf(call) });
  const page = paged(trades, call).map((trade) => [trade.txid, tradeEntry(trade)] as const);
  return { result: { trades: Object.fromEntries(page), count: trades.length } };
}

function balance({ world }: PrivateCall): Answer {
  const entries = [...world.book.balances()].map(([asset, { total }]) => [
    asset,
    fixed(total, assetDecimals(asset)),
  ]);
  return { result: Object.fromEntries(entries) };
}

function balanceEx({ world }: PrivateCall): Answer {
  const entries = [...world.book.balances()].map(([asset, { total, held }]) => [
    asset,
    { balance: fixed(total, assetDecimals(asset)), hold_trade: fixed(held, assetDecimals(asset)) },
  ]);
  return { result: Object.fromEntries(entries) };
}

function tradeVolume({ world, params }: PrivateCall): Answer {
  const names = (params.get('pair') ?? '').split(',').filter((name) => name !== '');
  const pairs = names.map((name) => pairNamed(world, name)).filter((pair) => pair !== undefined);
  if (pairs.length < names.length) return { error: 'EQuery:Unknown asset pair' };
  const volume = world.book.fees(world.book.pairs[0]?.name ?? '').volume;
  const fees = (side: 'maker' | 'taker') =>
    Object.fromEntries(
      pairs.map((pair) => [pair.name, feeEntry(side === 'maker' ? pair.makerFees : pair.takerFees, volume)]),
    );
  return {
    result: { currency: 'ZUSD', volume: fixed(volume, 4), fees: fees('taker'), fees_maker: fees('maker') },
  };
}

/** Where an account of this volume stands in a schedule. */
function feeEntry(tiers: readonly FeeTier[], volume: Units): object {
  const percent = (tier: FeeTier | undefined) => fixed((tier?.rate ?? 0n) * 100n, 4);
  const reached = tiers.filter((tier) => tier.volume <= volume);
  const next = tiers[reached.length];
  return {
    fee: percent(reached.at(-1)),
    minfee: percent(tiers.at(-1)),
    maxfee: percent(tiers[0]),
    nextfee: next ? percent(next) : null,
    nextvolume: next ? fixed(next.volume, 4) : null,
    tiervolume: fixed(reached.at(-1)?.volume ?? 0n, 4),
  };
}

function apiKeyInfo({ world, key, session }: PrivateCall): Answer {
  return {
    result: {
      api_key_name: 'simulator',
      api_key: key.apiKey,
      nonce: String(session.lastNonce()),
      nonce_window: String(key.nonceWindow),
      permissions: key.rights,
      iban: '',
      valid_until: '0',
      query_from: '0',
      query_to: '0',
      created_time: '1735689600',
      modified_time: '1735689600',
      ip_allowlist: [],
      last_used: String(Math.floor(world.nowMs() / 1000)),
    },
  };
}
