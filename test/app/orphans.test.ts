import { describe, expect, it } from 'vitest';
import { type DecimalText, textOf } from '../../shared/core/decimal.ts';
import { clientOrderId } from '../../shared/core/execution/client-id.ts';
import type { OrderRequest } from '../../shared/ports/exchange.ts';
import { at } from '../helpers/live-market.ts';
import { outcomesOf } from '../helpers/operator.ts';
import { realAccount } from '../helpers/real-account.ts';

const text = (amount: string) => amount as DecimalText;

/** As another store of the same account names it: nobody here knows of it. */
const elsewhere = (purpose: 'entry' | 'stop' | 'exit') =>
  clientOrderId({ account: 'live', symbol: 'BTC/USD', tickMs: at(-4), purpose, number: 0 });

const foreign = (over: Partial<OrderRequest> = {}): OrderRequest => ({
  clientOrderId: elsewhere('entry'),
  symbol: 'BTC/USD',
  side: 'buy',
  kind: 'market',
  isEntry: true,
  quantity: text('1'),
  ...over,
});

type Real = ReturnType<typeof realAccount>;

async function armed(says: Readonly<Record<number, string>> = {}): Promise<Real> {
  const real = realAccount({ prices: {}, says });
  await real.armed();
  return real;
}

/** Looked for three times in an hour, as while nothing is open. @returns those that were told last */
async function found(real: Real, hour = 1): Promise<readonly string[]> {
  const told: string[] = [];
  for (const minute of [0, 15, 30]) {
    await real.run(at(hour, minute), {
      onOrphans: (all) => told.splice(0, told.length, ...all.map((one) => one.clientOrderId)),
    });
  }
  return told;
}

const breakerOf = async (real: Real) => (await real.state()).breakers.get('asset:BTC-USD')?.value.state;
const stateOf = async (real: Real) =>
  [...(await real.state()).orphans.values()].map(({ value }) => value.state);

describe('an open order under an id of our making that the books do not know', () => {
  it('is told at the second sight, and forbids entries of its symbol', async () => {
    const real = await armed({ 4: 'turtle:long' });
    const order = foreign();
    real.desk.add(order);
    await real.run(at(1));
    expect([await stateOf(real), await breakerOf(real)]).toEqual([['suspected'], undefined]);
    expect(await found(real)).toEqual([order.clientOrderId]);
    expect([await stateOf(real), await breakerOf(real)]).toEqual([['found'], 'tripped']);
    await real.run(at(4));
    const { decisions } = await real.results();
    expect(decisions.findLast(({ symbol }) => symbol === 'BTC/USD')?.codes).toEqual(['BREAKER_ASSET']);
    expect(real.desk.calls.filter((call) => call.startsWith('place'))).toEqual([]);
  });

  it('is noted however many there are: more than one transaction takes', async () => {
    const real = await armed();
    for (let n = 0; n < 120; n++)
      real.desk.add(
        foreign({
          clientOrderId: clientOrderId({
            account: 'live',
            symbol: 'BTC/USD',
            tickMs: at(-4),
            purpose: 'stop',
            number: n,
          }),
        }),
      );
    expect(await found(real)).toHaveLength(120);
  });

  it('and that is gone at the second sight is forgotten: an answer lagged', async () => {
    const real = await armed({ 4: 'turtle:long' });
    const order = foreign();
    real.desk.add(order);
    await real.run(at(1));
    real.desk.orders.delete(order.clientOrderId);
    expect(await found(real)).toEqual([]);
    expect([await stateOf(real), await breakerOf(real)]).toEqual([['gone'], undefined]);
    await real.run(at(4));
    expect(real.desk.of('market', 'buy')).toHaveLength(1);
  });

  it('of the owner’s own is none of our business', async () => {
    const real = await armed();
    real.desk.add(foreign({ clientOrderId: '6d1b345e-2821-40e2-ad83-4ecb18a06876' }));
    expect(await found(real)).toEqual([]);
    expect(await stateOf(real)).toEqual([]);
  });
});

describe('an order that was filled and that the books do not know', () => {
  it('is found at the next tick and the watch after it', async () => {
    const real = await armed();
    await real.run(at(4));
    const order = foreign();
    real.desk.add(order);
    real.desk.fill(order.clientOrderId);
    await real.run(at(4, 1));
    expect(await stateOf(real)).toEqual([]);
    expect(await found(real, 8)).toEqual([order.clientOrderId]);
    expect(await breakerOf(real)).toBe('tripped');
  });
});

describe('a person', () => {
  it('adopts a buy: it is held with a stop like any position', async () => {
    const real = await armed();
    const order = foreign();
    real.desk.add(order);
    real.desk.fill(order.clientOrderId);
    await real.run(at(4));
    await found(real, 4);
    await real.person.want({ kind: 'adopt', order: order.clientOrderId });
    await real.run(at(4, 31));
    const { positions, cash } = await real.state();
    // One coin at 100 USD with a fee of 0.4 %.
    expect(textOf(cash.value)).toBe('9899.6');
    expect(textOf(positions.get('BTC/USD')?.value.quantity ?? 0n)).toBe('1');
    // Candles of 4h have a range of 1: two of them below 100, up to the tick.
    expect(real.desk.of('stop', 'sell')).toMatchObject([
      { quantity: '1', triggerPrice: '98.01', status: 'open' },
    ]);
    expect(await stateOf(real)).toEqual(['adopted']);
  });

  it('is told what a buy lacks, and nothing is booked', async () => {
    const real = realAccount({ prices: {} });
    await real.armed('50');
    const order = foreign();
    real.desk.add(order);
    real.desk.fill(order.clientOrderId);
    await real.run(at(4));
    await found(real, 4);
    await real.person.want({ kind: 'adopt', order: order.clientOrderId });
    await real.run(at(4, 31));
    expect((await outcomesOf(real.store, 'live')).at(-1)).toMatchObject({
      isDone: false,
      outcome: 'It cost 100.4 USD and only 50 are free: add capital first.',
    });
    expect((await real.state()).positions.size).toBe(0);
  });

  it('does not adopt a sale of more than is held', async () => {
    const real = await armed();
    const order = foreign({
      clientOrderId: elsewhere('stop'),
      side: 'sell',
      kind: 'stop',
      triggerPrice: text('90'),
    });
    real.desk.add(order);
    await found(real);
    await real.person.want({ kind: 'adopt', order: order.clientOrderId });
    await real.run(at(1, 31));
    const [last] = (await outcomesOf(real.store, 'live')).slice(-1);
    expect(last).toMatchObject({ isDone: false });
    expect(last?.outcome).toContain('less is held');
  });

  it('does not adopt a sale beside the own stop, and adopts it where there is none', async () => {
    const real = await armed({ 4: 'turtle:long' });
    await real.run(at(4));
    const { positions } = await real.state();
    const quantity = textOf(positions.get('BTC/USD')?.value.quantity ?? 0n);
    const order = foreign({
      clientOrderId: elsewhere('stop'),
      side: 'sell',
      kind: 'stop',
      quantity,
      triggerPrice: text('97'),
    });
    real.desk.add(order);
    await found(real, 4);
    const ask = () => real.person.want({ kind: 'adopt', order: order.clientOrderId });
    await ask();
    await real.run(at(4, 31));
    expect((await outcomesOf(real.store, 'live')).at(-1)?.outcome).toContain('has its own stop or sale');

    // Its own stop is forgotten, as by a store that was restored.
    const own = (await real.store.query('ACCOUNT#live', { prefix: 'ORDER#' }))[0];
    await real.store.transact([
      { kind: 'remove', pk: own?.pk ?? '', sk: own?.sk ?? '', expect: own?.version ?? 0 },
    ]);
    real.desk.orders.delete(String(own?.body['clientOrderId']));
    await ask();
    await real.run(at(4, 32));
    const { orders } = await real.state();
    expect([...orders.keys()]).toEqual([order.clientOrderId]);
    expect(real.desk.of('stop', 'sell')).toHaveLength(1);
  });

  it('who resets the breaker without a judgement finds it tripped again', async () => {
    const real = await armed();
    real.desk.add(foreign());
    await found(real);
    await real.person.reset('asset:BTC-USD');
    await real.run(at(1, 31));
    expect(await breakerOf(real)).toBe('tripped');
  });

  it('ignores one: it stays where it is, and is told no more', async () => {
    const real = await armed({ 4: 'turtle:long' });
    const order = foreign();
    real.desk.add(order);
    await found(real);
    await real.person.want({ kind: 'ignore', order: order.clientOrderId });
    await real.run(at(1, 31));
    await real.person.reset('asset:BTC-USD');
    expect(await found(real, 2)).toEqual([]);
    expect(await stateOf(real)).toEqual(['ignored']);
    await real.run(at(4));
    expect(real.desk.calls.filter((call) => call.startsWith('place buy'))).toHaveLength(1);
  });

  it('is told when there is no such order', async () => {
    const real = await armed();
    await real.person.want({ kind: 'adopt', order: 'OABC' });
    await real.run(at(1));
    expect((await outcomesOf(real.store, 'live')).at(-1)).toMatchObject({
      isDone: false,
      outcome: "There is no orphan 'OABC'.",
    });
  });
});
