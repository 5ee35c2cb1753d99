import type { EpochMs } from '../core/market/timeframes.ts';
import type { Action, Item, StateStore } from '../ports/state-store.ts';
import { bodyOf, keys, type Outcome, type Request, readItem, requestPartition, sortableMs } from './items.ts';
import { monthsOf, type Span } from './results.ts';

/** Who asks, why, and when by the wall clock; `id` is unique. */
export interface Ask {
  readonly id: string;
  readonly by: string;
  readonly why: string;
  readonly askedMs: EpochMs;
}

type Wanted<Kind> = Kind extends Request ? Omit<Kind, keyof Ask> : never;

/** What is asked, without who and why. */
export type Wish = Wanted<Request>;

/** The write that leaves a request for the next watch, in the order of asking. */
export function requestAction(account: string, ask: Ask, wish: Wish): Action {
  const key = keys.request(account, `${sortableMs(ask.askedMs)}#${ask.id}`);
  return { kind: 'put', ...key, expect: 'absent', body: bodyOf({ ...ask, ...wish }) };
}

/** Leaves a request for the next watch, which carries it out under the lease. */
export async function askFor(
  store: StateStore,
  account: string,
  { ask, wish }: { readonly ask: Ask; readonly wish: Wish },
): Promise<void> {
  await store.transact([requestAction(account, ask, wish)]);
}

/** What was asked and is not carried out yet, oldest first. */
export async function waitingRequests(store: StateStore, account: string): Promise<readonly Request[]> {
  return (await store.query(requestPartition(account))).map((item) => readItem('request', item));
}

/** How the newest requests of a span ended, newest first. */
export async function newestOutcomes(
  store: StateStore,
  account: string,
  { limit, ...span }: Span & { readonly limit: number },
): Promise<readonly Outcome[]> {
  const items: Item[] = [];
  for (const pk of [...monthsOf(account, span)].reverse()) {
    if (items.length === limit) break;
    const newest = { prefix: 'REQUEST#', descending: true, limit: limit - items.length };
    items.push(...(await store.query(pk, newest)));
  }
  return items.map((item) => readItem('outcome', item));
}
