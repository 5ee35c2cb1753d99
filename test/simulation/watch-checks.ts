import type { Config } from '../../shared/core/config.ts';
import { textOf, unitsOf } from '../../shared/core/decimal.ts';
import type { EpochMs } from '../../shared/core/market/timeframes.ts';
import type { KrakenBook } from '../kraken-simulator/book.ts';
import { unresolved } from './drive.ts';
import type { ExchangeChecks } from './exchange-checks.ts';
import type { LedgerChecks } from './ledger-checks.ts';
import type { MemoryStore } from './memory-store.ts';
import { ACCOUNT, TICK_MS } from './setup.ts';
import { demand } from './violation.ts';

/** What is demanded of runs as they end, and of the world at its end. */
export interface WatchChecks {
  /** A run has ended in which nothing went wrong: all was answered. */
  ended(run: { readonly begunMs: EpochMs; readonly nowMs: EpochMs }): Promise<void>;
  /** Something may have kept a run from protecting. */
  disturbed(): void;
  settled(atMs: number): void;
}

interface Watched {
  readonly store: MemoryStore;
  readonly book: KrakenBook;
  readonly config: Config;
  readonly exchange: ExchangeChecks;
  readonly ledger: LedgerChecks;
  /** Orders of others under ids of our form, and since when they rest. */
  readonly foreign: ReadonlyMap<string, EpochMs>;
}

/** What is woken sooner than this after another is the same watch twice. */
const WATCH_MS_MIN = 40_000;

export function watchChecks(world: Watched): WatchChecks {
  const { config, exchange, store } = world;
  /** Since when a symbol is bare at the end of each run, with nothing gone wrong meanwhile. */
  const bareSince = new Map<string, EpochMs>();
  const demandCover = async (symbol: string, { begunMs, nowMs }: { begunMs: EpochMs; nowMs: EpochMs }) => {
    // What a sale of this run left is sold by the next.
    if (!isBare(exchange, config, symbol) || exchange.isSelling(symbol, begunMs))
      return bareSince.delete(symbol);
    const knownMs = bareSince.get(symbol);
    // Whatever was accepted in between covered it for a while.
    const sinceMs = knownMs === undefined || exchange.isSelling(symbol, knownMs) ? nowMs : knownMs;
    bareSince.set(symbol, sinceMs);
    const isExcused = begunMs < sinceMs + WATCH_MS_MIN || (await unresolved(store)).includes(symbol);
    return demand(
      isExcused,
      'protected within a watch',
      () =>
        `${symbol} is bare: ${textOf(exchange.held(symbol))} held, ${textOf(exchange.covered(symbol))} covered`,
    );
  };
  return {
    async ended(run) {
      for (const symbol of config.symbols) await demandCover(symbol, run);
    },
    disturbed: () => bareSince.clear(),
    settled: (atMs) => settled(world, atMs),
  };
}

/** More is held than is covered, by an amount that an order could carry. */
function isBare({ held, covered }: ExchangeChecks, { markets }: Config, symbol: string): boolean {
  return held(symbol) - covered(symbol) >= unitsOf(markets[symbol]?.minQuantity ?? '0');
}

function settled({ store, book, config, exchange, ledger, foreign }: Watched, atMs: number): void {
  const items = store.now.query(`ACCOUNT#${ACCOUNT}`);
  const settles = (isSo: boolean, what: () => string) => demand(isSo, 'settles', what);
  const missing = ledger.missing();
  settles(missing.length === 0, () => `fills ${missing.map(({ txid }) => txid).join(', ')} are not booked`);
  const requests = store.now.query(`REQUEST#${ACCOUNT}`);
  settles(requests.length === 0, () => `requests wait: ${JSON.stringify(requests.map(({ body }) => body))}`);
  const head = items.find(({ sk }) => sk === 'HEAD');
  const newestMs = Math.floor(atMs / TICK_MS) * TICK_MS;
  settles(
    head?.body['lastTickMs'] === newestMs,
    () => `the newest tick is ${head?.body['lastTickMs']}, ${newestMs} was due`,
  );
  const orders = items.filter(({ sk }) => sk.startsWith('ORDER#'));
  const underWay = orders.filter(({ body }) => body['state'] !== 'OPEN');
  settles(
    underWay.length === 0,
    () => `orders are under way: ${JSON.stringify(underWay.map(({ body }) => body))}`,
  );
  const known = new Set(orders.map(({ sk }) => sk.slice('ORDER#'.length)));
  const strays = [...book.orders.values()].filter(
    ({ status, clOrdId }) =>
      status === 'open' && clOrdId !== null && !known.has(clOrdId) && !foreign.has(clOrdId),
  );
  settles(
    strays.length === 0,
    () => `the exchange has ${strays.map(({ clOrdId }) => clOrdId).join(', ')}, the books do not`,
  );
  const judged = items.filter(
    ({ sk, body }) => sk.startsWith('ORPHAN#') && /^(found|ignored)$/.test(String(body['state'])),
  );
  settles(
    judged.length === foreign.size,
    () => `${judged.length} of ${foreign.size} orders of others are known`,
  );
  for (const symbol of config.symbols) {
    settles(!isBare(exchange, config, symbol), () => `${symbol} is bare`);
    const over = exchange.covered(symbol) - exchange.held(symbol);
    settles(over <= 0n, () => `${textOf(over)} of ${symbol} more is to be sold than is held`);
  }
}
