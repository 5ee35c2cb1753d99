import { readItem } from '../../shared/app/items.ts';
import type { Config } from '../../shared/core/config.ts';
import { numberOf, type Units, unitsOf, unitsOfNumber } from '../../shared/core/decimal.ts';
import { cashAfter } from '../../shared/core/execution/ledger.ts';
import { symbolKey } from '../../shared/core/market/instruments.ts';
import { accountScopes, isTripped } from '../../shared/core/risk/breakers.ts';
import type { Action, Item } from '../../shared/ports/state-store.ts';
import type { KrakenBook } from '../kraken-simulator/book.ts';
import type { BookTrade } from '../kraken-simulator/orders.ts';
import { fillOf, pairOf } from './exchange.ts';
import type { MemoryStore } from './memory-store.ts';
import type { StoredOrder } from './order-checks.ts';
import { ACCOUNT } from './setup.ts';
import { demand } from './violation.ts';

/** Fraction of the equity at the day's start. */
const DAY_SLACK = 0.015;

/** Looks at the books as each transaction leaves them. */
export interface LedgerChecks {
  /** @param orders those that the transaction writes */
  committed(actions: readonly Action[], orders: readonly StoredOrder[], owner: string): void;
  /** What was bought of a symbol less what was sold, as it is booked. */
  booked(symbol: string): Units;
  /** The exchange's fills of our orders that the books do not have. */
  missing(): readonly BookTrade[];
}

interface Books {
  readonly store: MemoryStore;
  readonly book: KrakenBook;
  readonly config: Config;
}

export function ledgerChecks(books: Books): LedgerChecks {
  const { store, book, config } = books;
  const versions = new Map<string, number>();
  const booked = new Set<string>();
  const net = new Map<string, Units>();
  let cash: Units = unitsOfNumber(config.capital);
  const bookFill = ({ sk, body }: Extract<Action, { kind: 'put' }>) => {
    const id = sk.slice(sk.indexOf('#') + 1);
    const trade = book.trades.find(({ txid }) => txid === id);
    demand(!booked.has(id), 'ledger equals exchange', () => `the fill ${id} is booked twice`);
    demand(
      trade !== undefined && isAs(body, trade),
      'ledger equals exchange',
      () => `the fill ${id} is booked as ${JSON.stringify(body)}`,
    );
    booked.add(id);
    if (trade === undefined) return;
    const { side, pair } = trade.order;
    cash = cashAfter(cash, side, trade);
    net.set(pair.wsname, (net.get(pair.wsname) ?? 0n) + (side === 'buy' ? trade.volume : -trade.volume));
  };
  const follow = (action: Action) => {
    grown(store, versions, action);
    if (action.kind === 'put' && action.pk.startsWith('FILL#')) bookFill(action);
    cash += flowOf(action);
  };
  return {
    committed(actions, orders, owner) {
      if (actions.some(isOfAccount)) byHolder(store, owner);
      for (const action of actions) follow(action);
      const stored = store.now.get({ pk: `ACCOUNT#${ACCOUNT}`, sk: 'CASH' });
      const isEven = stored === undefined || unitsOf(String(stored.body['cash'])) === cash;
      demand(
        isEven,
        'ledger equals exchange',
        () => `cash is ${stored?.body['cash']}, the fills make ${cash}`,
      );
      const fresh = new Set(
        actions.map((action) => (action.kind === 'put' && action.expect === 'absent' ? action.sk : '')),
      );
      const entries = orders.filter(
        ({ purpose, clientOrderId }) => purpose === 'entry' && fresh.has(`ORDER#${clientOrderId}`),
      );
      if (entries.length > 0) reserved(books, entries);
    },
    booked: (symbol) => net.get(pairOf(symbol)) ?? 0n,
    missing: () => book.trades.filter(({ order, txid }) => order.clOrdId !== null && !booked.has(txid)),
  };
}

const isOfAccount = ({ kind, pk, sk }: Action): boolean =>
  kind !== 'check' && sk !== 'LEASE' && /^(ACCOUNT|FILL|HISTORY|TICK)#/.test(pk);

/** Only who holds the lease in this moment writes. */
function byHolder(store: MemoryStore, owner: string): void {
  const lease = store.now.get({ pk: `ACCOUNT#${ACCOUNT}`, sk: 'LEASE' });
  demand(
    lease?.body['owner'] === owner,
    'one writer at a time',
    () => `${owner} writes while ${lease?.body['owner']} holds the lease`,
  );
}

function grown(store: MemoryStore, versions: Map<string, number>, { kind, pk, sk }: Action): void {
  if (kind === 'check') return;
  const name = `${pk} ${sk}`;
  const now = store.now.get({ pk, sk })?.version ?? 0;
  const before = versions.get(name) ?? 0;
  demand(
    now > before || kind === 'remove',
    'versions only grow',
    () => `${name} went from ${before} to ${now}`,
  );
  versions.set(name, now);
}

function isAs(body: Readonly<Record<string, unknown>>, trade: BookTrade): boolean {
  const { price, quantity, cost, fee, atMs } = fillOf(trade);
  const wanted = {
    price,
    quantity,
    cost,
    fee,
    atMs,
    side: trade.order.side,
    clientOrderId: trade.order.clOrdId,
  };
  return Object.entries(wanted).every(([name, value]) => body[name] === value);
}

/** What a request that was carried out moved. */
function flowOf(action: Action): Units {
  if (action.kind !== 'put' || !action.pk.startsWith('HISTORY#') || !action.sk.startsWith('REQUEST#'))
    return 0n;
  const { request, isDone } = readItem('outcome', { ...action, version: 1 });
  return isDone && request.kind === 'capital' ? request.amount : 0n;
}

/** Entries are reserved only while no breaker forbids them, and within the limits. */
function reserved(books: Books, entries: readonly StoredOrder[]): void {
  const { store, config } = books;
  const breakers = store.now.query(`BREAKER#${ACCOUNT}`).map((item) => readItem('breaker', item));
  demand(
    breakers.some(({ scope }) => scope === 'manual'),
    'no entry under a breaker',
    () => 'the account was never armed',
  );
  for (const { symbol, tickMs } of entries) {
    const own = [...accountScopes, `asset:${symbolKey(symbol)}`, `flash:${symbolKey(symbol)}`];
    const held = breakers.filter((breaker) => own.includes(breaker.scope) && isTripped(breaker, tickMs));
    demand(
      held.length === 0,
      'no entry under a breaker',
      () => `an entry of ${symbol} is reserved under ${held.map(({ scope }) => scope).join(', ')}`,
    );
  }
  // The rest of one that was decided before may cross.
  if (entries.some(({ number }) => number === 0)) withinDay(books);
  const open = new Set(store.now.query(`ACCOUNT#${ACCOUNT}`).flatMap(symbolOf));
  demand(
    open.size <= config.risk.maxOpen,
    'within the limits',
    () => `${[...open].join(', ')} are held or being bought, ${config.risk.maxOpen} allowed`,
  );
}

/** Nothing is entered once the day's loss has reached its limit; a price moves between the decision and its writing. */
function withinDay({ store, book, config }: Books): void {
  const { dailyLossMax } = config.risk;
  const items = store.now.query(`ACCOUNT#${ACCOUNT}`);
  const head = items.find(({ sk }) => sk === 'HEAD');
  if (dailyLossMax === 'off' || head === undefined) return;
  const { dayStart } = readItem('head', head).standing;
  let equity = numberOf(unitsOf(String(items.find(({ sk }) => sk === 'CASH')?.body['cash'] ?? '0')));
  for (const { sk, body } of items) {
    if (!sk.startsWith('POSITION#')) continue;
    const last = book.quote(pairOf(String(symbolOf({ sk, body })[0])))?.last ?? 0n;
    equity += Number(body['quantity']) * numberOf(last);
  }
  const least = numberOf(dayStart) * (1 - dailyLossMax - DAY_SLACK);
  demand(equity > least, 'within the limits', () => `an entry at an equity of ${equity}, ${least} at least`);
}

/** The symbol of a position, or of an entry that has not ended. */
function symbolOf({ sk, body }: Pick<Item, 'sk' | 'body'>): readonly unknown[] {
  if (sk.startsWith('POSITION#')) return [(body['plan'] as { readonly symbol: string }).symbol];
  return sk.startsWith('ORDER#') && body['purpose'] === 'entry' ? [body['symbol']] : [];
}
