import { assert } from '../core/assert.ts';
import type { Units } from '../core/decimal.ts';
import { AppError } from '../core/errors.ts';
import { isFinal, type Order } from '../core/execution/order.ts';
import type { Position } from '../core/execution/position.ts';
import type { EpochMs } from '../core/market/timeframes.ts';
import type { Action, Item, StateStore } from '../ports/state-store.ts';
import { bodyOf, type Head, keys, readItem, sortableMs } from './items.ts';
import { type Lease, leaseLost, withLease } from './lease.ts';
import type { Trader } from './trader.ts';

interface Stored<Value> {
  readonly value: Value;
  readonly version: number;
}

/** An account as loaded, and as every commit leaves it. */
export interface Account {
  readonly id: string;
  head: Stored<Head>;
  cash: Stored<Units>;
  readonly positions: Map<string, Stored<Position>>;
  readonly orders: Map<string, Stored<Order>>;
  /** False once a write was refused or had no answer: what is stored is then not known here any more. */
  isInStep: boolean;
}

/** A run at work on an account: who works, what it found and has written, and the lease under which it writes. */
export interface Session {
  readonly trader: Trader;
  readonly account: Account;
  readonly lease: Lease;
}

/**
 * Loads the account under its lease and lets `work` write to it, alone.
 * @returns `'held'` when somebody else is at work
 */
export async function withSession<Result>(
  trader: Trader,
  work: (session: Session) => Promise<Result>,
): Promise<Result | 'held'> {
  return withLease(trader, async (lease) =>
    work({ trader, account: await loadAccount(trader.store, trader.account), lease }),
  );
}

/** What one transaction changes. Orders that became final and positions without quantity move to the history. */
export interface Changes {
  readonly head?: Partial<Pick<Head, 'lastTickMs' | 'markedMs'>>;
  readonly cash?: Units;
  readonly positions?: readonly Position[];
  readonly orders?: readonly Order[];
  /** Items that must not exist yet, or must have the version named: fills, decisions, marks, ticks. */
  readonly items?: readonly Action[];
}

/** Creates the account if it is new. @throws AppError `account-mismatch` when it has another source */
export async function openAccount(
  store: StateStore,
  wanted: Pick<Head, 'account' | 'source' | 'capital' | 'createdMs'>,
): Promise<Head> {
  const { account, capital } = wanted;
  const head: Head = { ...wanted, openOrders: 0, openPositions: 0, lastTickMs: null, markedMs: null };
  const known = await store.get(keys.head(account));
  if (known === undefined) {
    await store.transact([
      { kind: 'put', ...keys.head(account), expect: 'absent', body: bodyOf(head) },
      { kind: 'put', ...keys.cash(account), expect: 'absent', body: bodyOf({ cash: capital }) },
    ]);
  }
  const stored = await store.get(keys.head(account));
  assert(stored !== undefined, `account ${account} after its creation`);
  const opened = readItem('head', stored);
  if (opened.source === wanted.source) return opened;
  throw new AppError(
    'account-mismatch',
    `Account '${account}' trades on the source '${opened.source}', not on '${wanted.source}'.`,
    'Use another --data folder for another source.',
  );
}

/** Loads an account in one consistent read; coherent under its lease. */
export async function loadAccount(store: StateStore, id: string): Promise<Account> {
  const items = await store.query(`ACCOUNT#${id}`);
  const named = (sk: string) => items.find((item) => item.sk === sk);
  const head = named('HEAD');
  const cash = named('CASH');
  if (head === undefined || cash === undefined) {
    throw new AppError(
      'not-found',
      `There is no account '${id}' here.`,
      'Run `hot-crypto start` or `replay` first.',
    );
  }
  const under = <Value>(prefix: string, read: (item: Item) => [string, Value]) =>
    new Map(
      items
        .filter(({ sk }) => sk.startsWith(prefix))
        .map((item) => {
          const [name, value] = read(item);
          return [name, { value, version: item.version }];
        }),
    );
  return {
    id,
    head: { value: readItem('head', head), version: head.version },
    cash: { value: readItem('cash', cash).cash, version: cash.version },
    positions: under('POSITION#', (item) => {
      const position = readItem('position', item);
      return [position.plan.symbol, position];
    }),
    orders: under('ORDER#', (item) => {
      const order = readItem('order', item);
      return [order.clientOrderId, order];
    }),
    isInStep: true,
  };
}

/** Whether a later tick has been decided: the account has moved on, and nothing may happen in its past. */
export function isBehind({ head }: Account, atMs: EpochMs): boolean {
  return head.value.lastTickMs !== null && head.value.lastTickMs > atMs;
}

/**
 * Writes changes in one transaction under the lease, and brings `account` up to them.
 * @throws AppError `state-contended` when the lease was lost; nothing is written then
 * @throws Error `Bug: …` when another condition failed although the lease was ours; nothing is written then
 */
export async function commit(
  { trader, account, lease }: Omit<Session, 'trader'> & { readonly trader: Pick<Trader, 'store'> },
  changes: Changes,
): Promise<void> {
  const next = applied(account, changes);
  const actions = [...writes(account, next, changes), ...(changes.items ?? []), lease.check];
  account.isInStep = false;
  const result = await trader.store.transact(actions);
  if (!result.ok) throw refused(account.id, actions, result.failed);
  account.isInStep = true;
  account.head = next.head;
  account.cash = next.cash;
  replace(account.positions, next.positions);
  replace(account.orders, next.orders);
}

/** Only the holder of the lease writes: where that was ours, what we expected was wrong from the start. */
function refused(account: string, actions: readonly Action[], failed: readonly number[]): Error {
  if (failed.includes(actions.length - 1)) return leaseLost(account);
  const named = failed.map((index) => `${actions[index]?.pk} ${actions[index]?.sk}`);
  return new Error(`Bug: a write under the lease expected something else of ${named.join(', ')}`);
}

/**
 * Whether a run may go on with what else there is to do after an error.
 * Not once the lease may be lost, or it is not known what is stored: nothing may be written then.
 */
export function mayGoOn({ account }: Session, error: unknown): boolean {
  return account.isInStep && !(error instanceof AppError && error.code === 'state-contended');
}

/** Gives each its turn, whatever becomes of the others. @returns what went wrong on the way */
export async function inTurn<One>(
  session: Session,
  all: readonly One[],
  turn: (one: One) => Promise<void>,
): Promise<unknown[]> {
  const errors: unknown[] = [];
  for (const one of all) {
    try {
      await turn(one);
    } catch (error) {
      if (!mayGoOn(session, error)) throw error;
      errors.push(error);
    }
  }
  return errors;
}

function replace<Value>(map: Map<string, Value>, by: ReadonlyMap<string, Value>): void {
  map.clear();
  for (const [key, value] of by) map.set(key, value);
}

function applied(account: Account, { head, cash, positions = [], orders = [] }: Changes): Account {
  const next: Account = {
    ...account,
    positions: new Map(account.positions),
    orders: new Map(account.orders),
  };
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
    if (position.quantity === 0n)
      actions.push(
        historyOf(id, `POSITION#${sortableMs(exitMsOf(position))}#${symbol}`, position, exitMsOf(position)),
      );
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
  return actions;
}

function movable(
  key: { readonly pk: string; readonly sk: string },
  known: Stored<unknown> | undefined,
  value: object,
  isEnd: boolean,
): readonly Action[] {
  if (!isEnd) return [{ kind: 'put', ...key, expect: known?.version ?? 'absent', body: bodyOf(value) }];
  return known === undefined ? [] : [{ kind: 'remove', ...key, expect: known.version }];
}

function historyOf(account: string, what: string, value: object, atMs: EpochMs): Action {
  return { kind: 'put', ...keys.history(account, atMs, what), expect: 'absent', body: bodyOf(value) };
}

function exitMsOf({ exitMs, entryMs }: Position): EpochMs {
  return exitMs ?? entryMs;
}
