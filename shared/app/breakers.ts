import { AppError } from '../core/errors.ts';
import type { EpochMs } from '../core/market/timeframes.ts';
import { type Breaker, type BreakerScope, isTripped, scopesOf, trip } from '../core/risk/breakers.ts';
import type { Action, StateStore } from '../ports/state-store.ts';
import { ABSENT, loadBreakers, loadHead } from './account.ts';
import { type Ask, requestAction } from './ask.ts';
import { bodyOf, keys } from './items.ts';

/** A breaker as a person sees it. */
export interface BreakerView extends Breaker {
  readonly isTripped: boolean;
  /** Names what was seen: a reset of another version is refused. */
  readonly version: number;
}

const TRIES_MAX = 5;
/** Where the request stands in the transaction of a trip. */
const REQUEST = 1;

/** The breakers of an account that exist, in alphabetical order of their scopes. */
export async function listBreakers(store: StateStore, account: string): Promise<readonly BreakerView[]> {
  const nowMs = await accountClock(store, account);
  const { createdMs } = await loadHead(store, account);
  return [...(await loadBreakers(store, account)).values()].map(({ value, version }) => ({
    ...value,
    // What is not stored has stood since the account began.
    atMs: version === ABSENT ? createdMs : value.atMs,
    isTripped: isTripped(value, nowMs),
    version,
  }));
}

/** The newest instant that an account has seen. Its clock is its market's, which need not be the wall's. */
async function accountClock(store: StateStore, account: string): Promise<EpochMs> {
  const { lastTickMs, markedMs, createdMs } = await loadHead(store, account);
  return Math.max(lastTickMs ?? 0, markedMs ?? 0, createdMs);
}

/** The scope that a person means by `asset:BTC/USD` or `manual`. @throws AppError `usage` naming those that there are */
export function scopeNamed(text: string, symbols: readonly string[]): BreakerScope {
  const scopes = scopesOf(symbols);
  const scope = text.replace('/', '-');
  if (scopes.includes(scope)) return scope;
  throw new AppError('usage', `There is no breaker '${text}'.`, `Use one of ${scopes.join(', ')}.`);
}

/** A trip or a reset that a person asks for. */
interface Wish {
  readonly account: string;
  readonly scope: BreakerScope;
  readonly ask: Ask;
}

/**
 * Trips a breaker at once, until a person resets it, whatever else writes to it meanwhile.
 * @param halt withdraw entries too, and with `isFlatten` sell everything
 * @throws AppError `state-contended` when five writers in a row were faster
 */
export async function tripBreaker(
  store: StateStore,
  { account, scope, ask, halt }: Wish & { readonly halt?: { readonly isFlatten: boolean } },
): Promise<void> {
  const atMs = await accountClock(store, account);
  const what = halt === undefined ? { kind: 'trip' as const, scope } : { kind: 'halt' as const, ...halt };
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    const known = (await loadBreakers(store, account)).get(scope);
    const after = trip(known?.value, { scope, untilMs: null, atMs, why: ask.why, by: ask.by });
    const written = await store.transact([
      put(account, after, known?.version ?? ABSENT),
      requestAction(account, ask, what),
    ]);
    // A wish that is there already is this one: its answer was lost.
    if (written.ok || written.failed.includes(REQUEST)) return;
  }
  throw new AppError(
    'state-contended',
    `The breaker '${scope}' of '${account}' kept changing.`,
    'Nothing was written. Try again in a second.',
  );
}

/**
 * Resets a breaker that a person has seen.
 * @param version of the breaker as it was seen
 * @throws AppError `not-found` when it is not tripped, `breaker-changed` when it is not as it was seen
 */
export async function resetBreaker(
  store: StateStore,
  { account, scope, ask, version }: Wish & { readonly version: number },
): Promise<void> {
  const atMs = await accountClock(store, account);
  const known = (await loadBreakers(store, account)).get(scope);
  if (known === undefined || !isTripped(known.value, atMs)) throw notTripped(scope, account);
  if (known.version !== version) throw changed(scope, known.value, known.version);
  const after: Breaker = { scope, state: 'closed', untilMs: null, atMs, why: ask.why, by: ask.by };
  const written = await store.transact([
    put(account, after, version),
    requestAction(account, ask, { kind: 'reset', scope }),
  ]);
  if (written.ok) return;
  const now = (await loadBreakers(store, account)).get(scope);
  throw changed(scope, now?.value ?? known.value, now?.version ?? version);
}

function put(account: string, breaker: Breaker, version: number): Action {
  const expect = version === ABSENT ? 'absent' : version;
  return { kind: 'put', ...keys.breaker(account, breaker.scope), expect, body: bodyOf(breaker) };
}

function notTripped(scope: BreakerScope, account: string): AppError {
  return new AppError(
    'not-found',
    `The breaker '${scope}' of '${account}' is not tripped.`,
    'See `hot-crypto breaker list`.',
  );
}

function changed(scope: BreakerScope, { why, by }: Breaker, version: number): AppError {
  return new AppError(
    'breaker-changed',
    `The breaker '${scope}' has changed since you looked: version ${version}, by ${by}: ${why}`,
    `Nothing was reset. Look again with \`hot-crypto breaker list\`, then name version ${version}.`,
  );
}
