import type { Units } from '../core/decimal.ts';
import type { BookedFill } from '../core/execution/books.ts';
import {
  type Curve,
  type EquityPoint,
  type Flow,
  isPending,
  newCurve,
  nextPoint,
} from '../core/execution/equity-curve.ts';
import type { Order } from '../core/execution/order.ts';
import type { Position } from '../core/execution/position.ts';
import { nextUtcMonthMs } from '../core/market/calendar.ts';
import { DAY_MS, type EpochMs } from '../core/market/timeframes.ts';
import type { Item, StateStore } from '../ports/state-store.ts';
import { loadHead } from './account.ts';
import { type Head, readItem, sortableMs } from './items.ts';
import { fillOrder, monthsOf, type Span } from './results.ts';

/** What the history keeps by its instant. */
type Kept = 'DECISION' | 'MARK' | 'ORDER' | 'POSITION' | 'REQUEST';

/**
 * The items of an account's history, oldest first, a month at a time: what is in memory does not grow with the account.
 * @param span both ends included
 */
export async function* historyPages(
  store: StateStore,
  account: string,
  { what, fromMs, toMs }: Span & { readonly what: Kept },
): AsyncGenerator<readonly Item[]> {
  if (fromMs > toMs) return;
  const range = { from: `${what}#${sortableMs(fromMs)}`, before: `${what}#${sortableMs(toMs + 1)}` };
  for (const pk of monthsOf(account, { fromMs, toMs })) yield await store.query(pk, range);
}

/** The fills of a span in the order in which they happened, a month at a time, each with the key that names it. */
export async function* fillPages(
  store: StateStore,
  account: string,
  { fromMs, toMs }: Span,
): AsyncGenerator<readonly NamedFill[]> {
  for (let firstMs = fromMs; firstMs <= toMs; firstMs = nextUtcMonthMs(firstMs))
    yield await fillsOf(store, account, {
      fromMs: firstMs,
      toMs: Math.min(toMs, nextUtcMonthMs(firstMs) - 1),
    });
}

export interface NamedFill extends BookedFill {
  readonly id: string;
}

async function fillsOf(
  store: StateStore,
  account: string,
  { fromMs, toMs }: Span,
): Promise<readonly NamedFill[]> {
  const range = { from: sortableMs(fromMs), before: sortableMs(toMs + 1) };
  const items = await store.query(`FILL#${account}`, range);
  return items.map((item) => ({ ...readItem('fill', item), id: item.sk })).sort(fillOrder);
}

/** Capital that was moved in a span, by time. */
async function flowsOf(store: StateStore, account: string, span: Span): Promise<readonly Flow[]> {
  const flows: Flow[] = [];
  for await (const items of historyPages(store, account, { ...span, what: 'REQUEST' })) {
    for (const item of items) {
      const { request, atMs, isDone } = readItem('outcome', item);
      if (isDone && request.kind === 'capital') flows.push({ id: item.sk, atMs, amount: request.amount });
    }
  }
  return flows;
}

/** An equity curve as far as it was read. */
export interface CurveReader {
  readonly account: string;
  curve: Curve;
  /** From where on marks have not been read. */
  nextMs: EpochMs;
}

/** Begins to read the equity curve of an account from its first capital. */
export async function curveReader(store: StateStore, account: string): Promise<CurveReader> {
  const { createdMs, capital, ...head } = await loadHead(store, account);
  const moved = await flowsOf(store, account, { fromMs: createdMs, toMs: newestMs({ createdMs, ...head }) });
  const first = moved.reduce((sum, { amount }) => sum - amount, capital);
  return { account, curve: newCurve(first, createdMs), nextMs: createdMs };
}

/** The newest instant of which an account may have kept something; what is asked of a flat one is done after its ticks. */
export function newestMs({
  createdMs,
  lastTickMs,
  markedMs,
}: Pick<Head, 'createdMs' | 'lastTickMs' | 'markedMs'>) {
  return Math.max(lastTickMs ?? createdMs, markedMs ?? 0) + DAY_MS;
}

/** What of an account tells since when it is not settled. */
interface Began {
  readonly head: { readonly value: Pick<Head, 'createdMs' | 'lastTickMs'> };
  readonly orders: ReadonlyMap<string, { readonly value: Pick<Order, 'decidedMs'> }>;
  readonly positions: ReadonlyMap<string, { readonly value: Pick<Position, 'entryMs'> }>;
}

/**
 * From where on an account may still come to have orders that have ended or positions that were closed: whatever is open
 * began no earlier, and nothing new is decided before its newest tick.
 */
export function unsettledMs({ head, orders, positions }: Began): EpochMs {
  const { createdMs, lastTickMs } = head.value;
  return Math.min(
    lastTickMs ?? createdMs,
    ...[...orders.values()].map(({ value }) => value.decidedMs),
    ...[...positions.values()].map(({ value }) => value.entryMs),
  );
}

/** The marks that were not read yet, up to an instant, a month at a time. Called again it goes on. */
export async function* equityPages(
  store: StateStore,
  reader: CurveReader,
  toMs: EpochMs,
): AsyncGenerator<readonly EquityPoint[]> {
  const { account } = reader;
  for await (const items of historyPages(store, account, { what: 'MARK', fromMs: reader.nextMs, toMs })) {
    const marks = items.map((item) => readItem('mark', item));
    const last = marks.at(-1);
    if (last === undefined) continue;
    const span = { fromMs: reader.curve.point.atMs, toMs: last.atMs };
    const between = windowOver(await fillsOf(store, account, span), await flowsOf(store, account, span));
    yield marks.map((mark) => {
      reader.curve = nextPoint(reader.curve, mark, between(reader.curve.point.atMs, mark.atMs));
      reader.nextMs = mark.atMs + 1;
      return reader.curve.point;
    });
  }
}

/**
 * Reads on to where a span begins, unless the reader went past it: it then stands at the mark that the span begins with.
 * @returns capital that was moved between that mark and the beginning; the flow of the next mark has it, the span has not
 */
export async function readToBegin(store: StateStore, reader: CurveReader, fromMs: EpochMs): Promise<Units> {
  if (reader.curve.point.atMs > fromMs) return 0n;
  const pages = equityPages(store, reader, fromMs);
  while (!(await pages.next()).done);
  return flowAfter(store, reader, fromMs);
}

/** Capital that was moved after the newest mark that was read, up to an instant: no mark has it yet. */
export async function flowAfter(
  store: StateStore,
  { account, curve }: CurveReader,
  toMs: EpochMs,
): Promise<Units> {
  const flows = await flowsOf(store, account, { fromMs: curve.point.atMs, toMs });
  return flows.reduce((sum, flow) => (isPending(curve, flow) ? sum + flow.amount : sum), 0n);
}

/** What of sorted lists lies between two instants, both included; asked with instants that never go back. */
function windowOver(fills: readonly BookedFill[], flows: readonly Flow[]) {
  const fillsAt = slider(fills);
  const flowsAt = slider(flows);
  return (fromMs: EpochMs, toMs: EpochMs) => ({ fills: fillsAt(fromMs, toMs), flows: flowsAt(fromMs, toMs) });
}

function slider<One extends { readonly atMs: EpochMs }>(all: readonly One[]) {
  let first = 0;
  return (fromMs: EpochMs, toMs: EpochMs): readonly One[] => {
    while ((all[first]?.atMs ?? toMs) < fromMs) first++;
    let end = first;
    while ((all[end]?.atMs ?? Number.POSITIVE_INFINITY) <= toMs) end++;
    return all.slice(first, end);
  };
}
