import { byBytes } from '../../shared/adapters/by-bytes.ts';
import { assertActions, assertKey, assertLimit } from '../../shared/adapters/state/check-actions.ts';
import { keyRange } from '../../shared/adapters/state/key-range.ts';
import type {
  Action,
  Item,
  ItemBody,
  ItemKey,
  QueryOptions,
  StateStore,
  TransactResult,
} from '../../shared/ports/state-store.ts';

/** A store whose calls can also be had at once, by whoever looks on. */
export interface MemoryStore extends StateStore {
  readonly now: {
    get(key: ItemKey): Item | undefined;
    query(pk: string, options?: QueryOptions): readonly Item[];
    transact(actions: readonly Action[]): TransactResult;
  };
  /** Every item there is, partition by partition. */
  everything(): readonly Item[];
}

interface Partition {
  readonly items: Map<string, Item>;
  /** Sort keys in their order; undefined once one came or went. */
  keys: readonly string[] | undefined;
}

/**
 * Items with the conditions of DynamoDB, in memory, for simulations that open a new store every few milliseconds.
 * @param isTrusting leaves out to look for bodies and keys that no store takes, which costs a tenth of a simulation
 */
export function memoryStateStore({ isTrusting = false } = {}): MemoryStore {
  const partitions = new Map<string, Partition>();
  const itemAt = ({ pk, sk }: ItemKey) => partitions.get(pk)?.items.get(sk);
  const now: MemoryStore['now'] = {
    get(key) {
      if (!isTrusting) assertKey(key);
      return itemAt(key);
    },
    query: (pk, options) => itemsOf(partitions.get(pk), options),
    transact(actions) {
      if (!isTrusting) assertActions(actions);
      const failed = actions.flatMap((action, index) => (holds(itemAt(action), action) ? [] : [index]));
      if (failed.length > 0) return { ok: false, failed };
      for (const action of actions) carryOut(partitions, action);
      return { ok: true };
    },
  };
  return {
    now,
    everything: () => [...partitions.values()].flatMap((partition) => itemsOf(partition)),
    get: async (key) => now.get(key),
    query: async (pk, options) => now.query(pk, options),
    transact: async (actions) => now.transact(actions),
    close: () => undefined,
  };
}

function holds(item: Item | undefined, action: Action): boolean {
  if (action.kind !== 'check') return (item?.version ?? 'absent') === action.expect;
  if (item === undefined) return false;
  return Object.entries(action.fields).every(
    ([name, value]) => Object.hasOwn(item.body, name) && item.body[name] === value,
  );
}

function carryOut(partitions: Map<string, Partition>, action: Action): void {
  const { kind, pk, sk } = action;
  if (kind === 'check') return;
  const partition = partitions.get(pk) ?? { items: new Map(), keys: undefined };
  partitions.set(pk, partition);
  const known = partition.items.get(sk);
  if (kind === 'remove') partition.items.delete(sk);
  else
    partition.items.set(sk, {
      pk,
      sk,
      version: (known?.version ?? 0) + 1,
      body: plain(action.body) as ItemBody,
    });
  if (kind === 'remove' || known === undefined) partition.keys = undefined;
}

/** What JSON would give back: a copy without the fields that are undefined. */
function plain(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(plain);
  const copy: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(value)) if (field !== undefined) copy[name] = plain(field);
  return copy;
}

function itemsOf(partition: Partition | undefined, options: QueryOptions = {}): readonly Item[] {
  const { limit, descending = false } = options;
  assertLimit(limit);
  const { from, before } = keyRange(options);
  if (partition === undefined) return [];
  partition.keys ??= [...partition.items.keys()].sort(inOrder);
  const isBounded = from !== '' || before !== undefined;
  const within = (key: string) =>
    inOrder(key, from) >= 0 && (before === undefined || inOrder(key, before) < 0);
  const keys = isBounded ? partition.keys.filter(within) : partition.keys;
  const ordered = descending ? keys.toReversed() : keys;
  return (limit === undefined ? ordered : ordered.slice(0, limit)).flatMap(
    (key) => partition.items.get(key) ?? [],
  );
}

const SURROGATE = /[\ud800-\udfff]/;

/** JavaScript orders units of UTF-16, which differ from bytes only where there are surrogates. */
function inOrder(a: string, b: string): number {
  if (a === b) return 0;
  if (SURROGATE.test(a) || SURROGATE.test(b)) return byBytes(a, b);
  return a < b ? -1 : 1;
}
