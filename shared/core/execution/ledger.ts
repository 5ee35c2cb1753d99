import { multiply, type Units, unitsOfNumber } from '../decimal.ts';

/** What a fill moves: cost of the base currency, and the fee, both in quote currency. */
interface Movement {
  readonly cost: Units;
  readonly fee: Units;
}

/** Cash after a fill. Buying pays cost and fee, selling receives the cost and pays the fee. */
export function cashAfter(cash: Units, side: 'buy' | 'sell', { cost, fee }: Movement): Units {
  return side === 'buy' ? cash - cost - fee : cash + cost - fee;
}

/** Worth of a quantity at a price, in quote currency. */
export function worthOf(quantity: Units, price: number): Units {
  return multiply(quantity, unitsOfNumber(price), 'down');
}

/** Cash that an entry keeps back until it fills: its size at the decided price, costs included. */
export function reservationOf(quantity: Units, price: number, takeCost: number): Units {
  return multiply(worthOf(quantity, price), unitsOfNumber(1 + takeCost), 'up');
}

/**
 * The most that an entry may cost: what it keeps back, and an equal share of the cash that no entry of its tick
 * keeps back. The budgets of a tick add up to no more than the cash, whatever the next open is.
 * @param spare cash left when every entry of the tick has its reservation
 */
export function budgetOf(reserved: Units, spare: Units, entries: number): Units {
  return spare > 0n ? reserved + spare / BigInt(entries) : reserved;
}

/** What a tick may still take: it shrinks with every entry that it decides. */
export interface Room {
  readonly free: Units;
  /** Worth of what is held, and of what the entries decided so far will hold. */
  readonly exposure: Units;
  /** Positions, and entries that have not ended. */
  readonly open: number;
}

/** The room that an entry leaves. */
export function afterReservation(
  { free, exposure, open }: Room,
  {
    quantity,
    price,
    reserved,
  }: { readonly quantity: Units; readonly price: number; readonly reserved: Units },
): Room {
  return { free: free - reserved, exposure: exposure + worthOf(quantity, price), open: open + 1 };
}
