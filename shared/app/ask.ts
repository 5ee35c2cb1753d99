import { isDecimalText, type Units, unitsOf } from '../core/decimal.ts';
import type { EpochMs } from '../core/market/timeframes.ts';
import type { Action, Item, ItemBody, StateStore } from '../ports/state-store.ts';
import { bodyOf, keys, type Outcome, type Request, readItem, requestPartition, sortableMs } from './items.ts';
import { monthsOf, type Span } from './results.ts';

const WHY_LENGTH_MAX = 200;

/** What a reason must be, for whoever is refused one. */
export const WHY_RULE = `Say why in 1 to ${WHY_LENGTH_MAX} characters.`;

/** A reason as it is kept: one line, for it is shown in tables. Undefined when it says nothing or too much. */
export function parseWhy(text: string): string | undefined {
  const line = text.replace(/[\p{Cc}\s]+/gu, ' ').trim();
  return line !== '' && line.length <= WHY_LENGTH_MAX ? line : undefined;
}

/** As in the config, which allots a new account no more. */
const USD_MAX = unitsOf('1000000000');

/** What an amount of capital must be, for whoever is refused one. */
export const USD_RULE = 'Give USD above 0, at most a billion, with at most two decimals: 2500 or 99.50.';

/** An amount of capital as a person writes it; undefined when it is none. */
export function parseUsd(text: string): Units | undefined {
  const isAmount = /^\d{1,10}(\.\d{1,2})?$/.test(text) && isDecimalText(text);
  return isAmount && unitsOf(text) > 0n && unitsOf(text) <= USD_MAX ? unitsOf(text) : undefined;
}

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
  // Refused, it is there already: the same one, whose answer was lost.
  await store.transact([requestAction(account, ask, wish)]);
}

/** Something that was asked and waits; undefined when another version of the program asked it. */
export interface Waiting {
  readonly sk: string;
  readonly request: Request | undefined;
}

/** What was asked and is not carried out yet, oldest first, for people: what cannot be read hides nothing else. */
export async function waitingRequests(store: StateStore, account: string): Promise<readonly Waiting[]> {
  const items = await store.query(requestPartition(account));
  return items.map((item) => ({ sk: item.sk, request: readableRequest(item) }));
}

function readableRequest(item: Item): Request | undefined {
  try {
    return readItem('request', item);
  } catch {
    return undefined;
  }
}

/** The same, spelled for programs. */
export async function spelledRequests(store: StateStore, account: string): Promise<readonly ItemBody[]> {
  const waiting = await waitingRequests(store, account);
  return waiting.map(({ sk, request }) => (request ? bodyOf(request) : { id: sk, kind: 'unreadable' }));
}

/** Whether anything was asked and is not carried out yet. */
export async function isAnythingAsked(store: StateStore, account: string): Promise<boolean> {
  return (await store.query(requestPartition(account), { limit: 1 })).length > 0;
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
