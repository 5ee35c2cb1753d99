import { describe, expect, it } from 'vitest';
import { unitsOf } from '../../../shared/core/decimal.ts';
import type { Purpose } from '../../../shared/core/execution/client-id.ts';
import { isFinal, moveOrder, newOrder, type OrderState } from '../../../shared/core/execution/order.ts';
import { frozen, planOf, TICK_MS } from '../../helpers/decisions.ts';

/** From each state to each: + is a step, . is none. Columns in the order of `states`. */
const table: Readonly<Record<OrderState, string>> = {
  PENDING: '.+....+', // sent, or given up before it was
  SENDING: '+++++++', // not now, sent again, or whatever the exchange knows
  OPEN: '..+++++', // moved, or ended
  FILLED: '.......',
  CANCELLED: '.......',
  REJECTED: '.......',
  EXPIRED: '.......',
};
const states = ['PENDING', 'SENDING', 'OPEN', 'FILLED', 'CANCELLED', 'REJECTED', 'EXPIRED'] as const;
const steps = states.flatMap((from) =>
  states.map((to, column) => ({ from, to, isStep: table[from].charAt(column) === '+' })),
);

const orderOf = (purpose: Purpose, terms: Parameters<typeof newOrder>[1] = {}) =>
  newOrder(
    {
      clientOrderId: 'id',
      symbol: 'BTC/USD',
      purpose,
      number: 0,
      tickMs: TICK_MS,
      decidedMs: TICK_MS,
      quantity: unitsOf('1'),
    },
    terms,
  );

describe('a new order', () => {
  it('waits to be sent, with nothing filled', () => {
    expect(orderOf('entry', { budget: unitsOf('100'), plan: planOf() })).toEqual({
      clientOrderId: 'id',
      symbol: 'BTC/USD',
      purpose: 'entry',
      number: 0,
      tickMs: TICK_MS,
      decidedMs: TICK_MS,
      side: 'buy',
      kind: 'market',
      quantity: unitsOf('1'),
      triggerPrice: null,
      limitPrice: null,
      crossPrice: null,
      budget: unitsOf('100'),
      plan: planOf(),
      state: 'PENDING',
      mark: null,
      attempts: 0,
      absence: null,
      isCancelRequested: false,
      filled: 0n,
      fillIds: [],
      refusal: null,
      ended: { stops: 0, exits: 0 },
    });
  });

  it('sells at its trigger as a stop, and at the market as an exit', () => {
    const triggerPrice = unitsOf('97');
    expect(orderOf('stop', { triggerPrice })).toMatchObject({ side: 'sell', kind: 'stop', triggerPrice });
    expect(orderOf('exit')).toMatchObject({ side: 'sell', kind: 'market', triggerPrice: null });
  });
});

describe('an order', () => {
  it.each(steps.filter(({ isStep }) => isStep))('goes from $from to $to', ({ from, to }) => {
    const order = frozen({ ...orderOf('exit'), state: from });
    expect(moveOrder(order, to, { attempts: 2 })).toEqual({ ...order, state: to, attempts: 2 });
  });

  it.each(steps.filter(({ isStep }) => !isStep))('does not go from $from to $to', ({ from, to }) => {
    expect(() => moveOrder({ ...orderOf('exit'), state: from }, to)).toThrow(
      `Bug: order id from ${from} to ${to}`,
    );
  });

  it('that is filled, cancelled, rejected or expired is final', () => {
    expect(states.filter(isFinal)).toEqual(['FILLED', 'CANCELLED', 'REJECTED', 'EXPIRED']);
  });
});
