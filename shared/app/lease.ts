import { AppError } from '../core/errors.ts';
import type { EpochMs } from '../core/market/timeframes.ts';
import type { Action, StateStore } from '../ports/state-store.ts';
import { keys, readItem } from './items.ts';

/** Who writes an account now. Every transaction of account state carries `check`. */
export interface Lease {
  readonly owner: string;
  readonly fence: number;
  readonly check: Action;
  /** Of its item, as this holder wrote it. */
  readonly version: number;
}

/** The lease that a run held last. Has somebody else held one since, the run knows no longer where the account stands. */
interface Tenure {
  fence: number | null;
}

/** What a lease needs of the world. */
export interface LeaseContext {
  readonly store: StateStore;
  readonly account: string;
  /** Unique to this process and run. */
  readonly owner: string;
  /** How long a holder can live, plus a margin: after it another may take over. */
  readonly leaseMs: number;
  readonly wallMs: () => EpochMs;
  /** True when that holder is known to have ended, as on the same machine: its lease need not run out. */
  readonly hasEnded: (owner: string) => boolean;
  /** Of a run of several steps: its leases must follow each other, or it gets none any more. */
  readonly tenure?: Tenure;
  /** A lease that whoever called holds already: nothing is taken and nothing given back. */
  readonly held?: Lease;
}

/**
 * Runs `work` as the account's only writer.
 * The lease is taken once, never renewed, and given back however the work ends. Each taking raises the fence,
 * so that a transaction of a holder that was overtaken fails.
 * @returns `'held'` when somebody else holds the lease, or held it between two steps of this run: an outcome, not an error
 */
export async function withLease<Result>(
  context: LeaseContext,
  work: (lease: Lease) => Promise<Result>,
): Promise<Result | 'held'> {
  if (context.held !== undefined) return work(context.held);
  const lease = await take(context);
  if (lease === undefined) return 'held';
  try {
    const result = await work(lease);
    await release(context, lease);
    return result;
  } catch (error) {
    // What went wrong first is what a person must know; a lease that is not given back runs out.
    await release(context, lease).catch(() => undefined);
    throw error;
  }
}

/**
 * The same for a run of several steps that ends before its lease does, as one with a time limit: they share one lease.
 * @param work gets the context with the lease in it
 */
export async function underOneLease<Context extends LeaseContext, Result>(
  context: Context,
  work: (context: Context) => Promise<Result>,
): Promise<Result | 'held'> {
  return withLease(context, (held) => work({ ...context, held }));
}

/** A transaction under the lease that was refused: somebody overtook us. Nothing was written. */
export function leaseLost(account: string): AppError {
  return new AppError(
    'state-contended',
    `Another process took over the account '${account}' in the middle of the work.`,
    'Nothing is lost: the next run carries on. Run one process an account.',
  );
}

async function take(context: LeaseContext): Promise<Lease | undefined> {
  const { store, account, owner, leaseMs, tenure } = context;
  const key = keys.lease(account);
  const item = await store.get(key);
  const before = item && readItem('lease', item);
  const nowMs = context.wallMs();
  if (before !== undefined && before.untilMs > nowMs && !context.hasEnded(before.owner)) return undefined;
  if (typeof tenure?.fence === 'number' && tenure.fence !== before?.fence) return undefined;
  const fence = (before?.fence ?? 0) + 1;
  const body = { owner, fence, untilMs: nowMs + leaseMs };
  const taken = await store.transact([{ kind: 'put', ...key, expect: item?.version ?? 'absent', body }]);
  if (!taken.ok) return undefined;
  if (tenure !== undefined) tenure.fence = fence;
  const version = (item?.version ?? 0) + 1;
  return { owner, fence, version, check: { kind: 'check', ...key, fields: { owner, fence } } };
}

/** Nobody else writes the lease while it lasts; another version of it is somebody else's. */
async function release({ store, account }: LeaseContext, { owner, fence, version }: Lease): Promise<void> {
  const body = { owner, fence, untilMs: 0 };
  await store.transact([{ kind: 'put', ...keys.lease(account), expect: version, body }]);
}
