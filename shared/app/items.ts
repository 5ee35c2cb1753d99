import * as z from 'zod';
import { isDecimalText, textOf, type Units, unitsOf } from '../core/decimal.ts';
import { AppError } from '../core/errors.ts';
import type { BookedFill, Mark } from '../core/execution/books.ts';
import type { Order } from '../core/execution/order.ts';
import { exitReasons, type Position } from '../core/execution/position.ts';
import { utcMonthKey } from '../core/market/calendar.ts';
import { symbolKey } from '../core/market/instruments.ts';
import { DAY_MS, type EpochMs } from '../core/market/timeframes.ts';
import type { Breaker } from '../core/risk/breakers.ts';
import type { Standing } from '../core/risk/standing.ts';
import type { Item, ItemBody, ItemKey } from '../ports/state-store.ts';

/** Where the items of an account lie. */
export const keys = {
  head: (account: string): ItemKey => ({ pk: `ACCOUNT#${account}`, sk: 'HEAD' }),
  lease: (account: string): ItemKey => ({ pk: `ACCOUNT#${account}`, sk: 'LEASE' }),
  cash: (account: string): ItemKey => ({ pk: `ACCOUNT#${account}`, sk: 'CASH' }),
  position: (account: string, symbol: string): ItemKey => ({
    pk: `ACCOUNT#${account}`,
    sk: `POSITION#${symbolKey(symbol)}`,
  }),
  order: (account: string, id: string): ItemKey => ({ pk: `ACCOUNT#${account}`, sk: `ORDER#${id}` }),
  /** An order at the exchange that looks like ours and that the books do not know. */
  orphan: (account: string, exchangeId: string): ItemKey => ({
    pk: `ACCOUNT#${account}`,
    sk: `ORPHAN#${exchangeId}`,
  }),
  /** By time, so that what came after an instant is one query. */
  fill: (account: string, { atMs, id }: { readonly atMs: EpochMs; readonly id: string }): ItemKey => ({
    pk: `FILL#${account}`,
    sk: `${sortableMs(atMs)}#${id}`,
  }),
  /** In a partition of their own, which operators may write and nothing else. */
  breaker: (account: string, scope: string): ItemKey => ({ pk: breakerPartition(account), sk: scope }),
  request: (account: string, id: string): ItemKey => ({ pk: requestPartition(account), sk: id }),
  /** In a partition of its own: the account is loaded each minute, a config is read when somebody asks why. */
  config: (account: string, hash: string): ItemKey => ({ pk: `CONFIG#${account}`, sk: hash }),
  tick: (account: string, atMs: EpochMs): ItemKey => ({ pk: `TICK#${account}`, sk: sortableMs(atMs) }),
  history: (account: string, atMs: EpochMs, what: string): ItemKey => ({
    pk: historyPartition(account, atMs),
    sk: what,
  }),
};

/** The partition in which an account keeps what happened in the month of an instant. */
export function historyPartition(account: string, atMs: EpochMs): string {
  return `HISTORY#${account}#${utcMonthKey(atMs)}`;
}

/** The partition of an account's breakers. */
export function breakerPartition(account: string): string {
  return `BREAKER#${account}`;
}

/** The partition of what operators ask of an account. */
export function requestPartition(account: string): string {
  return `REQUEST#${account}`;
}

/** Milliseconds as text that sorts as the numbers do. */
export function sortableMs(atMs: EpochMs): string {
  return String(atMs).padStart(14, '0');
}

/** How long it is remembered that a tick was done: what came before the newest one is not asked for again. */
const TICK_KEPT_MS = 90 * DAY_MS;

/** When a store may forget an item, or undefined for never: only marks of ticks pass, books do not. */
export function expiryOf({ pk, sk }: ItemKey): EpochMs | undefined {
  return pk.startsWith('TICK#') ? Number(sk) + TICK_KEPT_MS : undefined;
}

const units = z.string().refine(isDecimalText).transform(unitsOf);
const ms = z.int();

const supporter = z.strictObject({ instance: z.string(), weight: z.number(), isLatched: z.boolean() });

const plan = z.strictObject({
  symbol: z.string(),
  tickMs: ms,
  stopLevel: z.number(),
  atr: z.number(),
  target: z.number().nullable(),
  timeStopMs: z.number().nullable(),
  supporters: z.array(supporter),
});

const positionSchema = z.strictObject({
  plan,
  entryMs: ms,
  entryQuantity: units,
  entryCost: units,
  entryFee: units,
  quantity: units,
  exitCost: units,
  exitFee: units,
  exitMs: ms.nullable(),
  stop: z.number(),
  firstStop: z.number(),
  isRatcheted: z.boolean(),
  supporters: z.array(supporter),
  exit: z.strictObject({ reason: z.enum(exitReasons), atMs: ms }).nullable(),
  stopsEnded: z.int(),
  exitsEnded: z.int(),
}) satisfies z.ZodType<Position>;

const currentOrder = z.strictObject({
  clientOrderId: z.string(),
  symbol: z.string(),
  purpose: z.enum(['entry', 'stop', 'exit']),
  number: z.int(),
  tickMs: ms,
  decidedMs: ms,
  side: z.enum(['buy', 'sell']),
  kind: z.enum(['market', 'stop', 'limit', 'capped']),
  quantity: units,
  triggerPrice: units.nullable(),
  limitPrice: units.nullable(),
  crossPrice: units.nullable(),
  budget: units.nullable(),
  plan: plan.nullable(),
  state: z.enum(['PENDING', 'SENDING', 'OPEN', 'FILLED', 'CANCELLED', 'REJECTED', 'EXPIRED']),
  mark: z.strictObject({ sentAtMs: ms, deadlineMs: ms, nonce: z.string() }).nullable(),
  attempts: z.int(),
  absence: z.strictObject({ atMs: ms, fence: z.int() }).nullable(),
  isCancelRequested: z.boolean(),
  filled: units,
  fillIds: z.array(z.string()),
  refusal: z.string().nullable(),
  ended: z.strictObject({ stops: z.int(), exits: z.int() }),
}) satisfies z.ZodType<Order>;

/** What schema 1 wrote: it knew no limit orders, no nonce, and only how many fills of an order were booked. */
const orderOfSchema1 = currentOrder
  .omit({ limitPrice: true, crossPrice: true, mark: true, absence: true, fillIds: true, ended: true })
  .extend({ sentAtMs: ms.nullable(), fills: z.int() })
  .transform(({ sentAtMs, fills, ...order }) => ({
    ...order,
    limitPrice: null,
    crossPrice: null,
    mark: sentAtMs === null ? null : { sentAtMs, deadlineMs: sentAtMs, nonce: '0' },
    absence: null,
    fillIds: Array.from({ length: fills }, (_, n) => `${order.clientOrderId}#${n}`),
    ended: { stops: 0, exits: 0 },
  })) satisfies z.ZodType<Order>;

const orderSchema = z.union([currentOrder, orderOfSchema1]);

const standingSchema = z.strictObject({
  peak: units,
  dayMs: ms,
  dayStart: units,
  portfolioFrom: units,
  losses: z.int(),
  lockedUntilMs: ms.nullable(),
  lastLossMs: ms.nullable(),
  netRs: z.array(z.number()).readonly(),
}) satisfies z.ZodType<Standing>;

const headSchema = z.strictObject({
  account: z.string(),
  /** Where its candles come from; never changes. */
  source: z.string(),
  /** All that was ever allotted, less what was taken out. */
  capital: units,
  createdMs: ms,
  /** When a person first allowed entries; null: never yet. Paper arms itself as it begins. */
  armedMs: ms.nullable().default(null),
  openOrders: z.int(),
  openPositions: z.int(),
  /** Newest tick that was decided. */
  lastTickMs: ms.nullable(),
  /** End of the newest exec candle whose marks and trails were taken. */
  markedMs: ms.nullable(),
  standing: standingSchema,
});

/** What an account knows of itself in one item. */
export type Head = z.output<typeof headSchema>;

const leaseSchema = z.strictObject({ owner: z.string(), fence: z.int(), untilMs: ms });

const cashSchema = z.strictObject({ cash: units });

const fillSchema = z.strictObject({
  clientOrderId: z.string(),
  symbol: z.string(),
  side: z.enum(['buy', 'sell']),
  reason: z.enum(['ENTRY', ...exitReasons]),
  step: z.enum(['OPEN', 'RANGE']),
  atMs: ms,
  price: units,
  quantity: units,
  cost: units,
  fee: units,
}) satisfies z.ZodType<BookedFill>;

const markSchema = z.strictObject({ atMs: ms, equity: units, cash: units }) satisfies z.ZodType<Mark>;

const breakerSchema = z.strictObject({
  scope: z.string(),
  state: z.enum(['closed', 'tripped']),
  untilMs: ms.nullable(),
  atMs: ms,
  why: z.string(),
  by: z.string(),
}) satisfies z.ZodType<Breaker>;

const orphanSchema = z.strictObject({
  exchangeId: z.string(),
  clientOrderId: z.string(),
  symbol: z.string().nullable(),
  side: z.enum(['buy', 'sell']),
  quantity: units,
  filled: units,
  openedMs: ms,
  /** Wall time of the run that saw it first: an answer may lag, so a second run must see it too. */
  seenMs: ms,
  /** `gone`: suspected and not shown again; `adopted` and `ignored`: what a person said. */
  state: z.enum(['suspected', 'found', 'adopted', 'ignored', 'gone']),
});

/** An order at the exchange under a client id of our making that the books do not know. */
export type Orphan = z.output<typeof orphanSchema>;

/** What an operator asks of an account: who, why, and when by the wall clock. */
const asked = { id: z.string(), by: z.string(), why: z.string(), askedMs: ms };

const requestSchema = z.discriminatedUnion('kind', [
  /** Adds capital, or takes it out (below 0). */
  z.strictObject({ ...asked, kind: z.literal('capital'), amount: units }),
  /** Withdraws entries; with `isFlatten` sells everything too. The manual breaker was tripped with it. */
  z.strictObject({ ...asked, kind: z.literal('halt'), isFlatten: z.boolean() }),
  z.strictObject({ ...asked, kind: z.literal('close'), symbol: z.string() }),
  /** A breaker was tripped by a person, which holds already: kept for the record. */
  z.strictObject({ ...asked, kind: z.literal('trip'), scope: z.string() }),
  /** A breaker was reset, which holds already: what it measures from begins anew. */
  z.strictObject({ ...asked, kind: z.literal('reset'), scope: z.string() }),
  /** Takes an orphan into the books, or says that it is none of ours; `order` is its client id or the exchange's name. */
  z.strictObject({ ...asked, kind: z.enum(['adopt', 'ignore']), order: z.string() }),
]);

export type Request = z.output<typeof requestSchema>;

/** A request that was carried out or refused, as the history keeps it. */
const outcomeSchema = z.strictObject({
  request: requestSchema,
  atMs: ms,
  isDone: z.boolean(),
  outcome: z.string(),
});

export type Outcome = z.output<typeof outcomeSchema>;

const schemas = {
  head: headSchema,
  lease: leaseSchema,
  cash: cashSchema,
  position: positionSchema,
  order: orderSchema,
  fill: fillSchema,
  mark: markSchema,
  breaker: breakerSchema,
  orphan: orphanSchema,
  request: requestSchema,
  outcome: outcomeSchema,
};

type Kinds = { [Kind in keyof typeof schemas]: z.output<(typeof schemas)[Kind]> };

/**
 * Reads the body of an item.
 * @throws AppError `state-invalid` naming the item, when it is not what this version writes
 */
export function readItem<Kind extends keyof Kinds>(kind: Kind, item: Item): Kinds[Kind] {
  const result = schemas[kind].safeParse(item.body);
  if (result.success) return result.data as Kinds[Kind];
  throw new AppError(
    'state-invalid',
    `The stored item ${item.pk} / ${item.sk} is not a valid ${kind}: ${z.prettifyError(result.error)}`,
    kind === 'request'
      ? 'Another version of this program asked it: use that version, which carries it out, or remove that one item.'
      : 'Restore the state from a copy, or begin with a new account.',
  );
}

/** Spells a value for the store: amounts become decimal text. */
export function bodyOf(value: object): ItemBody {
  return spelled(value) as ItemBody;
}

function spelled(value: unknown): unknown {
  if (typeof value === 'bigint') return textOf(value as Units);
  if (Array.isArray(value)) return value.map(spelled);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, spelled(inner)]));
}
