import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  type Called,
  CLIENT_ID,
  type KrakenStub,
  krakenStub,
  NOW_MS,
  shownOrder,
  stubAccount,
} from '../../helpers/kraken-account.ts';

let stub: KrakenStub;
beforeAll(async () => {
  stub = await krakenStub();
});
beforeEach(() => {
  stub.calls.length = 0;
  stub.on('OpenOrders', { open: {} });
  stub.on('ClosedOrders', { closed: {}, count: 0 });
  stub.on('TradesHistory', { trades: {}, count: 0 });
});
afterAll(() => stub.close());

const trade = (changes: object = {}) => ({
  ordertxid: 'O1',
  pair: 'XXBTZUSD',
  time: NOW_MS / 1000 - 1.5,
  type: 'sell',
  ordertype: 'stop-loss',
  price: '45000.00000',
  cost: '9000.00000',
  fee: '36.00000',
  vol: '0.20000000',
  ...changes,
});
const executed = shownOrder({ status: 'closed', closetm: NOW_MS / 1000 - 1, vol_exec: '0.50000000' });
const endpoints = () => stub.calls.map(({ endpoint }) => endpoint);

describe('an order is found by its client id', () => {
  it('with one call while it rests', async () => {
    stub.on('OpenOrders', { open: { O1: shownOrder() } });
    const { account } = stubAccount(stub);
    expect(await account.find(CLIENT_ID)).toEqual({
      clientOrderId: CLIENT_ID,
      symbol: 'BTC/USD',
      side: 'sell',
      quantity: '0.50000000',
      triggerPrice: '45000.5',
      status: 'open',
      fills: [],
    });
    expect(stub.of('OpenOrders')[0]?.form).toMatchObject({ cl_ord_id: CLIENT_ID });
    stub.calls.length = 0;
    await account.find(CLIENT_ID);
    expect(endpoints()).toEqual(['OpenOrders']);
  });

  it('afresh, though all open orders were asked for before it', async () => {
    const { account } = stubAccount(stub);
    expect(await account.openOrders()).toEqual([]);
    stub.on('OpenOrders', { open: { O1: shownOrder() } });
    expect(await account.find(CLIENT_ID)).toMatchObject({ status: 'open' });
  });

  it('among the closed when it is not open, with its fills from the oldest', async () => {
    stub.on('ClosedOrders', { closed: { O1: executed }, count: 1 });
    stub.on('TradesHistory', {
      trades: {
        T2: trade({ time: NOW_MS / 1000 - 1, vol: '0.30000000' }),
        TX: trade({ ordertxid: 'O2' }),
        T1: trade(),
      },
      count: 3,
    });
    expect(await stubAccount(stub).account.find(CLIENT_ID)).toMatchObject({
      status: 'filled',
      fills: [
        {
          id: 'T1',
          atMs: NOW_MS - 1500,
          step: 'RANGE',
          price: '45000.00000',
          quantity: '0.20000000',
          cost: '9000.00000',
          fee: '36.00000',
        },
        { id: 'T2', atMs: NOW_MS - 1000, quantity: '0.30000000' },
      ],
    });
    // From a second before it opened (60.5 s ago) to one after it closed.
    expect(stub.of('TradesHistory')[0]?.form).toMatchObject({
      start: String(NOW_MS / 1000 - 62),
      end: String(NOW_MS / 1000),
      consolidate_taker: 'false',
    });
    expect(stub.of('ClosedOrders')[0]?.form).toMatchObject({ cl_ord_id: CLIENT_ID });
  });

  it('over pages of trades until all of it is there', async () => {
    stub.on('ClosedOrders', { closed: { O1: executed }, count: 1 });
    const pages = [
      { T1: trade() },
      { TX: trade({ ordertxid: 'O2' }) },
      { T2: trade({ vol: '0.3' }) },
      { T9: trade() },
    ];
    stub.on('TradesHistory', ({ form }: Called) => ({ trades: pages[Number(form['ofs'])], count: 4 }));
    const found = await stubAccount(stub).account.find(CLIENT_ID);
    expect(found?.fills.map(({ id }) => id)).toEqual(['T1', 'T2']);
    expect(stub.of('TradesHistory')).toHaveLength(3);
  });

  it('as open while its trades do not add up to what was executed', async () => {
    stub.on('ClosedOrders', { closed: { O1: executed }, count: 1 });
    stub.on('TradesHistory', { trades: { T1: trade() }, count: 1 });
    expect(await stubAccount(stub).account.find(CLIENT_ID)).toMatchObject({
      status: 'open',
      fills: [{ id: 'T1' }],
    });
  });

  it.each([
    [{ status: 'canceled' }, 'cancelled'],
    [{ status: 'expired' }, 'expired'],
    [{ status: 'closed' }, 'cancelled'],
    [{ status: 'pending' }, 'open'],
  ])('%o is %s', async (changes, status) => {
    stub.on('ClosedOrders', { closed: { O1: shownOrder(changes) }, count: 1 });
    expect(await stubAccount(stub).account.find(CLIENT_ID)).toMatchObject({ status, fills: [] });
  });

  it.each([
    ['stop-loss', 'fciq', 'RANGE', { triggerPrice: '45000.5' }],
    ['limit', 'fciq,post', 'RANGE', { limitPrice: '45000.5' }],
    ['limit', 'fciq', 'OPEN', {}],
    ['market', 'fciq', 'OPEN', {}],
  ])('%s with %s fills in %s', async (ordertype, oflags, step, prices) => {
    const shown = shownOrder({ vol_exec: '0.2', oflags }, { ordertype });
    stub.on('OpenOrders', { open: { O1: shown } });
    stub.on('TradesHistory', { trades: { T1: trade() }, count: 1 });
    const found = await stubAccount(stub).account.find(CLIENT_ID);
    const { triggerPrice, limitPrice } = found ?? {};
    expect(found?.fills[0]?.step).toBe(step);
    expect({ ...(triggerPrice && { triggerPrice }), ...(limitPrice && { limitPrice }) }).toEqual(prices);
  });

  it('not at all when both answered without it', async () => {
    expect(await stubAccount(stub).account.find(CLIENT_ID)).toBeUndefined();
    expect(endpoints()).toEqual(['OpenOrders', 'ClosedOrders']);
  });

  it.each(['OpenOrders', 'ClosedOrders'])(
    'nor is it absent when %s has no answer or other orders',
    async (endpoint) => {
      const other = { O9: shownOrder({ cl_ord_id: null }) };
      for (const reply of [502, 'EService:Busy', { nothing: {} }, { open: other, closed: other }] as const) {
        stub.on(endpoint, reply);
        await expect(stubAccount(stub).account.find(CLIENT_ID)).rejects.toMatchObject({
          code: 'exchange-unavailable',
        });
      }
    },
  );

  it('nor twice: that is told, unless one ended without a fill', async () => {
    const ended = shownOrder({ status: 'canceled' });
    stub.on('ClosedOrders', { closed: { O0: ended, O1: executed, O2: ended }, count: 3 });
    stub.on('TradesHistory', { trades: { T1: trade({ vol: '0.5' }) }, count: 1 });
    const { account } = stubAccount(stub);
    expect(await account.find(CLIENT_ID)).toMatchObject({ status: 'filled' });
    stub.on('ClosedOrders', { closed: { O1: executed, O2: executed }, count: 2 });
    await expect(account.find(CLIENT_ID)).rejects.toThrow('O1 and O2, which both carry the id');
  });

  it('with numbers where Kraken gives numbers, to the last digit', async () => {
    const shown = shownOrder({ vol: 0.12345678, opentm: '1793491000.25' });
    stub.on('OpenOrders', { open: { O1: shown } });
    const { account } = stubAccount(stub);
    expect(await account.find(CLIENT_ID)).toMatchObject({ quantity: '0.12345678' });
    expect(await account.openOrders()).toMatchObject([{ openedMs: 1_793_491_000_250 }]);
  });
});

describe('the orders of an account', () => {
  it('are all that are open, the owner’s too', async () => {
    const owners = shownOrder(
      { cl_ord_id: undefined, vol_exec: '0.1' },
      { pair: 'ETHUSD', price: '+1.0000%' },
    );
    const unlisted = shownOrder({ cl_ord_id: 'mine' }, { pair: 'OLDUSD' });
    stub.on('OpenOrders', { open: { O1: shownOrder(), O2: owners, O3: unlisted } });
    expect(await stubAccount(stub).account.openOrders()).toEqual([
      {
        exchangeId: 'O1',
        clientOrderId: CLIENT_ID,
        symbol: 'BTC/USD',
        side: 'sell',
        quantity: '0.50000000',
        filled: '0.00000000',
        openedMs: NOW_MS - 60_500,
        isOpen: true,
      },
      expect.objectContaining({ exchangeId: 'O2', clientOrderId: null, symbol: 'ETH/USD', filled: '0.1' }),
      expect.objectContaining({ exchangeId: 'O3', symbol: null }),
    ]);
    expect(stub.of('AssetPairs').map(({ form }) => form['pair'])).toEqual(['XBTUSD,ETHUSD,OLDUSD']);
  });

  it('have a symbol though one of their pairs is not listed and spoils the answer for all', async () => {
    const alone = await krakenStub();
    alone.on('AssetPairs', ({ form }: Called) =>
      form['pair']?.includes('OLDUSD')
        ? 'EQuery:Unknown asset pair'
        : { XXBTZUSD: { altname: 'XBTUSD', wsname: 'XBT/USD', status: 'online' } },
    );
    alone.on('OpenOrders', { open: { O1: shownOrder(), O2: shownOrder({}, { pair: 'OLDUSD' }) } });
    const { account } = stubAccount(alone);
    expect((await account.openOrders()).map(({ symbol }) => symbol)).toEqual(['BTC/USD', null]);
    await account.openOrders();
    expect(alone.of('AssetPairs')).toHaveLength(3);
    await alone.close();
  });

  it('that were filled since an instant are the closed ones, page by page, and those partly filled', async () => {
    stub.on('OpenOrders', { open: { O1: shownOrder(), O2: shownOrder({ vol_exec: '0.1' }) } });
    const pages = [{ O3: executed, O4: shownOrder({ status: 'canceled' }) }, undefined, { O5: executed }];
    stub.on('ClosedOrders', ({ form }: Called) => ({ closed: pages[Number(form['ofs'])], count: 3 }));
    const filled = await stubAccount(stub).account.filledSince(NOW_MS - 5500);
    expect(filled.map(({ exchangeId, isOpen }) => [exchangeId, isOpen])).toEqual([
      ['O2', true],
      ['O3', false],
      ['O5', false],
    ]);
    expect(stub.of('ClosedOrders')[0]?.form).toMatchObject({
      start: String(NOW_MS / 1000 - 7),
      closetime: 'close',
    });
  });
});
