import type { Units } from '../core/decimal.ts';
import type { DecisionRecord } from '../core/decision/record.ts';
import { ABANDONED, countAbandoned, countDecision, newTally, type Tally } from '../core/decision/tally.ts';
import type { BookedFill, Mark } from '../core/execution/books.ts';
import type { Position } from '../core/execution/position.ts';
import { DAY_MS, type EpochMs } from '../core/market/timeframes.ts';
import type { Breaker } from '../core/risk/breakers.ts';
import type { Item, StateStore } from '../ports/state-store.ts';
import { loadAccount } from './account.ts';
import { historyPartition, readItem } from './items.ts';

/** What an account kept of a span: everything that it decided, filled and was worth. */
export interface Kept {
  readonly closed: readonly Position[];
  readonly open: readonly Position[];
  readonly cash: Units;
  readonly decisions: readonly DecisionRecord[];
  readonly fills: readonly BookedFill[];
  readonly marks: readonly Mark[];
  readonly tally: Tally;
  readonly breakers: readonly Breaker[];
}

/** From one instant to another, both included. */
export interface Span {
  readonly fromMs: EpochMs;
  readonly toMs: EpochMs;
}

/** Reads an account's history of a span, oldest first. */
export async function readResults(store: StateStore, account: string, span: Span): Promise<Kept> {
  const all = (prefix: string) => itemsOf(store, monthsOf(account, span), prefix);
  const { positions, cash, breakers } = await loadAccount(store, account);
  const decisions = (await all('DECISION#')).map(decisionOf);
  const tally = newTally();
  for (const decision of decisions) if (decision.inputs.held === null) countDecision(tally, decision);
  for (const item of await all('ORDER#')) if (isAbandoned(item)) countAbandoned(tally);
  return {
    closed: await closedPositions(store, account, span),
    open: [...positions.values()].map(({ value }) => value),
    cash: cash.value,
    decisions,
    fills: (await store.query(`FILL#${account}`)).map((item) => readItem('fill', item)).sort(fillOrder),
    marks: (await all('MARK#')).map((item) => readItem('mark', item)),
    tally,
    breakers: [...breakers.values()].map(({ value }) => value),
  };
}

/** The positions that were closed in a span, oldest first, without everything else that the account kept of it. */
export async function closedPositions(
  store: StateStore,
  account: string,
  span: Span,
): Promise<readonly Position[]> {
  const items = await itemsOf(store, monthsOf(account, span), 'POSITION#');
  return items.map((item) => readItem('position', item));
}

async function itemsOf(
  store: StateStore,
  months: readonly string[],
  prefix: string,
): Promise<readonly Item[]> {
  const items: Item[] = [];
  for (const pk of months) items.push(...(await store.query(pk, { prefix })));
  return items;
}

/** Whether an ended order is an entry whose rest was not bought. */
function isAbandoned(item: Item): boolean {
  const { purpose, refusal } = readItem('order', item);
  return purpose === 'entry' && refusal === ABANDONED;
}

/** A decision record as it was stored. */
export function decisionOf({ body }: Item): DecisionRecord {
  return body as unknown as DecisionRecord;
}

/** Fills in the order in which they happened: by time and step; at an open exits before entries; by symbol. */
export function fillOrder(a: BookedFill, b: BookedFill): number {
  // Inside a candle a symbol's entry at a limit fills before its stop, which lies below.
  const rank = ({ step, side, symbol }: BookedFill) =>
    step === 'RANGE' ? `0 ${symbol} ${side === 'buy' ? 0 : 1}` : `1 ${side === 'sell' ? 0 : 1} ${symbol}`;
  return a.atMs - b.atMs || (rank(a) < rank(b) ? -1 : 1);
}

/** The history partitions of the months that a span touches. */
export function monthsOf(account: string, { fromMs, toMs }: Span): readonly string[] {
  const months = new Set<string>();
  for (let atMs = fromMs; atMs <= toMs; atMs += DAY_MS) months.add(historyPartition(account, atMs));
  months.add(historyPartition(account, toMs));
  return [...months];
}
