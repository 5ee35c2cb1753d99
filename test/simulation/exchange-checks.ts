import type { Config } from '../../shared/core/config.ts';
import { numberOf, textOf, type Units, unitsOf } from '../../shared/core/decimal.ts';
import { cashAfter } from '../../shared/core/execution/ledger.ts';
import type { EpochMs } from '../../shared/core/market/timeframes.ts';
import type { KrakenBook } from '../kraken-simulator/book.ts';
import type { BookOrder } from '../kraken-simulator/orders.ts';
import { pairOf } from './exchange.ts';
import type { MemoryStore } from './memory-store.ts';
import { ACCOUNT } from './setup.ts';
import { demand } from './violation.ts';

/** For fees, slippage, and what a price moves between a decision and its fill. */
const SLACK = 1.2;

/** Looks at the exchange as it is in truth, whatever anybody has heard of it. */
export interface ExchangeChecks {
  accepted(order: BookOrder): void;
  /** Everything that was executed since the last call. */
  executed(): void;
  /** A position has ended in the books: what was booked and not sold is all that is left of the symbol. */
  leftBehind(symbol: string, quantity: Units): void;
  /** What our own orders hold of a symbol, without what was left behind. */
  held(symbol: string): Units;
  /** Whether a sale or stop of ours was accepted since an instant. */
  isSelling(symbol: string, sinceMs: EpochMs): boolean;
  /** What our open stops and sales of a symbol would sell. */
  covered(symbol: string): Units;
}

export function exchangeChecks(world: {
  book: KrakenBook;
  store: MemoryStore;
  config: Config;
  isOurs: (id: string) => boolean;
}): ExchangeChecks {
  const { book, store, config, isOurs } = world;
  const net = new Map<string, Units>();
  const dust = new Map<string, Units>();
  const soldMs = new Map<string, EpochMs>();
  let seen = 0;
  /** What all that was bought and sold so far brought in money. */
  let earned: Units = 0n;
  const heldOf = (pair: string) => net.get(pair) ?? 0n;
  const equity = () => {
    const head = store.now.get({ pk: `ACCOUNT#${ACCOUNT}`, sk: 'HEAD' });
    let sum = numberOf(unitsOf(String(head?.body['capital'] ?? '0')) + earned);
    for (const [pair, quantity] of net) sum += numberOf(quantity) * lastOf(book, pair);
    return sum;
  };
  const boughtOf = ({ pair, volume, filled }: BookOrder) =>
    numberOf(volume - filled + heldOf(pair.name)) * lastOf(book, pair.name);
  return {
    accepted(order) {
      const { clOrdId, side } = order;
      demand(
        clOrdId !== null && isOurs(clOrdId),
        'one exchange order an intent',
        () => `${clOrdId} is not in the books`,
      );
      const all = book.accepted.get(clOrdId ?? '')?.length;
      demand(all === 1, 'one exchange order an intent', () => `${clOrdId} was accepted ${all} times`);
      if (side === 'sell') {
        soldMs.set(order.pair.name, order.openedMs);
        return;
      }
      // Capital may have been taken out since it was decided.
      const most = config.risk.maxSymbolFraction * Math.max(equity(), config.capital) * SLACK;
      demand(
        boughtOf(order) <= most,
        'within the limits',
        () => `${boughtOf(order)} USD in ${order.pair.wsname}, ${most} at most`,
      );
    },
    executed() {
      for (; seen < book.trades.length; seen++) {
        const trade = book.trades[seen];
        if (trade === undefined || trade.order.clOrdId === null) continue;
        const { pair, side } = trade.order;
        const after = heldOf(pair.name) + (side === 'buy' ? trade.volume : -trade.volume);
        net.set(pair.name, after);
        earned = cashAfter(earned, side, trade);
        demand(after >= 0n, 'ledger equals exchange', () => `more ${pair.wsname} is sold than was bought`);
      }
    },
    isSelling: (symbol, sinceMs) => (soldMs.get(nameOf(book, symbol)) ?? 0) >= sinceMs,
    leftBehind(symbol, quantity) {
      const rest = quantity - (dust.get(nameOf(book, symbol)) ?? 0n);
      const least = unitsOf(config.markets[symbol]?.minQuantity ?? '0');
      const isDust = rest < least || numberOf(rest) * lastOf(book, pairOf(symbol)) < 1;
      demand(isDust, 'ledger equals exchange', () => `${textOf(rest)} of ${symbol} leave the books unsold`);
      dust.set(nameOf(book, symbol), quantity);
    },
    held: (symbol) => heldOf(nameOf(book, symbol)) - (dust.get(nameOf(book, symbol)) ?? 0n),
    covered: (symbol) =>
      openOrdersOf(book, symbol).reduce((sum, { volume, filled }) => sum + volume - filled, 0n),
  };
}

/** Our stops and sales that are open in truth. */
function openOrdersOf(book: KrakenBook, symbol: string): readonly BookOrder[] {
  const name = nameOf(book, symbol);
  return [...book.orders.values()].filter(
    ({ status, side, clOrdId, pair }) =>
      status === 'open' && side === 'sell' && clOrdId !== null && pair.name === name,
  );
}

function nameOf({ pairs }: KrakenBook, symbol: string): string {
  return pairs.find(({ wsname }) => wsname === pairOf(symbol))?.name ?? '';
}

function lastOf(book: KrakenBook, pair: string): number {
  return numberOf(book.quote(pair)?.last ?? 0n);
}
