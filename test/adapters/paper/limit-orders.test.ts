import { describe, expect, it } from 'vitest';
import { paperExchange } from '../../../shared/adapters/paper/exchange.ts';
import type { OrderRequest } from '../../../shared/ports/exchange.ts';
import type { ModelledExchange } from '../../../shared/ports/modelled-exchange.ts';
import {
  at,
  bitcoin,
  buy,
  fillRulesOf,
  memory,
  named,
  sent,
  stop,
  text,
} from '../../helpers/paper-orders.ts';

// An entry of two coins at 99.99, whose stop at 95 is attached. A volume of 20 gives an order one coin.
const { budget: _, ...unlimited } = buy;
const limit: OrderRequest = {
  ...unlimited,
  clientOrderId: 'limit',
  kind: 'limit',
  limitPrice: text('99.99'),
  protectStop: { clientOrderId: 'stop', triggerPrice: text('95') },
};
const capped: OrderRequest = { ...limit, clientOrderId: 'capped', kind: 'capped', limitPrice: text('100.1') };
const theLimit = { clientOrderId: 'limit', symbol: 'BTC/USD', kind: 'limit' } as const;

async function resting(order = limit): Promise<ModelledExchange> {
  const exchange = paperExchange(memory(), 'paper', fillRulesOf);
  await exchange.place(order, sent(0));
  return exchange;
}

/** Meets the n-th candle with both of its steps. */
async function meet(exchange: ModelledExchange, n: number, low: number, volume = 1000): Promise<void> {
  await exchange.meet('OPEN', at(n), bitcoin(n, low, volume));
  await exchange.meet('RANGE', at(n), bitcoin(n, low, volume));
}

async function told(exchange: ModelledExchange, id: string): Promise<string> {
  const order = await exchange.find(id);
  if (order === undefined) return 'none';
  const fills = order.fills.map(({ step, quantity, price }) => `${step} ${quantity} at ${price}`);
  return [`${order.status} ${order.quantity}`, ...fills].join(', ');
}

describe('an entry at a limit at the paper exchange', () => {
  it('has no stop until it fills, and from then on one for what was filled', async () => {
    const exchange = await resting();
    await meet(exchange, 0, 99.99);
    expect([await told(exchange, 'limit'), await told(exchange, 'stop')]).toEqual(['open 2', 'none']);
    await meet(exchange, 1, 99.98, 20);
    expect(await told(exchange, 'limit')).toBe('open 2, RANGE 1 at 99.99');
    expect(await told(exchange, 'stop')).toBe('open 1');
    await meet(exchange, 2, 99);
    expect(await told(exchange, 'limit')).toBe('filled 2, RANGE 1 at 99.99, RANGE 1 at 99.99');
    expect(await told(exchange, 'stop')).toBe('open 2');
  });

  it('fills before its stop in a candle that falls through both, and the stop sells all of it', async () => {
    const exchange = await resting();
    await meet(exchange, 0, 99, 20);
    await meet(exchange, 1, 94);
    expect(await told(exchange, 'limit')).toBe('filled 2, RANGE 1 at 99.99, RANGE 1 at 99.99');
    // 95 less 10 basis points, on the tick.
    expect(await told(exchange, 'stop')).toBe('filled 2, RANGE 2 at 94.9');
  });

  it('ends with its stop, at an open and inside a candle', async () => {
    const inside = await resting();
    await meet(inside, 0, 94, 20);
    expect(await told(inside, 'limit')).toBe('cancelled 2, RANGE 1 at 99.99');
    const open = await resting();
    await meet(open, 0, 99, 20);
    await open.amend(named('stop'), { triggerPrice: text('100') });
    await open.meet('OPEN', at(1), bitcoin(1));
    expect(await told(open, 'stop')).toBe('filled 1, OPEN 1 at 99.9');
    expect(await told(open, 'limit')).toBe('cancelled 2, RANGE 1 at 99.99');
  });

  it('rests where it is amended to; the stop that rests already keeps its trigger', async () => {
    const exchange = await resting();
    const change = (limitPrice: string, triggerPrice: string) =>
      exchange.amend(theLimit, {
        limitPrice: text(limitPrice),
        protectStop: { clientOrderId: 'stop', triggerPrice: text(triggerPrice) },
      });
    expect(await change('99.5', '94.5')).toBe(true);
    await meet(exchange, 0, 99.5);
    expect(await told(exchange, 'limit')).toBe('open 2');
    await meet(exchange, 1, 99.49, 20);
    expect(await exchange.find('stop')).toMatchObject({ triggerPrice: '94.5' });
    expect(await change('98', '93')).toBe(true);
    await meet(exchange, 2, 97);
    expect(await told(exchange, 'limit')).toBe('filled 2, RANGE 1 at 99.5, RANGE 1 at 98');
    expect(await exchange.find('stop')).toMatchObject({ triggerPrice: '94.5', quantity: '2' });
    expect(await change('99', '94')).toBe(false);
  });

  it('has the stop that is placed again under its id for the one that rests', async () => {
    const exchange = await resting();
    await meet(exchange, 0, 99, 20);
    expect(await exchange.place({ ...stop, quantity: text('1') }, sent(0))).toEqual({ kind: 'accepted' });
    expect(await told(exchange, 'stop')).toBe('open 1');
    await meet(exchange, 1, 94);
    expect(await exchange.place(stop, sent(0))).toEqual({ kind: 'accepted' });
    expect(await told(exchange, 'stop')).toBe('filled 2, RANGE 2 at 94.9');
  });

  it('spends no more than its budget in all of its parts', async () => {
    // 1.5 × 99.99 and 0.25 %.
    const exchange = await resting({ ...limit, budget: text('150.36') });
    await meet(exchange, 0, 99, 20);
    await meet(exchange, 1, 99);
    const sum = ((await exchange.find('limit'))?.fills ?? []).reduce(
      (all, { cost, fee }) => all + Number(cost) + Number(fee),
      0,
    );
    expect(sum).toBeGreaterThan(150.3);
    expect(sum).toBeLessThanOrEqual(150.36);
  });
});

describe('the rest of one', () => {
  it('takes at the open up to its price, or expires', async () => {
    const exchange = await resting({ ...capped, limitPrice: text('100') });
    await meet(exchange, 0, 99);
    expect(await told(exchange, 'capped')).toBe('filled 2, OPEN 2 at 100.03');
    const dear = await resting({ ...capped, limitPrice: text('99.99') });
    await meet(dear, 0, 99);
    expect(await told(dear, 'capped')).toBe('expired 2');
  });

  it('brings no stop of its own, whose price nobody knows before', async () => {
    const exchange = await resting(capped);
    await exchange.meet('OPEN', at(0), bitcoin(0));
    expect([await told(exchange, 'capped'), await told(exchange, 'stop')]).toEqual([
      'filled 2, OPEN 2 at 100.03',
      'none',
    ]);
  });

  it('enlarges the stop of what was bought before, and is not bought at the open that triggers it', async () => {
    const bought = async () => {
      const exchange = await resting();
      await meet(exchange, 0, 99, 20);
      await exchange.cancel(theLimit);
      await exchange.place({ ...capped, quantity: text('1') }, sent(0));
      return exchange;
    };
    const exchange = await bought();
    await exchange.meet('OPEN', at(1), bitcoin(1));
    expect(await told(exchange, 'stop')).toBe('open 2');
    const stopped = await bought();
    await stopped.amend(named('stop'), { triggerPrice: text('100') });
    await stopped.meet('OPEN', at(1), bitcoin(1));
    expect(await told(stopped, 'stop')).toBe('filled 1, OPEN 1 at 99.9');
    expect(await told(stopped, 'capped')).toBe('cancelled 1');
  });
});
