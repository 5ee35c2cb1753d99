import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addOrderParameters,
  amendParameters,
  faultOf,
  withinBudget,
} from '../../../shared/adapters/kraken/terms.ts';
import { type DecimalText, multiply, textOf, unitsOf } from '../../../shared/core/decimal.ts';
import type { OrderRequest } from '../../../shared/ports/exchange.ts';
import { CLIENT_ID, NOW_MS, stopRequest } from '../../helpers/kraken-account.ts';

const text = (value: string) => value as DecimalText;
const btc = {
  symbol: 'BTC/USD',
  tickDecimals: 1,
  lotDecimals: 8,
  minQuantity: text('0.00005'),
  minCost: text('0.5'),
  makerFee: text('0.0025'),
  takerFee: text('0.004'),
};
const buy: OrderRequest = {
  clientOrderId: CLIENT_ID,
  symbol: 'BTC/USD',
  side: 'buy',
  kind: 'market',
  isEntry: true,
  quantity: text('0.5'),
  budget: text('30000'),
};

describe('what is checked before anything is sent', () => {
  it.each([
    [{ quantity: '0.00005', limitPrice: '10000.1' }, null],
    [{ quantity: '0.00004999' }, 'the quantity 0.00004999 is below the minimum of BTC/USD, 0.00005'],
    [{ quantity: '0.000050001' }, 'the quantity 0.000050001 is no multiple of the lot of BTC/USD, 10^-8'],
    [{ quantity: '-1' }, 'the quantity -1 is no multiple'],
    [{ triggerPrice: '45000.55' }, 'the price 45000.55 is no multiple of the tick of BTC/USD, 10^-1'],
    [{ limitPrice: '0' }, 'the price 0 is no multiple'],
    // 0.00005 × 9999.9 = 0.499995
    [
      { quantity: '0.00005', limitPrice: '9999.9' },
      'a cost of 0.499995 is below the minimum of BTC/USD, 0.5',
    ],
    [{ quantity: '0.00005', triggerPrice: '9999.9' }, 'a cost of 0.499995'],
    // What a market order costs nobody knows yet.
    [{ quantity: '0.00005' }, null],
    [{ triggerPrice: '45000.5' }, null],
  ])('%o', (change, fault) => {
    const found = faultOf(change as Partial<OrderRequest>, btc);
    if (fault === null) expect(found).toBeNull();
    else expect(found).toContain(fault);
  });
});

describe('the parameters of AddOrder', () => {
  const common = { pair: 'XXBTZUSD', cl_ord_id: CLIENT_ID, deadline: '2026-11-01T00:00:10.000Z' };
  const of = (changes: Partial<OrderRequest>) =>
    addOrderParameters({ ...stopRequest, ...changes }, 'XXBTZUSD', NOW_MS + 10_000);

  it('of a stop: triggered by the last price', () => {
    expect(of({})).toEqual({
      ...common,
      type: 'sell',
      ordertype: 'stop-loss',
      volume: '0.5',
      price: '45000.5',
      trigger: 'last',
      oflags: 'fciq',
    });
  });

  it('of a limit order: it never takes', () => {
    expect(of({ kind: 'limit', side: 'buy', limitPrice: text('44000.1') })).toEqual({
      ...common,
      type: 'buy',
      ordertype: 'limit',
      volume: '0.5',
      price: '44000.1',
      oflags: 'fciq,post',
    });
  });

  it('of a capped order: what is left is cancelled', () => {
    expect(of({ kind: 'capped', side: 'buy', limitPrice: text('44000.1') })).toEqual({
      ...common,
      type: 'buy',
      ordertype: 'limit',
      volume: '0.5',
      price: '44000.1',
      timeinforce: 'IOC',
      oflags: 'fciq',
    });
  });

  it('of a market order: no price', () => {
    expect(of({ kind: 'market' })).toEqual({
      ...common,
      type: 'sell',
      ordertype: 'market',
      volume: '0.5',
      oflags: 'fciq',
    });
  });
});

it('an amend of a limit order repeats that it must not take; one of a stop does not', () => {
  const change = { quantity: text('0.4'), limitPrice: text('1.5') };
  expect(amendParameters({ clientOrderId: CLIENT_ID, kind: 'limit' }, change)).toEqual({
    cl_ord_id: CLIENT_ID,
    order_qty: '0.4',
    limit_price: '1.5',
    post_only: 'true',
  });
  expect(
    amendParameters({ clientOrderId: CLIENT_ID, kind: 'stop' }, { triggerPrice: text('46000') }),
  ).toEqual({ cl_ord_id: CLIENT_ID, trigger_price: '46000' });
});

describe('a buy with a budget', () => {
  it('takes up to a hundredth above the best offer, on the tick', () => {
    // 50,000.5 × 1.01 = 50,500.505
    const order = withinBudget(buy, btc, unitsOf('50000.5'));
    expect(order).toMatchObject({ kind: 'capped', limitPrice: '50500.5', quantity: '0.5' });
  });

  it('buys what the budget pays at that price, fee included', () => {
    // 10,000 ÷ (50,500 × 1.004) = 0.197230878…
    const order = withinBudget({ ...buy, budget: text('10000') }, btc, unitsOf('50000'));
    expect(order.quantity).toBe('0.19723087');
  });

  it('at a limit pays the fee of an order that rests', () => {
    // 10,000 ÷ (40,000 × 1.0025) = 0.24937655…
    const limit = { ...buy, kind: 'limit' as const, limitPrice: text('40000'), budget: text('10000') };
    expect(withinBudget(limit, btc, undefined)).toMatchObject({ kind: 'limit', quantity: '0.24937655' });
  });

  it('without a budget, and a sale, stay as they are', () => {
    const { budget: _, ...free } = buy;
    expect(withinBudget(free, btc, unitsOf('50000'))).toEqual(free);
    expect(withinBudget({ ...buy, side: 'sell' }, btc, unitsOf('50000'))).toMatchObject({ kind: 'market' });
  });

  it('never costs more than that, whatever it is filled at up to its limit', () => {
    const amounts = fc.integer({ min: 1, max: 1_000_000_000 });
    fc.assert(
      fc.property(amounts, amounts, amounts, (ask, quantity, budget) => {
        const asked = {
          ...buy,
          quantity: textOf(BigInt(quantity) * 10n ** 10n),
          budget: text(String(budget)),
        };
        const order = withinBudget(asked, btc, BigInt(ask) * 10n ** 17n);
        const cost = multiply(unitsOf(order.limitPrice ?? '0'), unitsOf(order.quantity), 'up');
        expect(cost + multiply(cost, unitsOf('0.004'), 'up')).toBeLessThanOrEqual(unitsOf(asked.budget));
        expect(unitsOf(order.quantity)).toBeLessThanOrEqual(unitsOf(asked.quantity));
      }),
    );
  });
});
