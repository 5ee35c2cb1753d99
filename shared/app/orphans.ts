import { unitsOf } from '../core/decimal.ts';
import type { EpochMs } from '../core/market/timeframes.ts';
import { symbolScope } from '../core/risk/breakers.ts';
import type { ForeignOrder } from '../ports/exchange.ts';
import type { StateStore } from '../ports/state-store.ts';
import type { Account, Session } from './account.ts';
import { commit } from './commit.ts';
import { haltFor } from './halt.ts';
import { type Orphan, readItem, sortableMs } from './items.ts';

/** UUIDs of version 8, as `clientOrderId` makes them: nobody else's are likely to look like it. */
const OUR_FORM = /^[\da-f]{8}-[\da-f]{4}-8[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/;

/** One transaction has a limit. */
const TOGETHER_MAX = 90;

/** An answer may lag behind what was just done: so long after the first sight it is no lag any more. */
const LAG_MS_MAX = 30_000;

/** An order that carries a client id of our form. */
type OurOrder = ForeignOrder & { readonly clientOrderId: string };

/**
 * The orders at an exchange that carry a client id of our making and are not in the books of this store: somebody
 * trades the same account from another store, or an order arrived that was believed lost.
 * @param shown open orders, and such that were filled
 */
export async function unknownOrders(
  store: StateStore,
  { id, orders }: Pick<Account, 'id' | 'orders'>,
  shown: readonly ForeignOrder[],
): Promise<readonly OurOrder[]> {
  const foreign = shown.filter(isOurs).filter(({ clientOrderId }) => !orders.has(clientOrderId));
  if (foreign.length === 0) return [];
  // One that was filled is known when a fill of it was booked; one that is open and that the books ended is not.
  const fromMs = Math.min(...foreign.map(({ openedMs }) => openedMs));
  const fills = await store.query(`FILL#${id}`, { from: sortableMs(fromMs) });
  const booked = new Set(fills.map((item) => readItem('fill', item).clientOrderId));
  return foreign.filter(({ clientOrderId, isOpen }) => isOpen || !booked.has(clientOrderId));
}

function isOurs(order: ForeignOrder): order is OurOrder {
  return order.clientOrderId !== null && OUR_FORM.test(order.clientOrderId);
}

/**
 * Writes down what was found. What a second run still sees is no lag: then the symbol's entries are forbidden until a
 * person has adopted or ignored the order and resets the breaker.
 * @param shown all that is open, and with `isWhole` all that was filled lately, too
 * @returns those that are found and not judged yet
 */
export async function noteOrphans(
  session: Session,
  {
    shown,
    isWhole,
    atMs,
  }: { readonly shown: readonly ForeignOrder[]; readonly isWhole: boolean; readonly atMs: EpochMs },
): Promise<readonly Orphan[]> {
  const { trader, account } = session;
  const unknown = await unknownOrders(trader.store, account, shown);
  const changed = [
    ...seenAgain(account, unknown, trader.wallMs()),
    ...(isWhole ? vanished(account, unknown) : []),
  ];
  // A state that was restored from an old copy knows none of what came after it.
  for (let n = 0; n < changed.length; n += TOGETHER_MAX)
    await commit(session, { orphans: changed.slice(n, n + TOGETHER_MAX) });
  // Whoever resets the breaker without a judgement finds it tripped again.
  for (const orphan of unjudged(account)) await forbid(session, orphan, atMs);
  return unjudged(account);
}

function seenAgain({ orphans }: Account, unknown: readonly OurOrder[], wallMs: EpochMs): readonly Orphan[] {
  return unknown.flatMap((order): readonly Orphan[] => {
    const known = orphans.get(order.exchangeId)?.value;
    if (known === undefined || known.state === 'gone') return [suspectOf(order, wallMs)];
    const isLag = known.state !== 'suspected' || wallMs < known.seenMs + LAG_MS_MAX;
    return isLag ? [] : [{ ...known, state: 'found' }];
  });
}

function vanished({ orphans }: Account, unknown: readonly OurOrder[]): readonly Orphan[] {
  const seen = new Set(unknown.map(({ exchangeId }) => exchangeId));
  return [...orphans.values()]
    .map(({ value }) => value)
    .filter(({ state, exchangeId }) => state === 'suspected' && !seen.has(exchangeId))
    .map((orphan) => ({ ...orphan, state: 'gone' }));
}

/** Since when a run should ask for filled orders because of those that are suspected, or undefined. */
export function suspectedSinceMs({ orphans }: Account): EpochMs | undefined {
  const suspected = [...orphans.values()].filter(({ value }) => value.state === 'suspected');
  return suspected.length === 0 ? undefined : Math.min(...suspected.map(({ value }) => value.openedMs));
}

/** The orphans that wait for a person. */
function unjudged({ orphans }: Account): readonly Orphan[] {
  return [...orphans.values()].map(({ value }) => value).filter(({ state }) => state === 'found');
}

/** Whether something of a symbol was seen once that is not understood: nothing is entered there until it is. */
export function isSuspected({ orphans }: Account, symbol: string): boolean {
  return [...orphans.values()].some(({ value }) => value.symbol === symbol && value.state === 'suspected');
}

function suspectOf(order: OurOrder, seenMs: EpochMs): Orphan {
  const { exchangeId, clientOrderId, symbol, side, openedMs } = order;
  const [quantity, filled] = [unitsOf(order.quantity), unitsOf(order.filled)];
  return { exchangeId, clientOrderId, symbol, side, openedMs, quantity, filled, seenMs, state: 'suspected' };
}

async function forbid(session: Session, { symbol, exchangeId }: Orphan, atMs: EpochMs): Promise<void> {
  const isTraded = symbol !== null && session.trader.config.symbols.includes(symbol);
  const scope = isTraded ? symbolScope('asset', symbol) : 'manual';
  const why = `The exchange has the order ${exchangeId} under an id of ours that the books do not know: adopt or ignore it.`;
  await haltFor(session, { scope, why, atMs });
}
