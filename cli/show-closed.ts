import type { Account } from '../shared/app/account.ts';
import { historyPages, unsettledMs } from '../shared/app/history.ts';
import { readItem } from '../shared/app/items.ts';
import type { Span } from '../shared/app/results.ts';
import type { Position } from '../shared/core/execution/position.ts';
import type { StateStore } from '../shared/ports/state-store.ts';

/**
 * Gives the positions that were closed in a span, by their last fill, a month at a time. Called again it reads only where
 * there may be more, and still gives all.
 * @param account as it was loaded before
 */
export function closedReader(store: StateStore) {
  const known = new Map<string, Position>();
  let nextMs = 0;
  return async function* (account: Account, { fromMs, toMs }: Span): AsyncGenerator<readonly Position[]> {
    yield [...known.values()];
    const span = { fromMs: Math.max(fromMs, nextMs), toMs };
    for await (const items of historyPages(store, account.id, { what: 'POSITION', ...span })) {
      const fresh = items
        .filter(({ sk }) => !known.has(sk))
        .map((item) => [item.sk, readItem('position', item)] as const);
      for (const [sk, position] of fresh) known.set(sk, position);
      yield fresh.map(([, position]) => position);
    }
    nextMs = unsettledMs(account);
  };
}
