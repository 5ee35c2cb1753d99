import { createHash } from 'node:crypto';
import type { Order } from '../../shared/core/execution/order.ts';
import type { EpochMs } from '../../shared/core/market/timeframes.ts';
import type { SendMark } from '../../shared/ports/exchange.ts';
import type { Action } from '../../shared/ports/state-store.ts';
import { ACCOUNT } from './setup.ts';
import { demand } from './violation.ts';

const followers: Readonly<Record<string, readonly string[]>> = {
  PENDING: ['PENDING', 'SENDING', 'EXPIRED'],
  SENDING: ['SENDING', 'PENDING', 'OPEN', 'FILLED', 'CANCELLED', 'REJECTED', 'EXPIRED'],
  OPEN: ['OPEN', 'FILLED', 'CANCELLED', 'REJECTED', 'EXPIRED'],
};

/** What arrived at its deadline may be hidden for a while: sooner, its absence proves nothing. */
const HIDDEN_MS = 2_000;

/** What became of a sending: only where the exchange refused it may the order be sent again before its deadline. */
interface Sending {
  readonly mark: SendMark;
  isRefused: boolean;
}

/** Of an order what is followed here. */
export type StoredOrder = Pick<
  Order,
  'clientOrderId' | 'symbol' | 'tickMs' | 'purpose' | 'number' | 'state' | 'mark'
>;

/** Follows every order of the books from its reservation to its end. */
export interface OrderChecks {
  /** The orders that a transaction writes, as they are after it. */
  committed(actions: readonly Action[]): readonly StoredOrder[];
  /** An order is about to leave. */
  sending(id: string, mark: SendMark, nowMs: EpochMs): void;
  refused(id: string, nonce: string): void;
  /** Whether the books ever had it. */
  isOurs(id: string): boolean;
}

export function orderChecks(): OrderChecks {
  const states = new Map<string, string>();
  const ids = new Map<string, string>();
  const sendings = new Map<string, Sending[]>();
  const follow = (order: StoredOrder) => {
    const { clientOrderId: id, state, mark } = order;
    const before = states.get(id);
    const isAllowed =
      before === undefined ? state === 'PENDING' : followers[before]?.includes(state) === true;
    demand(
      isAllowed,
      'final states are final',
      () => `order ${id} went from ${before ?? 'nothing'} to ${state}`,
    );
    states.set(id, state);
    named(ids, order);
    const sent = sendings.get(id) ?? [];
    sendings.set(id, sent);
    if (mark !== null && sent.at(-1)?.mark.nonce !== mark.nonce) sent.push({ mark, isRefused: false });
  };
  return {
    committed(actions) {
      const orders = actions.flatMap(orderOf);
      for (const order of orders) follow(order);
      return orders;
    },
    sending(id, mark, nowMs) {
      const sent = sendings.get(id) ?? [];
      const last = sent.at(-1);
      demand(
        isSame(last?.mark, mark),
        'what is sent is what was stored',
        () => `order ${id} leaves without its mark`,
      );
      for (const { mark: former, isRefused } of sent.slice(0, -1))
        demand(
          isRefused || former.deadlineMs + HIDDEN_MS < nowMs,
          'one exchange order an intent',
          () => `order ${id} is sent again ${nowMs - former.deadlineMs} ms after the deadline of the former`,
        );
    },
    refused(id, nonce) {
      const sending = sendings.get(id)?.find(({ mark }) => mark.nonce === nonce);
      if (sending !== undefined) sending.isRefused = true;
    },
    isOurs: (id) => states.has(id),
  };
}

/** The store's own schema is not asked: that would cost more than everything else here. */
function orderOf(action: Action): readonly StoredOrder[] {
  if (action.kind !== 'put' || !action.sk.startsWith('ORDER#')) return [];
  return /^(ACCOUNT|HISTORY)#/.test(action.pk) ? [action.body as unknown as StoredOrder] : [];
}

function isSame(a: SendMark | undefined, b: SendMark): boolean {
  return a !== undefined && a.nonce === b.nonce && a.deadlineMs === b.deadlineMs && a.sentAtMs === b.sentAtMs;
}

/** Its cause determines its name, and one cause has one. */
function named(
  ids: Map<string, string>,
  { clientOrderId, symbol, tickMs, purpose, number, state }: StoredOrder,
): void {
  const intent = `${ACCOUNT}|${symbol}|${tickMs}|${purpose}|${number}`;
  const known = ids.get(intent);
  demand(
    known === undefined || known === clientOrderId,
    'one exchange order an intent',
    () => `${intent} is ${known} and ${clientOrderId}`,
  );
  if (known !== undefined) return;
  ids.set(intent, clientOrderId);
  const hex = createHash('sha256').update(intent).digest('hex');
  demand(
    clientOrderId.startsWith(hex.slice(0, 8)),
    'one exchange order an intent',
    () => `${intent} has the name ${clientOrderId} (${state}), which it does not determine`,
  );
}
