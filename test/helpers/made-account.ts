import { openState } from '../../cli/context.ts';
import { openAccount } from '../../shared/app/account.ts';
import { bodyOf, keys, sortableMs } from '../../shared/app/items.ts';
import { unitsOf } from '../../shared/core/decimal.ts';
import type { EpochMs } from '../../shared/core/market/timeframes.ts';
import type { StateStore } from '../../shared/ports/state-store.ts';

/** What an account is to have kept: instants, amounts as text. */
interface Made {
  readonly account: string;
  readonly createdMs: EpochMs;
  readonly lastTickMs: EpochMs;
  readonly capital: string;
  /** Instant, equity and cash. */
  readonly marks: readonly (readonly [EpochMs, string, string])[];
  /** Instant and amount of capital that was moved. */
  readonly flows?: readonly (readonly [EpochMs, string])[];
}

/** Writes an account into a store as a run would have left it, without the candles that would have led there. */
export async function makeAccountIn(store: StateStore, made: Made): Promise<void> {
  const { account, createdMs, lastTickMs, marks, flows = [] } = made;
  const capital = flows.reduce((sum, [, amount]) => sum + unitsOf(amount), unitsOf(made.capital));
  const head = await openAccount(store, { account, source: 'stored', capital, createdMs });
  const newest = { ...head, lastTickMs, markedMs: marks.at(-1)?.[0] ?? null };
  await store.transact([{ kind: 'put', ...keys.head(account), expect: 1, body: bodyOf(newest) }]);
  for (const [atMs, equity, cash] of marks) {
    const key = keys.history(account, atMs, `MARK#${sortableMs(atMs)}`);
    await store.transact([{ kind: 'put', ...key, expect: 'absent', body: { atMs, equity, cash } }]);
  }
  for (const [n, [atMs, amount]] of flows.entries()) {
    const request = { id: `ann:${n}`, by: 'ann@desk', why: 'a test', askedMs: atMs, kind: 'capital', amount };
    const key = keys.history(account, atMs, `REQUEST#${sortableMs(atMs)}#${n}`);
    const body = { request, atMs, isDone: true, outcome: 'done' };
    await store.transact([{ kind: 'put', ...key, expect: 'absent', body }]);
  }
}

/** The same into a data folder. */
export async function makeAccount(dataFolder: string, made: Made): Promise<void> {
  const store = openState({ dataFolder }, made.account);
  await makeAccountIn(store, made);
  store.close();
}
