import * as z from 'zod';
import { AppError } from '../../core/errors.ts';
import { symbolKey } from '../../core/market/instruments.ts';
import type { EpochMs } from '../../core/market/timeframes.ts';
import type { Action, StateStore } from '../../ports/state-store.ts';
import { pauseWithJitter } from '../jitter.ts';
import { callLimits, changeCost, raise, type Tier } from './limits.ts';

const TRIES_MAX = 20;
/** Of either counter entries leave the rest to cancels, stops and exits. */
const ENTRY_SHARE = 0.6;

const counterSchema = z.object({ used: z.number().min(0), atMs: z.int() });
const callsSchema = counterSchema.extend({ nonce: z.string().regex(/^\d+$/) });
/** `changedMs`: when an order of the pair was last placed or amended: all of them are at least that old. */
const pairSchema = counterSchema.extend({ changedMs: z.int().nullable() });

/** A call as Kraken counts it. */
export interface Charge {
  /** What it costs of the private calls: 0 for what the matching engine counts instead. */
  readonly calls: number;
  readonly change?: { readonly symbol: string; readonly action: 'add' | 'amend' | 'cancel' };
  readonly isEntry?: boolean;
}

/** A nonce for the call, or why there is no room for it, and in how many ms there will be. */
type Drawn =
  | { readonly kind: 'drawn'; readonly nonce: string }
  | { readonly kind: 'short'; readonly waitMs: number; readonly why: string };

interface BudgetOptions {
  readonly store: StateStore;
  readonly account: string;
  readonly tier: Tier;
  readonly nowMs: () => EpochMs;
}

/** What Kraken lets one account call, shared by every process: counters and nonce lie in the state store. */
export interface CallBudget {
  /**
   * Books a call and gives it a nonce above every one that was given before, by whatever process and clock.
   * @throws AppError `state-contended` when other processes were faster twenty times in a row
   */
  draw(charge: Charge): Promise<Drawn>;
  /** Kraken says that a counter is full: from now on ours says so too. */
  fill(symbol: string | undefined): Promise<void>;
}

/** The budget of an account in the partition `BUDGET#<account>`, changed by conditional writes and without a lease. */
export function callBudget(options: BudgetOptions): CallBudget {
  return {
    draw: (charge) => repeatedly(() => tryDraw(options, charge)),
    fill: (symbol) => repeatedly(() => tryFill(options, symbol)),
  };
}

/** What a try gives; undefined when another writer was faster. */
type Try<T> = Promise<{ readonly value: T } | undefined>;

async function repeatedly<T>(attempt: () => Try<T>): Promise<T> {
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    const done = await attempt();
    if (done) return done.value;
    await pauseWithJitter(tries);
  }
  throw new AppError(
    'state-contended',
    'Other processes kept booking calls to Kraken.',
    'Try again in a second.',
  );
}

async function tryDraw(options: BudgetOptions, { calls, change, isEntry = false }: Charge): Try<Drawn> {
  const { store, tier, nowMs: clock } = options;
  const [callItem, pairItem] = await Promise.all([
    stored(options, 'CALLS', callsSchema),
    change && stored(options, pairKey(change.symbol), pairSchema),
  ]);
  const nowMs = clock();
  const share = isEntry ? ENTRY_SHARE : 1;
  const call = raise(callItem?.body, callLimits[tier].calls, { cost: calls, share, nowMs });
  const nonce = nonceAfter(callItem?.body.nonce, nowMs);
  const actions = [put(options, 'CALLS', { ...callItem, body: { ...call.counter, nonce } })];
  let waitMs = isEntry || calls > 0 ? call.waitMs : 0;

  if (change) {
    const cost = costOf(change.action, pairItem?.body.changedMs ?? null, nowMs);
    const pair = raise(pairItem?.body, callLimits[tier].pair, { cost, share, nowMs });
    const changedMs = change.action === 'cancel' ? (pairItem?.body.changedMs ?? null) : pair.counter.atMs;
    actions.push(put(options, pairKey(change.symbol), { ...pairItem, body: { ...pair.counter, changedMs } }));
    waitMs = Math.max(waitMs, pair.waitMs);
  }
  if (waitMs > 0) return { value: { kind: 'short', waitMs, why: shortOf(waitMs, isEntry) } };
  return (await store.transact(actions)).ok ? { value: { kind: 'drawn', nonce } } : undefined;
}

function shortOf(waitMs: number, isEntry: boolean): string {
  const kept = isEntry ? ', and the rest is kept for stops and exits' : '';
  return `Kraken allows no more calls for ${(waitMs / 1000).toFixed(1)} s${kept}`;
}

function costOf(action: 'add' | 'amend' | 'cancel', changedMs: EpochMs | null, nowMs: EpochMs): number {
  return action === 'add' ? 1 : changeCost(action, changedMs === null ? 0 : nowMs - changedMs);
}

/** In microseconds; a clock that was set back does not make it smaller. */
function nonceAfter(before: string | undefined, nowMs: EpochMs): string {
  const byClock = BigInt(Math.floor(nowMs)) * 1000n;
  const next = before === undefined ? byClock : BigInt(before) + 1n;
  return String(next > byClock ? next : byClock);
}

async function tryFill(options: BudgetOptions, symbol: string | undefined): Try<void> {
  const { store, tier, nowMs } = options;
  const sk = symbol === undefined ? 'CALLS' : pairKey(symbol);
  const { max } = callLimits[tier][symbol === undefined ? 'calls' : 'pair'];
  const item = await stored(options, sk, z.looseObject(counterSchema.shape));
  // Nothing was booked yet: then there is nothing to correct.
  if (!item) return { value: undefined };
  const full = put(options, sk, { ...item, body: { ...item.body, used: max, atMs: nowMs() } });
  return (await store.transact([full])).ok ? { value: undefined } : undefined;
}

interface StoredCounter<T> {
  readonly version: number;
  readonly body: T;
}

async function stored<T>(
  { store, account }: BudgetOptions,
  sk: string,
  schema: z.ZodType<T>,
): Promise<StoredCounter<T> | undefined> {
  const item = await store.get({ pk: `BUDGET#${account}`, sk });
  if (!item) return undefined;
  const body = schema.safeParse(item.body);
  if (body.success) return { version: item.version, body: body.data };
  throw new AppError(
    'state-invalid',
    `What is stored as BUDGET#${account} ${sk} is no counter of calls.`,
    'Restore the state from a copy.',
  );
}

function put(
  { account }: BudgetOptions,
  sk: string,
  { version, body }: { readonly version?: number | undefined; readonly body: object },
): Action {
  return { kind: 'put', pk: `BUDGET#${account}`, sk, expect: version ?? 'absent', body: { ...body } };
}

function pairKey(symbol: string): string {
  return `PAIR#${symbolKey(symbol)}`;
}
