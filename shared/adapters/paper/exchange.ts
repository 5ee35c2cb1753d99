import * as z from 'zod';
import { unitsOf } from '../../core/decimal.ts';
import { AppError } from '../../core/errors.ts';
import type { ClockMark } from '../../core/execution/clock.ts';
import type { FillRules } from '../../core/execution/costs.ts';
import type { Candle } from '../../core/market/candles.ts';
import type { EpochMs } from '../../core/market/timeframes.ts';
import type { OrderRequest } from '../../ports/exchange.ts';
import type { ModelledExchange } from '../../ports/modelled-exchange.ts';
import type { Action, StateStore } from '../../ports/state-store.ts';
import { met, type PaperOrder, type StoredOrder, saving, storedOrder, taking } from './orders.ts';

const TRIES_MAX = 5;

/** An order sent so soon after the exec candle of its instant has closed is still one of that instant. */
const ON_TIME_MS = 10_000;

const clockSchema = z.strictObject({ kind: z.enum(['OPEN', 'RANGE']), candleMs: z.int() });

/** A market whose time passes while a program is late. */
interface MarketClock {
  /** The market's present. */
  readonly nowMs: () => EpochMs;
  readonly execMs: number;
  /**
   * A stop that comes so long after the exec candle of its instant still rests from that instant. For schedules that
   * come within their minute at any second: at an exchange the stop follows its fill at once, here the fill is only
   * seen when its candle has closed.
   */
  readonly stopGraceMs?: number;
}

/**
 * A paper exchange in a state store. A client id is taken once, for ever, so the same order sent twice is one.
 * @param rulesOf what fills of a symbol cost
 * @param market of the present: an order that comes late meets no candle that opened before it came. Without one
 * every order is sent at its instant, as in a replay
 */
export function paperExchange(
  store: StateStore,
  account: string,
  rulesOf: (symbol: string) => FillRules,
  market?: MarketClock,
): ModelledExchange {
  const pk = `PAPER#${account}`;
  const load = async (id: string): Promise<StoredOrder | undefined> => {
    const item = (await store.get({ pk, sk: `OPEN#${id}` })) ?? (await store.get({ pk, sk: `ENDED#${id}` }));
    return item === undefined ? undefined : storedOrder(item);
  };
  const end = (found: StoredOrder, status: PaperOrder['status']) =>
    store.transact(saving(pk, { ...found, order: { ...found.order, status } }));

  return {
    answersAtOnce: true,
    hasMinimums: false,
    attachesStops: true,

    async permit() {
      return { kind: 'granted', nonce: '0' };
    },

    async place(request, { atMs }) {
      const { clientOrderId } = request;
      const order: PaperOrder = { ...request, status: 'open', fills: [] };
      const body = {
        ...order,
        ...(market !== undefined && { fromMs: firstOpenMs(market, atMs, request.kind) }),
      };
      // The id is taken in the same transaction; refused, it was taken before, and this order is that one.
      await store.transact([
        taking(pk, clientOrderId),
        { kind: 'put', pk, sk: `OPEN#${clientOrderId}`, expect: 'absent', body },
      ]);
      return { kind: 'accepted' };
    },

    async find(clientOrderId) {
      return (await load(clientOrderId))?.order;
    },

    async amend({ clientOrderId }, change) {
      const found = await load(clientOrderId);
      if (found === undefined || found.order.status !== 'open') return false;
      // A stop is never looser than it was: such an amend is an old one that comes late.
      const { triggerPrice = '0' } = found.order;
      if (unitsOf(change.triggerPrice ?? triggerPrice) < unitsOf(triggerPrice)) return false;
      return (await store.transact(saving(pk, { ...found, order: { ...found.order, ...change } }))).ok;
    },

    async cancel({ clientOrderId }) {
      const found = await load(clientOrderId);
      if (found?.order.status === 'open') await end(found, 'cancelled');
    },

    async meet(step, at, candles) {
      // Another process may let the same orders meet the same candle: whoever writes first did it for both.
      for (let tries = 0; tries < TRIES_MAX; tries++) {
        if (await tryToMeet({ store, pk, rulesOf }, { step, ...at }, candles)) return;
      }
      throw new AppError(
        'state-contended',
        `The paper exchange of '${account}' kept changing.`,
        'Run one process an account.',
      );
    },

    async clock() {
      return (await readClock(store, pk))?.clock;
    },
  };
}

/** Open time of the first exec candle that an order of an instant may meet when it is sent now. */
function firstOpenMs(
  { nowMs, execMs, stopGraceMs = ON_TIME_MS }: MarketClock,
  atMs: EpochMs,
  kind: OrderRequest['kind'],
): EpochMs {
  const now = nowMs();
  const graceMs = kind === 'stop' ? stopGraceMs : ON_TIME_MS;
  return now < atMs + execMs + graceMs ? atMs : Math.ceil(now / execMs) * execMs;
}

interface Book {
  readonly store: StateStore;
  readonly pk: string;
  readonly rulesOf: (symbol: string) => FillRules;
}

async function tryToMeet(
  { store, pk, rulesOf }: Book,
  { step, candleMs, endMs }: { step: 'OPEN' | 'RANGE'; candleMs: EpochMs; endMs: EpochMs },
  candles: ReadonlyMap<string, Candle | undefined>,
): Promise<boolean> {
  const before = await readClock(store, pk);
  if (before !== undefined && hasPassed(before.clock, { kind: step, candleMs })) return true;
  const orders = (await store.query(pk, { prefix: 'OPEN#' })).map(storedOrder);
  const changes = [...candles].flatMap(([symbol, candle]) => {
    const own = orders.filter(({ order }) => order.symbol === symbol);
    return met(own, { step, candleMs, endMs, candle, rules: rulesOf(symbol) });
  });
  const expect = before?.item.version ?? 'absent';
  const clock: Action = { kind: 'put', pk, sk: 'CLOCK', expect, body: { kind: step, candleMs } };
  const writes = changes.flatMap((one) => saving(pk, one));
  return (await store.transact([clock, ...writes])).ok;
}

async function readClock(store: StateStore, pk: string) {
  const item = await store.get({ pk, sk: 'CLOCK' });
  return item === undefined ? undefined : { item, clock: clockSchema.parse(item.body) };
}

function hasPassed(clock: ClockMark, { kind, candleMs }: ClockMark): boolean {
  if (clock.candleMs !== candleMs) return clock.candleMs > candleMs;
  return clock.kind === 'RANGE' || kind === 'OPEN';
}
