import type { KrakenBook } from './book.ts';
import type { Arrival, OrderName } from './orders.ts';
import type { KrakenSession } from './session.ts';

/** The order calls of a key that has been admitted: the engine's counter of the pair first, then the book. */
export type KrakenDesk = Pick<KrakenBook, 'add' | 'amend' | 'cancel'>;

/** Order calls of a key on a book. */
export function krakenDesk(book: KrakenBook, session: KrakenSession): KrakenDesk {
  const limited = (kind: 'amend' | 'cancel', name: OrderName, { nowMs }: Arrival) => {
    const order = book.openOrder(name);
    // Of an order that is not open Kraken knows neither pair nor age: it counts nothing.
    if (order === undefined) return undefined;
    return session.engine(order.pair.name, { kind, ageMs: nowMs - order.touchedMs }, nowMs);
  };
  return {
    add(request, arrival) {
      const pair = book.pairs.find(({ name, altname, wsname }) =>
        [name, altname, wsname].includes(request.pair),
      );
      const error = pair && session.engine(pair.name, { kind: 'add' }, arrival.nowMs);
      return error === undefined ? book.add(request, arrival) : { error };
    },
    amend(name, change, arrival) {
      const error = limited('amend', name, arrival);
      return error === undefined ? book.amend(name, change, arrival) : { error };
    },
    cancel(name, arrival) {
      const error = limited('cancel', name, arrival);
      return error === undefined ? book.cancel(name, arrival) : { error };
    },
  };
}
