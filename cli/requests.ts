import { waitingRequests } from '../shared/app/ask.ts';
import type { Request } from '../shared/app/items.ts';
import { textOf } from '../shared/core/decimal.ts';
import type { StateStore } from '../shared/ports/state-store.ts';
import { instant, say, table, usd } from './screen.ts';

/** A request that waits, for a person or a program to read. */
export interface RequestView {
  readonly id: string;
  readonly what: string;
  readonly askedMs: number;
  readonly by: string;
  readonly why: string;
}

/** What an account was asked and has not done yet, oldest first. */
export async function requestsOf(store: StateStore, account: string): Promise<readonly RequestView[]> {
  const waiting = await waitingRequests(store, account);
  return waiting.map((request) => {
    const { id, askedMs, by, why } = request;
    return { id, what: wordsOf(request), askedMs, by, why };
  });
}

/** What was asked and waits for the next watch. */
export function sayRequests(requests: readonly RequestView[]): void {
  if (requests.length === 0) return;
  say();
  table(
    ['waits for the next watch', 'asked UTC', 'by', 'why'],
    requests.map(({ what, askedMs, by, why }) => [what, instant(askedMs), by, why]),
  );
}

/** A request as a person calls it. */
function wordsOf(request: Request): string {
  switch (request.kind) {
    case 'capital': {
      const amount = usd(textOf(request.amount < 0n ? -request.amount : request.amount));
      return request.amount < 0n ? `take out ${amount} USD` : `add ${amount} USD`;
    }
    case 'close':
      return `close ${request.symbol}`;
    case 'halt':
      return request.isFlatten ? 'halt and sell everything' : 'halt';
    case 'trip':
      return `trip ${request.scope}`;
    case 'reset':
      return `reset ${request.scope}`;
  }
}
