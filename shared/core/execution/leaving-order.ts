import { unitsOfNumber } from '../decimal.ts';
import { clientOrderId } from './client-id.ts';
import { newOrder, type Order } from './order.ts';
import type { Position } from './position.ts';

/** The next stop or sale of a position, for all that is held. Whoever makes it, and when, makes the same. */
export function leavingOrder(account: string, purpose: 'stop' | 'exit', position: Position): Order {
  const { symbol, tickMs } = position.plan;
  // The instant of the cause.
  const decidedMs = position.exit?.atMs ?? position.entryMs;
  const number = purpose === 'stop' ? position.stopsEnded : position.exitsEnded;
  const id = clientOrderId({ account, symbol, tickMs, purpose, number });
  return newOrder(
    { clientOrderId: id, symbol, purpose, number, tickMs, decidedMs, quantity: position.quantity },
    purpose === 'stop' ? { triggerPrice: unitsOfNumber(position.stop) } : {},
  );
}
