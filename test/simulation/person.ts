import { type Ask, askFor, requestAction, type Wish } from '../../shared/app/ask.ts';
import { listBreakers, resetBreaker, tripBreaker } from '../../shared/app/breakers.ts';
import { bodyOf, keys, readItem } from '../../shared/app/items.ts';
import { unitsOf } from '../../shared/core/decimal.ts';
import { AppError } from '../../shared/core/errors.ts';
import { symbolKey } from '../../shared/core/market/instruments.ts';
import { trip } from '../../shared/core/risk/breakers.ts';
import type { Chance } from './chance.ts';
import { SYMBOLS } from './market.ts';
import type { MemoryStore } from './memory-store.ts';
import { ACCOUNT } from './setup.ts';
import type { VirtualTime } from './virtual-time.ts';

const scopes = [
  'manual',
  'portfolio',
  'losses',
  'drawdown',
  ...SYMBOLS.map((symbol) => `asset:${symbolKey(symbol)}`),
];

/** What a person may do, and how often in a world. */
const acts = [
  { trouble: 'trip', share: 0.4 },
  { trouble: 'halt', share: 0.15 },
  { trouble: 'flatten', share: 0.12 },
  { trouble: 'close', share: 0.35 },
  { trouble: 'capital added', share: 0.2 },
  { trouble: 'capital taken', share: 0.2 },
] as const;

/** A person with a terminal, who is never held up: what is asked is written within milliseconds. */
export interface Person {
  /** Allows entries for the first time, and whenever something forbids them. */
  reset(scope: string): Promise<void>;
  /** Trips a breaker before anybody else does anything, and resets it later. */
  tripNow(scope: string): void;
  /** Says that an order which nobody knows is none of ours, and lets its symbol be entered again. */
  ignore(order: string): Promise<void>;
  /** Lets the acts of a world happen at their times. */
  plan(span: { readonly fromMs: number; readonly toMs: number }): void;
}

export function personOf(
  store: MemoryStore,
  { chance, time }: { chance: Chance; time: VirtualTime },
): Person {
  let asked = 0;
  const ask = (why: string): Ask => ({
    id: `ann:${++asked}`,
    by: 'ann',
    why,
    askedMs: Math.floor(time.nowMs()),
  });
  const want = (wish: Wish) => askFor(store, ACCOUNT, { ask: ask(wish.kind), wish });
  const person: Person = {
    async reset(scope) {
      const seen = (await listBreakers(store, ACCOUNT)).find((one) => one.scope === scope);
      if (seen === undefined) return;
      await resetBreaker(store, { account: ACCOUNT, scope, ask: ask('reset'), version: seen.version });
    },
    tripNow(scope) {
      const key = keys.breaker(ACCOUNT, scope);
      const cause = {
        scope,
        untilMs: null,
        atMs: Math.floor(time.nowMs()),
        why: 'the worst moment',
        by: 'ann',
      };
      const known = store.now.get(key);
      const after = trip(known && readItem('breaker', known), cause);
      const body = bodyOf(after);
      store.now.transact([
        { kind: 'put', ...key, expect: known?.version ?? 'absent', body },
        requestAction(ACCOUNT, ask('trip'), { kind: 'trip', scope }),
      ]);
      resetLater(scope);
    },
    async ignore(order) {
      await want({ kind: 'ignore', order });
      resetLater('asset:ETH-USD');
    },
    plan({ fromMs, toMs }) {
      for (const act of acts)
        for (let times = 0; times < 2; times++) {
          const atMs = chance.between(fromMs, toMs);
          time.at(atMs, () => chance.happens(act.trouble, act.share) && quietly(() => perform(act.trouble)));
        }
    },
  };
  const halt = (isFlatten: boolean) =>
    tripBreaker(store, { account: ACCOUNT, scope: 'manual', ask: ask('halt'), halt: { isFlatten } });
  const resetLater = (scope: string) =>
    time.after(chance.between(10_000, 150_000), () => quietly(() => resetIf(scope)));
  const resetIf = async (scope: string) => {
    if (chance.happens('reset', 0.95)) await person.reset(scope);
  };
  const perform = async (act: (typeof acts)[number]['trouble']): Promise<void> => {
    if (act === 'close') return want({ kind: 'close', symbol: chance.pick(SYMBOLS) });
    if (act === 'capital added') return want({ kind: 'capital', amount: unitsOf('500') });
    if (act === 'capital taken') return want({ kind: 'capital', amount: unitsOf('-700') });
    const scope = act === 'trip' ? chance.pick(scopes) : 'manual';
    resetLater(scope);
    if (act === 'trip') await tripBreaker(store, { account: ACCOUNT, scope, ask: ask('trip') });
    else await halt(act === 'flatten');
  };
  return person;
}

/** A person who is refused looks again, or lets it be. */
async function quietly(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
  }
}
