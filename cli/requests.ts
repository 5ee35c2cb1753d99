import { newestOutcomes, waitingRequests } from '../shared/app/ask.ts';
import type { Request } from '../shared/app/items.ts';
import type { Span } from '../shared/app/results.ts';
import { textOf } from '../shared/core/decimal.ts';
import type { StateStore } from '../shared/ports/state-store.ts';
import { instant, red, say, table, usd } from './screen.ts';

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
  return (await waitingRequests(store, account)).map(({ sk, request }) =>
    request === undefined ? unreadable(sk) : viewOf(request),
  );
}

/** The key begins with the instant of asking. */
function unreadable(sk: string): RequestView {
  const what = 'UNREADABLE: asked by another version of this program; ticks decide nothing until it is gone';
  return { id: sk, what, askedMs: Number.parseInt(sk, 10) || 0, by: '–', why: '–' };
}

function viewOf(request: Request): RequestView {
  const { id, askedMs, by, why } = request;
  return { id, what: wordsOf(request), askedMs, by, why };
}

/** How a request ended. */
export interface OutcomeView extends RequestView {
  /** Instant on the clock of the account. */
  readonly atMs: number;
  /** Or refused. */
  readonly isDone: boolean;
  readonly outcome: string;
}

const OUTCOMES_SHOWN = 5;

/** How the newest requests of an account ended, oldest first. */
export async function outcomesOf(
  store: StateStore,
  account: string,
  span: Span,
): Promise<readonly OutcomeView[]> {
  const newest = await newestOutcomes(store, account, { ...span, limit: OUTCOMES_SHOWN });
  const views = newest.map(({ request, atMs, isDone, outcome }) => ({
    ...viewOf(request),
    atMs,
    isDone,
    outcome,
  }));
  return views.reverse();
}

/** What was asked and done, or refused. */
export function sayOutcomes(outcomes: readonly OutcomeView[]): void {
  if (outcomes.length === 0) return;
  say();
  table(
    ['asked', 'at UTC', 'by', 'why', 'outcome'],
    outcomes.map(({ what, atMs, by, why, isDone, outcome }) => [
      what,
      instant(atMs),
      by,
      why,
      isDone ? outcome : red(`REFUSED: ${outcome}`),
    ]),
  );
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
    case 'adopt':
    case 'ignore':
      return `${request.kind} ${request.order}`;
  }
}
