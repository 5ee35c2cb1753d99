import { assert } from '../core/assert.ts';
import { textOf, type Units } from '../core/decimal.ts';
import { isFinal, type Order } from '../core/execution/order.ts';
import type { Position } from '../core/execution/position.ts';
import type { EpochMs } from '../core/market/timeframes.ts';
import type { Breaker } from '../core/risk/breakers.ts';
import type { Action } from '../ports/state-store.ts';
import { ABSENT, type Account, loadBreakers, type Session, type Stored } from './account.ts';
import { bodyOf, breakerPartition, type Head, keys, type Orphan, sortableMs } from './items.ts';
import { leaseLost } from './lease.ts';
import type { Trader } from './trader.ts';

/** What one transaction changes. Orders that became final and positions without quantity move to the history. */
export interface Changes {
  readonly head?: Partial<Pick<Head, 'lastTickMs' | 'markedMs' | 'standing' | 'capital' | 'armedMs'>>;
  readonly cash?: Units;
  readonly positions?: readonly Position[];
  readonly orders?: readonly Order[];
  readonly breakers?: readonly Breaker[];
  /** Found at the exchange, or judged by a person. */
  readonly orphans?: readonly Orphan[];
  /** Items that must not exist yet, or must have the version named: fills, decisions, marks, ticks. */
  readonly items?: readonly Action[];
}

/** What a commit needs of a session. */
type Committing = Omit<Session, 'trader'> & { readonly trader: Pick<Trader, 'store'> };

/**
 * Writes changes in one transaction under the lease, and brings `account` up to them.
 * @throws AppError `state-contended` when the lease was lost; nothing is written then
 * @throws Error `Bug: …` when another condition failed although the lease was ours; nothing is written then
 */
export async function commit(session: Committing, changes: Changes): Promise<void> {
  const isWritten = await tryCommit(session, changes);
  assert(isWritten, 'a write that depends on no breaker was refused for one');
}

/**
 * The same for changes that depend on breakers, which others may write meanwhile.
 * @returns false when a breaker was not as it was read: nothing is written, and the breakers are read again
 */
export async function tryCommit(session: Committing, changes: Changes): Promise<boolean> {
  const { trader, account, lease } = session;
  const next = applied(account, changes);
  const actions = [...writes(account, next, changes), ...(changes.items ?? []), lease.check];
  account.isInStep = false;
  const result = await trader.store.transact(actions);
  if (!result.ok) {
    if (!result.failed.every((index) => actions[index]?.pk === breakerPartition(account.id)))
      throw refused(account.id, actions, result.failed);
    account.isInStep = true;
    replace(account.breakers, await loadBreakers(trader.store, account.id));
    return false;
  }
  account.isInStep = true;
  account.head = next.head;
  account.cash = next.cash;
  replace(account.positions, next.positions);
  replace(account.orders, next.orders);
  replace(account.orphans, next.orphans);
  replace(account.breakers, next.breakers);
  return true;
}

/** Only the holder of the lease writes: where that was ours, what we expected was wrong from the start. */
function refused(account: string, actions: readonly Action[], failed: readonly number[]): Error {
  if (failed.includes(actions.length - 1)) return leaseLost(account);
  const named = failed.map((index) => `${actions[index]?.pk} ${actions[index]?.sk}`);
  return new Error(`Bug: a write under the lease expected something else of ${named.join(', ')}`);
}

function replace<Value>(map: Map<string, Value>, by: ReadonlyMap<string, Value>): void {
  map.clear();
  for (const [key, value] of by) map.set(key, value);
}

function applied(account: Account, changes: Changes): Account {
  const { head, cash, positions = [], orders = [], breakers = [], orphans = [] } = changes;
  const next: Account = {
    ...account,
    positions: new Map(account.positions),
    orders: new Map(account.orders),
    orphans: new Map(account.orphans),
    breakers: new Map(account.breakers),
  };
  for (const orphan of orphans) {
    const { exchangeId } = orphan;
    next.orphans.set(exchangeId, { value: orphan, version: bumped(account.orphans.get(exchangeId)) });
  }
  for (const breaker of breakers) {
    const { scope } = breaker;
    next.breakers.set(scope, { value: breaker, version: bumped(account.breakers.get(scope)) });
  }
  for (const position of positions) {
    const { symbol } = position.plan;
    if (position.quantity === 0n) next.positions.delete(symbol);
    else next.positions.set(symbol, { value: position, version: bumped(account.positions.get(symbol)) });
  }
  for (const order of orders) {
    if (isFinal(order.state)) next.orders.delete(order.clientOrderId);
    else
      next.orders.set(order.clientOrderId, {
        value: order,
        version: bumped(account.orders.get(order.clientOrderId)),
      });
  }
  if (cash !== undefined) next.cash = { value: cash, version: bumped(account.cash) };
  const counts = { openOrders: next.orders.size, openPositions: next.positions.size };
  next.head = { value: { ...account.head.value, ...head, ...counts }, version: bumped(account.head) };
  return next;
}

function bumped(stored: Stored<unknown> | undefined): number {
  return (stored?.version ?? 0) + 1;
}

function writes(before: Account, after: Account, changes: Changes): readonly Action[] {
  const { id } = before;
  const actions: Action[] = [
    { kind: 'put', ...keys.head(id), expect: before.head.version, body: bodyOf(after.head.value) },
  ];
  if (changes.cash !== undefined) {
    actions.push({
      kind: 'put',
      ...keys.cash(id),
      expect: before.cash.version,
      body: bodyOf({ cash: changes.cash }),
    });
  }
  for (const position of changes.positions ?? []) {
    const { symbol } = position.plan;
    const known = before.positions.get(symbol);
    actions.push(...movable(keys.position(id, symbol), known, position, position.quantity === 0n));
    if (position.quantity === 0n) actions.push(closedAction(id, position));
  }
  for (const order of changes.orders ?? []) {
    const known = before.orders.get(order.clientOrderId);
    const isEnd = isFinal(order.state);
    actions.push(...movable(keys.order(id, order.clientOrderId), known, order, isEnd));
    if (isEnd)
      actions.push(
        historyOf(id, `ORDER#${sortableMs(order.decidedMs)}#${order.clientOrderId}`, order, order.decidedMs),
      );
  }
  actions.push(...findings(before, changes));
  return actions;
}

/** Orphans and breakers. */
function findings(before: Account, { orphans = [], breakers = [] }: Changes): readonly Action[] {
  const { id } = before;
  return [
    ...orphans.flatMap((orphan) => {
      const known = before.orphans.get(orphan.exchangeId);
      return movable(keys.orphan(id, orphan.exchangeId), known, orphan, false);
    }),
    ...breakers.flatMap((breaker) => {
      const known = before.breakers.get(breaker.scope);
      return movable(keys.breaker(id, breaker.scope), known, breaker, false);
    }),
  ];
}

function movable(
  key: { readonly pk: string; readonly sk: string },
  known: Stored<unknown> | undefined,
  value: object,
  isEnd: boolean,
): readonly Action[] {
  const { version = ABSENT } = known ?? {};
  const expect = version === ABSENT ? 'absent' : version;
  if (!isEnd) return [{ kind: 'put', ...key, expect, body: bodyOf(value) }];
  return known === undefined ? [] : [{ kind: 'remove', ...key, expect: known.version }];
}

/** By its end, then by its beginning: an entry that goes on after it may open and lose another within a minute. */
function closedAction(account: string, position: Position): Action {
  const { plan, entryMs, entryCost } = position;
  const name = `${plan.symbol}#${sortableMs(entryMs)}#${textOf(entryCost)}`;
  const exitMs = exitMsOf(position);
  return historyOf(account, `POSITION#${sortableMs(exitMs)}#${name}`, position, exitMs);
}

function historyOf(account: string, what: string, value: object, atMs: EpochMs): Action {
  return { kind: 'put', ...keys.history(account, atMs, what), expect: 'absent', body: bodyOf(value) };
}

function exitMsOf({ exitMs, entryMs }: Position): EpochMs {
  return exitMs ?? entryMs;
}
