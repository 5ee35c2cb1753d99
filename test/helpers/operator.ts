import { type Ask, askFor, type Wish } from '../../shared/app/ask.ts';
import { listBreakers, resetBreaker, tripBreaker } from '../../shared/app/breakers.ts';
import { keys, type Outcome, readItem, requestPartition } from '../../shared/app/items.ts';
import { monthsOf } from '../../shared/app/results.ts';
import type { Standing } from '../../shared/core/risk/standing.ts';
import type { Action, StateStore } from '../../shared/ports/state-store.ts';
import { SCRIPT_START_MS } from './script.ts';
import { WALL_MS } from './world.ts';

const YEAR_MS = 366 * 86_400_000;

/** A person at work on an account: who asks, each time with a new id and a second later than before. */
export function operatorOf(store: StateStore, account: string, by = 'ann@desk') {
  let asked = 0;
  const ask = (why: string): Ask => ({ id: `${by}:${++asked}`, by, why, askedMs: WALL_MS + 1000 * asked });
  const versionOf = async (scope: string) =>
    (await listBreakers(store, account)).find((one) => one.scope === scope)?.version ?? 0;
  return {
    ask,
    trip: (scope: string) => tripBreaker(store, { account, scope, ask: ask(`trip ${scope}`) }),
    halt: (isFlatten: boolean) =>
      tripBreaker(store, { account, scope: 'manual', ask: ask('halt'), halt: { isFlatten } }),
    /** Resets what it sees now. */
    reset: async (scope: string) =>
      resetBreaker(store, {
        account,
        scope,
        ask: ask(`reset ${scope}`),
        version: await versionOf(scope),
      }),
    want: (wish: Wish, why = `want ${wish.kind}`) => askFor(store, account, { ask: ask(why), wish }),
  };
}

/** What was carried out or refused, oldest first. */
export async function outcomesOf(store: StateStore, account: string): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  const span = { fromMs: SCRIPT_START_MS - YEAR_MS, toMs: SCRIPT_START_MS + YEAR_MS };
  for (const pk of monthsOf(account, span)) {
    const items = await store.query(pk, { prefix: 'REQUEST#' });
    outcomes.push(...items.map((item) => readItem('outcome', item)));
  }
  return outcomes;
}

/** How many requests wait. */
export async function waitingOf(store: StateStore, account: string): Promise<number> {
  return (await store.query(requestPartition(account))).length;
}

/** Changes how an account stands behind the engine's back. */
export async function setStanding(
  store: StateStore,
  account: string,
  change: Partial<Record<keyof Standing, unknown>>,
): Promise<void> {
  const head = await store.get(keys.head(account));
  if (head === undefined) throw new Error(`no account ${account}`);
  const standing = { ...(head.body['standing'] as object), ...change };
  await store.transact([
    { kind: 'put', ...keys.head(account), expect: head.version, body: { ...head.body, standing } },
  ]);
}

/** Whether a transaction puts an item whose keys match, and optionally whose body does. */
export function puts(
  key: RegExp,
  body: Readonly<Record<string, unknown>> = {},
): (actions: readonly Action[]) => boolean {
  return (actions) =>
    actions.some(
      (action) =>
        action.kind === 'put' &&
        key.test(`${action.pk} ${action.sk}`) &&
        Object.entries(body).every(([name, value]) => action.body[name] === value),
    );
}

/**
 * A store in which somebody else is quicker: before the transactions that are meant, something else is written.
 * @param times so often; then whoever comes is left alone
 */
export function outrun(
  store: StateStore,
  isMeant: (actions: readonly Action[]) => boolean,
  { write, times = 1 }: { readonly write: () => Promise<unknown>; readonly times?: number },
): StateStore & { readonly outrun: () => number } {
  let done = 0;
  return {
    ...store,
    outrun: () => done,
    transact: async (actions) => {
      if (done < times && isMeant(actions)) {
        done++;
        await write();
      }
      return store.transact(actions);
    },
  };
}
