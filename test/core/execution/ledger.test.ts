import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { textOf, unitsOf } from '../../../shared/core/decimal.ts';
import {
  afterReservation,
  budgetOf,
  cashAfter,
  type Room,
  reservationOf,
  worthOf,
} from '../../../shared/core/execution/ledger.ts';
import { netProfit, openPosition, reducePosition } from '../../../shared/core/execution/position.ts';
import { executionOf, planOf } from '../../helpers/decisions.ts';

describe('cash', () => {
  it('pays cost and fee of a purchase, receives the cost of a sale and pays its fee', () => {
    const cash = unitsOf('1000');
    expect(textOf(cashAfter(cash, 'buy', executionOf('100', '2')))).toBe('799.2'); // 200 + 0.8
    expect(textOf(cashAfter(cash, 'sell', executionOf('100', '2')))).toBe('1199.2'); // 200 − 0.8
  });

  it('ends at start plus the net profit of every position, to the last unit', () => {
    const amount = fc.bigInt({ min: 1n, max: 10n ** 24n });
    const execution = (price: bigint, quantity: bigint) => executionOf(textOf(price), textOf(quantity));
    fc.assert(
      fc.property(amount, amount, amount, amount, (bought, first, second, quantity) => {
        const part = quantity / 3n;
        const entry = execution(bought, quantity);
        const sales = [execution(first, part), execution(second, quantity - part)];
        const start = unitsOf('10000');
        const end = sales.reduce(
          (cash, sale) => cashAfter(cash, 'sell', sale),
          cashAfter(start, 'buy', entry),
        );
        const closed = sales.reduce(reducePosition, openPosition(planOf(), entry, 1));
        expect(closed.quantity).toBe(0n);
        expect(end).toBe(start + netProfit(closed));
      }),
    );
  });
});

describe('the worth of a holding', () => {
  it('is quantity times price, exactly', () => {
    expect(textOf(worthOf(unitsOf('0.29'), 100))).toBe('29'); // as floats 28.999999999999996
    expect(textOf(worthOf(unitsOf('0.00012345'), 61_234.5))).toBe('7.559399025');
    expect(worthOf(0n, 61_234.5)).toBe(0n);
  });

  it('has no digit beyond the last unit', () => {
    expect(worthOf(1n, 0.5)).toBe(0n);
  });
});

describe('the cash that an entry keeps back', () => {
  it('is its worth and the cost of taking', () => {
    expect(textOf(reservationOf(unitsOf('2'), 100, 0.0043))).toBe('200.86');
  });

  it('is never less than that', () => {
    expect(reservationOf(3n, 1, 0.5)).toBe(5n); // 4.5 units
  });
});

describe('the budgets of one tick', () => {
  it('are what each entry keeps back and an equal share of the rest', () => {
    expect([30n, 50n].map((reserved) => budgetOf(reserved, 20n, 2))).toEqual([40n, 60n]);
  });

  it('have nothing to share when the reservations take it all', () => {
    expect(budgetOf(100n, 0n, 1)).toBe(100n);
    expect(budgetOf(100n, -1n, 1)).toBe(100n);
  });
});

describe('the room of a tick', () => {
  const room: Room = { free: unitsOf('1000'), exposure: unitsOf('250'), open: 1 };

  it('shrinks by an entry: its reservation, its worth, and one position', () => {
    const quantity = unitsOf('2');
    const reserved = reservationOf(quantity, 100, 0.0043); // 200.86
    expect(afterReservation(room, { quantity, price: 100, reserved })).toEqual({
      free: unitsOf('799.14'),
      exposure: unitsOf('450'),
      open: 2,
    });
  });

  it('shrinks the same whichever entry comes first', () => {
    const amount = fc.bigInt({ min: 0n, max: 10n ** 21n });
    const entry = fc.record({ quantity: amount, price: fc.double({ min: 0.01, max: 1e5, noNaN: true }) });
    const entered = (before: Room, one: { readonly quantity: bigint; readonly price: number }) =>
      afterReservation(before, { ...one, reserved: reservationOf(one.quantity, one.price, 0.0043) });
    fc.assert(
      fc.property(entry, entry, (a, b) => {
        const both = entered(entered(room, a), b);
        expect(entered(entered(room, b), a)).toEqual(both);
        // What is kept back is never less than what will be held.
        expect(room.free - both.free).toBeGreaterThanOrEqual(both.exposure - room.exposure);
      }),
    );
  });
});
