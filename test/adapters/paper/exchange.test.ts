import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { paperExchange } from '../../../shared/adapters/paper/exchange.ts';
import { sqliteStateStore } from '../../../shared/adapters/sqlite/state-store.ts';
import type { StateStore } from '../../../shared/ports/state-store.ts';
import {
  at,
  bitcoin,
  buy,
  fillRulesOf,
  memory,
  named,
  sale,
  sent,
  stop,
  text,
} from '../../helpers/paper-orders.ts';

const folder = mkdtempSync(join(tmpdir(), 'paper-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const over = (store: StateStore) => paperExchange(store, 'paper', fillRulesOf);

describe('an order at the paper exchange', () => {
  it('placed twice is one order, open or ended', async () => {
    const exchange = over(memory());
    for (let n = 0; n < 2; n++) expect(await exchange.place(buy, sent(0))).toEqual({ kind: 'accepted' });
    await exchange.meet('OPEN', at(0), bitcoin(0));
    const filled = await exchange.find('buy');
    expect(await exchange.place(buy, sent(0))).toEqual({ kind: 'accepted' });
    await exchange.meet('OPEN', at(1), bitcoin(1));
    expect(await exchange.find('buy')).toEqual(filled);
    expect(filled?.fills).toHaveLength(1);
  });

  it('placed by two at once is one order, even when it ends between the two', async () => {
    const store = memory();
    const exchange = over(store);
    let isFirst = true;
    const slow = over({
      ...store,
      transact: async (actions) => {
        if (isFirst) {
          isFirst = false;
          await exchange.place(buy, sent(0));
          await exchange.meet('OPEN', at(0), bitcoin(0));
        }
        return store.transact(actions);
      },
    });
    await slow.place(buy, sent(0));
    await exchange.meet('OPEN', at(1), bitcoin(1));
    const orders = (await store.query('PAPER#paper')).filter(({ sk }) => /^(OPEN|ENDED)#/.test(sk));
    expect(orders.map(({ sk }) => sk)).toEqual(['ENDED#buy']);
    expect((await exchange.find('buy'))?.fills).toHaveLength(1);
  });

  it('is found while it is open and when it has ended; one that was never placed is not', async () => {
    const exchange = over(memory());
    expect(await exchange.find('buy')).toBeUndefined();
    await exchange.place(buy, sent(0));
    expect(await exchange.find('buy')).toEqual({ ...buy, status: 'open', fills: [] });
    await exchange.meet('OPEN', at(0), bitcoin(0));
    // 100 and 3 basis points, on the tick; fee 0.4 %.
    expect(await exchange.find('buy')).toEqual({
      ...buy,
      status: 'filled',
      fills: [
        {
          id: 'buy#0',
          atMs: at(0).candleMs,
          step: 'OPEN',
          price: '100.03',
          quantity: '2',
          cost: '200.06',
          fee: '0.80024',
        },
      ],
    });
  });

  it('as a stop is moved up, never down, and not at all once it has ended', async () => {
    const exchange = over(memory());
    await exchange.place(stop, sent(0));
    expect(await exchange.amend(named('stop'), { triggerPrice: text('97') })).toBe(true);
    expect(await exchange.amend(named('stop'), { triggerPrice: text('97') })).toBe(true);
    // Who was overtaken may send an old price late.
    expect(await exchange.amend(named('stop'), { triggerPrice: text('96') })).toBe(false);
    expect((await exchange.find('stop'))?.triggerPrice).toBe('97');
    await exchange.cancel(named('stop'));
    expect(await exchange.amend(named('stop'), { triggerPrice: text('98') })).toBe(false);
    expect(await exchange.find('stop')).toMatchObject({ status: 'cancelled', triggerPrice: '97' });
    expect(await exchange.amend(named('never'), { triggerPrice: text('98') })).toBe(false);
  });

  it('that has ended stays as it ended when it is cancelled', async () => {
    const exchange = over(memory());
    await exchange.place(buy, sent(0));
    await exchange.meet('OPEN', at(0), bitcoin(0));
    const filled = await exchange.find('buy');
    await exchange.cancel(named('buy'));
    expect(await exchange.find('buy')).toEqual(filled);
    await expect(exchange.cancel(named('never'))).resolves.toBeUndefined();
  });

  it('that is cancelled meets no candle any more', async () => {
    const exchange = over(memory());
    await exchange.place(stop, sent(0));
    await exchange.cancel(named('stop'));
    await exchange.meet('RANGE', at(0), bitcoin(0, 90));
    expect(await exchange.find('stop')).toMatchObject({ status: 'cancelled', fills: [] });
  });

  it('buys no more than its budget pays; an entry that finds no trade expires, an exit goes on', async () => {
    const exchange = over(memory());
    // 200.86 / (100.03 × 1.004) is 1.99999…; the lot has four places
    await exchange.place({ ...buy, budget: text('200.86') }, sent(0));
    await exchange.meet('OPEN', at(0), bitcoin(0));
    expect(await exchange.find('buy')).toMatchObject({
      status: 'cancelled',
      fills: [{ quantity: '1.9999' }],
    });

    await exchange.place({ ...buy, clientOrderId: 'idle' }, sent(0));
    await exchange.place(sale, sent(0));
    await exchange.meet('OPEN', at(1), bitcoin(1, 99, 0));
    expect(await exchange.find('idle')).toMatchObject({ status: 'expired', fills: [] });
    expect(await exchange.find('sale')).toMatchObject({ status: 'open', fills: [] });
  });

  it('in a hole fills nothing: an entry expires, a stop and an exit go on', async () => {
    const exchange = over(memory());
    for (const order of [buy, sale, stop]) await exchange.place(order, sent(0));
    const hole = new Map([['BTC/USD', undefined]]);
    await exchange.meet('OPEN', at(0), hole);
    await exchange.meet('RANGE', at(0), hole);
    const states = await Promise.all(['buy', 'sale', 'stop'].map((id) => exchange.find(id)));
    expect(states.map((order) => order?.status)).toEqual(['expired', 'open', 'open']);
  });
});

describe('the clock of the paper exchange', () => {
  it('goes forward only: a step done again, or an earlier one, does nothing', async () => {
    const exchange = over(memory());
    expect(await exchange.clock()).toBeUndefined();
    // 5 % of 10: an exit of 2 needs four candles.
    await exchange.place(sale, sent(0));
    await exchange.meet('OPEN', at(5), bitcoin(5, 99, 10));
    const once = await exchange.find('sale');
    expect(once?.fills.map(({ quantity }) => quantity)).toEqual(['0.5']);
    for (const n of [5, 4, 0]) await exchange.meet('OPEN', at(n), bitcoin(n, 99, 10));
    expect(await exchange.find('sale')).toEqual(once);

    await exchange.place(stop, sent(0));
    await exchange.meet('RANGE', at(5), bitcoin(5));
    for (const step of ['RANGE', 'OPEN'] as const) await exchange.meet(step, at(5), bitcoin(5, 90));
    expect(await exchange.find('stop')).toMatchObject({ status: 'open' });
    expect(await exchange.clock()).toEqual({ kind: 'RANGE', candleMs: at(5).candleMs });

    await exchange.meet('OPEN', at(6), bitcoin(6, 99, 10));
    expect((await exchange.find('sale'))?.fills).toHaveLength(2);
  });

  it('is moved once by two processes that let the same orders meet the same candle', async () => {
    const store = memory();
    const [one, two] = [over(store), over(store)];
    await one.place({ ...sale, quantity: text('100') }, sent(0));
    for (let n = 0; n < 10; n++) {
      await Promise.all([one, two].map((exchange) => exchange.meet('OPEN', at(n), bitcoin(n, 99, 10))));
    }
    expect((await one.find('sale'))?.fills.map(({ atMs }) => atMs)).toEqual(
      Array.from({ length: 10 }, (_, n) => at(n).candleMs),
    );
  });

  it('lets a stop fill as its order was when the candle came, however two processes interleave', async () => {
    const store = memory();
    const exchange = over(store);
    await exchange.place(stop, sent(0));
    let isFirst = true;
    const slow = over({
      ...store,
      transact: async (actions) => {
        if (isFirst) {
          isFirst = false;
          await exchange.meet('RANGE', at(0), bitcoin(0, 94));
        }
        return store.transact(actions);
      },
    });
    expect(await slow.amend(named('stop'), { triggerPrice: text('97') })).toBe(false);
    expect(await exchange.find('stop')).toMatchObject({ status: 'filled', triggerPrice: '95' });
  });
});

describe('the state of the paper exchange', () => {
  it('survives its process: orders, fills and clock are in the file', async () => {
    const file = join(folder, 'state.sqlite');
    const first = sqliteStateStore({ file, durability: 'full' });
    const before = over(first);
    await before.place(buy, sent(0));
    await before.place(stop, sent(0));
    await before.meet('OPEN', at(0), bitcoin(0));
    const known = [await before.find('buy'), await before.find('stop'), await before.clock()];
    first.close();

    const second = sqliteStateStore({ file, durability: 'full' });
    const after = over(second);
    expect([await after.find('buy'), await after.find('stop'), await after.clock()]).toEqual(known);
    expect(await after.place(buy, sent(0))).toEqual({ kind: 'accepted' });
    await after.meet('RANGE', at(0), bitcoin(0, 94));
    expect(await after.find('stop')).toMatchObject({ status: 'filled', fills: [{ step: 'RANGE' }] });
    second.close();
  });

  it('is an account’s own: another account knows nothing of it', async () => {
    const store = memory();
    await over(store).place(buy, sent(0));
    const other = paperExchange(store, 'other', fillRulesOf);
    expect(await other.find('buy')).toBeUndefined();
  });
});
