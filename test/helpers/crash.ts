import type { Paper } from '../../shared/app/drive.ts';
import type { Feed } from '../../shared/app/trader.ts';
import type { StateStore } from '../../shared/ports/state-store.ts';
import { paperOf, type Worker, type World } from './world.ts';

/** The end of a process in the middle of a call. */
export class Crash extends Error {}

/** A moment at which a process may end: before its n-th call or after it, with so many transactions in effect. */
interface End {
  readonly n: number;
  readonly when: 'before' | 'after';
  readonly writes: number;
}

/** What a process runs on: it fails at one call, and from then on nothing of that process happens any more. */
export interface Power {
  calls: number;
  /** Transactions that took effect: from one to the next, what is stored does not change. */
  writes: number;
  /** Every moment that it passed. */
  readonly passed: End[];
  use<Result>(call: () => Promise<Result>): Promise<Result>;
}

/** Power that fails at the n-th call, before the call takes effect or after it; 0 is never. */
export function powerUntil(n: number, when: 'before' | 'after'): Power {
  let isOff = false;
  const fail = (): never => {
    isOff = true;
    throw new Crash(`at call ${n}, ${when}`);
  };
  const power: Power = {
    calls: 0,
    writes: 0,
    passed: [],
    async use(call) {
      if (isOff) throw new Crash('the process has ended');
      const own = ++power.calls;
      power.passed.push({ n: own, when: 'before', writes: power.writes });
      if (own === n && when === 'before') fail();
      const result = await call();
      power.passed.push({ n: own, when: 'after', writes: power.writes });
      if (own === n) fail();
      return result;
    },
  };
  return power;
}

/** A store every call of which is a call of `power`. */
export function poweredStore(store: StateStore, power: Power): StateStore {
  const { use } = power;
  return {
    get: (key) => use(() => store.get(key)),
    query: (pk, options) => use(() => store.query(pk, options)),
    transact: (actions) =>
      use(() => {
        power.writes++;
        return store.transact(actions);
      }),
    close: () => store.close(),
  };
}

/** A worker every call of which to a port is a call of `power`: those of its exchange to the store too. */
export function poweredPaper(world: World, worker: Worker, power: Power): Paper {
  const { use } = power;
  const powered = poweredStore(worker.store, power);
  const over = (feed: Feed): Feed => ({
    window: (wanted) => use(() => feed.window(wanted)),
    execWindow: (wanted) => use(() => feed.execWindow(wanted)),
    lastClose: (symbol, atMs) => use(() => feed.lastClose(symbol, atMs)),
  });
  const { trader, exchange, execCandle } = paperOf(world, { ...worker, store: powered, over });
  const poweredExchange: typeof exchange = {
    answersAtOnce: exchange.answersAtOnce,
    hasMinimums: exchange.hasMinimums,
    attachesStops: exchange.attachesStops === true,
    permit: (request) => use(() => exchange.permit(request)),
    place: (request, sending) => use(() => exchange.place(request, sending)),
    find: (id) => use(() => exchange.find(id)),
    amend: (order, change) => use(() => exchange.amend(order, change)),
    cancel: (order) => use(() => exchange.cancel(order)),
    meet: (step, at, candles) => use(() => exchange.meet(step, at, candles)),
    clock: () => use(() => exchange.clock()),
  };
  return {
    trader: { ...trader, exchange: poweredExchange },
    exchange: poweredExchange,
    execCandle: (symbol, openMs) => use(() => execCandle(symbol, openMs)),
  };
}
