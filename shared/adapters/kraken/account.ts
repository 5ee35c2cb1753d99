import type { EpochMs } from '../../core/market/timeframes.ts';
import type { AccountExchange, OrderRequest } from '../../ports/exchange.ts';
import type { StateStore } from '../../ports/state-store.ts';
import type { AccountVenue } from '../../ports/venue.ts';
import { isLoopbackUrl, KRAKEN_URL } from './address.ts';
import { failureOf, nonsense } from './answers.ts';
import { callBudget } from './budget.ts';
import { type Answer, krakenClient } from './client.ts';
import { beginsWith } from './errors.ts';
import { type ApiKey, keptKey } from './key.ts';
import type { Tier } from './limits.ts';
import { allOpen, filledSince, findOrder } from './orders.ts';
import { krakenPairs } from './pairs.ts';
import { krakenPlacer } from './place.ts';
import { amendedReply, cancelledReply } from './replies.ts';
import { amendParameters, faultOf } from './terms.ts';
import { krakenVenue } from './venue.ts';

interface KrakenAccountOptions {
  readonly baseUrl?: string | undefined;
  /** Of each call. */
  readonly timeoutMs?: number;
  /** Read when it is needed, kept for an hour, and read once more when Kraken refuses it. */
  readonly key: () => Promise<ApiKey>;
  /** Where nonce and call counters are shared with every other process of the account. */
  readonly store: StateStore;
  readonly account: string;
  readonly tier: Tier;
  readonly nowMs: () => EpochMs;
  readonly monotonicMs?: () => number;
  readonly pauseMs: (ms: number) => Promise<void>;
}

/**
 * A whole account at Kraken, through ccxt's Kraken class: orders by our client ids, each sent at most once a mark, and
 * what Kraken says to the owner of the key. Nothing is tried again below this: a call that throws has an unknown outcome.
 *
 * @param options.baseUrl https, or http on this machine for tests
 * @throws AppError `usage` on another base URL
 * @see spec: kraken.md; aws.md §1, the exchange call; docs/decisions/0018-what-kraken-answers.md
 */
export function krakenAccount(options: KrakenAccountOptions): AccountExchange & AccountVenue {
  const { baseUrl = KRAKEN_URL, timeoutMs = 5_000, nowMs, pauseMs } = options;
  const { monotonicMs = () => performance.now() } = options;
  isLoopbackUrl(baseUrl, 'orders');
  const budget = callBudget(options);
  const key = keptKey(options.key, nowMs);
  const client = krakenClient({
    baseUrl: baseUrl.replace(/\/+$/, ''),
    timeoutMs,
    key,
    budget,
    nowMs,
    pauseMs,
  });
  const pairs = krakenPairs(client, nowMs);
  const { permit, place, rehearse } = krakenPlacer({ client, pairs, budget, nowMs, monotonicMs });

  return {
    answersAtOnce: false,
    hasMinimums: true,
    permit,
    place: (request, { mark }) => place(request, mark),
    rehearse,
    find: (clientOrderId) => findOrder({ client, pairs }, clientOrderId),
    openOrders: () => allOpen({ client, pairs }),
    filledSince: (sinceMs) => filledSince({ client, pairs }, sinceMs),

    async amend(order, change) {
      const { instrument } = await pairs.known(order.symbol);
      if (faultOf(change, instrument) !== null) return false;
      const answer = await client.privateCall({
        endpoint: 'AmendOrder',
        parameters: amendParameters(order, change),
        charge: { calls: 0, change: { symbol: order.symbol, action: 'amend' } },
      });
      if (answer.kind === 'refused' || answer.kind === 'later') return false;
      return confirmed(answer, 'AmendOrder', (result) => amendedReply.safeParse(result).success);
    },

    async cancel({ clientOrderId, symbol }: Pick<OrderRequest, 'clientOrderId' | 'symbol'>) {
      const answer = await client.privateCall({
        endpoint: 'CancelOrder',
        parameters: { cl_ord_id: clientOrderId },
        charge: { calls: 0, change: { symbol, action: 'cancel' } },
      });
      const isGone =
        'errors' in answer && answer.errors.some((error) => beginsWith(error, 'EOrder:Unknown order'));
      if (!isGone) confirmed(answer, 'CancelOrder', (result) => cancelledReply.safeParse(result).success);
    },

    ...krakenVenue(client, pairs),
  };
}

/** True when the answer says so. @throws AppError when it does not: whether it was done is unknown then */
function confirmed(answer: Answer, endpoint: string, isDone: (result: unknown) => boolean): true {
  if (answer.kind !== 'result') throw failureOf(answer, endpoint);
  if (isDone(answer.result)) return true;
  throw failureOf(nonsense('neither an error nor a confirmation'), endpoint);
}
