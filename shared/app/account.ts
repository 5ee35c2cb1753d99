import { assert } from '../core/assert.ts';
import type { Units } from '../core/decimal.ts';
import { AppError } from '../core/errors.ts';
import type { Order } from '../core/execution/order.ts';
import type { Position } from '../core/execution/position.ts';
import type { EpochMs } from '../core/market/timeframes.ts';
import { type Breaker, type BreakerScope, ENGINE } from '../core/risk/breakers.ts';
import { newStanding } from '../core/risk/standing.ts';
import type { Item, StateStore } from '../ports/state-store.ts';
import { bodyOf, breakerPartition, type Head, keys, type Orphan, readItem } from './items.ts';
import { type Lease, withLease } from './lease.ts';
import type { Trader } from './trader.ts';

/** The version of what is not stored: its first write wants no item there. */
export const ABSENT = 0;

/** A value with the version of the item that holds it. */
export interface Stored<Value> {
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
  /** Orders at the exchange that look like ours and are not in the books, by the exchange's names. */
  readonly orphans: Map<string, Stored<Orphan>>;
  /** Those that exist, by scope. Others may write them meanwhile. */
  readonly breakers: Map<BreakerScope, Stored<Breaker>>;
  /** False once a write was refused or had no answer: what is stored is then not known here any more. */
  isInStep: boolean;
}

/** A run at work on an account: who works, what it found and has written, and the lease under which it writes. */
export interface Session {
  readonly trader: Trader;
  readonly account: Account;
  readonly lease: Lease;
}

/** What a run that only reads needs of a session. */
export type Reading = Pick<Session, 'trader' | 'account'>;

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

/**
 * Creates the account if it is new: one of real money is halted until a person allows entries for the first time.
 * @throws AppError `account-mismatch` when it has another source
 */
export async function openAccount(
  store: StateStore,
  wanted: Pick<Head, 'account' | 'source' | 'capital' | 'createdMs'>,
): Promise<Head> {
  const { account, capital, createdMs } = wanted;
  const standing = newStanding(capital, createdMs);
  const head: Head = {
    ...wanted,
    armedMs: account === LIVE_ACCOUNT ? null : createdMs,
    openOrders: 0,
    openPositions: 0,
    lastTickMs: null,
    markedMs: null,
    standing,
  };
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
  refuseOtherSource(opened, wanted.source);
  return opened;
}

/** @throws AppError `account-mismatch` when an account trades on another source */
export function refuseOtherSource({ account, source }: Head, wanted: string): void {
  if (source === wanted) return;
  throw new AppError(
    'account-mismatch',
    `Account '${account}' trades on the source '${source}', not on '${wanted}'.`,
    'Use another --data folder for another source.',
  );
}

/** Loads an account in one consistent read; coherent under its lease. */
export async function loadAccount(store: StateStore, id: string): Promise<Account> {
  const items = await store.query(`ACCOUNT#${id}`);
  const breakers = await loadBreakers(store, id);
  const named = (sk: string) => items.find((item) => item.sk === sk);
  const head = named('HEAD');
  const cash = named('CASH');
  if (head === undefined || cash === undefined) throw noAccount(id);
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
    orphans: under('ORPHAN#', (item) => {
      const orphan = readItem('orphan', item);
      return [orphan.exchangeId, orphan];
    }),
    breakers,
    isInStep: true,
  };
}

const LOOKS_MAX = 5;

/**
 * Loads an account for who reads it without its lease: as it stood between two transactions, for each of them writes
 * HEAD, and a query by itself may fall into the middle of one.
 * @throws AppError `not-found`; `state-contended` when it changed at each of five looks
 */
export async function loadAtRest(store: StateStore, id: string): Promise<Account> {
  for (let looks = 0; looks < LOOKS_MAX; looks++) {
    const before = await store.get(keys.head(id));
    const account = await loadAccount(store, id);
    const after = await store.get(keys.head(id));
    if (before?.version === after?.version) return account;
  }
  throw new AppError('state-contended', `The account '${id}' kept changing.`, 'Look again in a second.');
}

/** What an account says of itself, for who reads without its lease. @throws AppError `not-found` */
export async function loadHead(store: StateStore, id: string): Promise<Head> {
  const item = await store.get(keys.head(id));
  if (item === undefined) throw noAccount(id);
  return readItem('head', item);
}

function noAccount(id: string): AppError {
  return new AppError(
    'not-found',
    `There is no account '${id}' here.`,
    'Run `hot-crypto start` or `replay` first; in the cloud the first watch makes it.',
  );
}

/** The breakers of an account, which others may write at any time. */
export async function loadBreakers(
  store: StateStore,
  account: string,
): Promise<Map<BreakerScope, Stored<Breaker>>> {
  const items = await store.query(breakerPartition(account));
  const known = new Map(
    items.map((item) => [item.sk, { value: readItem('breaker', item), version: item.version }]),
  );
  // Breakers of real money fail closed: what was never allowed, or was lost, forbids.
  if (account === LIVE_ACCOUNT && !known.has('manual')) known.set('manual', NEVER_ARMED);
  return known;
}

/** The account of real money. */
export const LIVE_ACCOUNT = 'live';

const NEVER_ARMED: Stored<Breaker> = {
  value: { scope: 'manual', state: 'tripped', untilMs: null, atMs: 0, why: 'Never armed.', by: ENGINE },
  version: ABSENT,
};

/** Whether a later tick has been decided: the account has moved on, and nothing may happen in its past. */
export function isBehind({ head }: Account, atMs: EpochMs): boolean {
  return head.value.lastTickMs !== null && head.value.lastTickMs > atMs;
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
