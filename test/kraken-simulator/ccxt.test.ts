import type { kraken } from 'ccxt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { demoKey } from './keys.ts';
import { MADE_START_MS, madeWorld } from './made-market.ts';
import { type KrakenServer, krakenServer } from './server.ts';
import type { KrakenWorld } from './world.ts';

const ID = '6d1b345e-2821-80e2-ad83-4ecb18a06876';
const SYMBOL = 'BTC/USD';
let world: KrakenWorld;
let server: KrakenServer;
let exchange: kraken;

beforeAll(async () => {
  world = madeWorld();
  const key = demoKey();
  server = await krakenServer({ world, keys: [key], port: 0, hasControl: false, silence: 'close' });
  const ccxt = await import('ccxt');
  exchange = new ccxt.kraken({
    apiKey: key.apiKey,
    secret: key.secret,
    enableRateLimit: false,
    options: { maxRetriesOnFailure: 0 },
  });
  exchange.urls['api'] = { ...exchange.urls['api'], public: server.baseUrl, private: server.baseUrl };
  let nonce = MADE_START_MS * 1000;
  exchange.nonce = () => ++nonce;
});
afterAll(() => server.close());

const failure = (call: Promise<unknown>): Promise<{ readonly name: string; readonly message: string }> =>
  call.then(
    () => ({ name: 'none', message: '' }),
    (error: Error) => ({ name: error.constructor.name, message: error.message }),
  );

describe('the ccxt client on the simulated Kraken', () => {
  it('loads its markets', async () => {
    await exchange.loadMarkets();
    expect(exchange.market(SYMBOL)).toMatchObject({
      id: 'XXBTZUSD',
      active: true,
      taker: 0.004,
      maker: 0.0025,
      precision: { amount: 1e-8, price: 0.1 },
      limits: { amount: { min: 0.00005 }, cost: { min: 0.5 } },
    });
  });

  it('fetches candles, the last of them unfinished, those after an instant, and the price', async () => {
    const candles = await exchange.fetchOHLCV(SYMBOL, '4h');
    expect(candles).toHaveLength(721);
    expect(candles.at(-1)?.[0]).toBe(MADE_START_MS);
    const since = MADE_START_MS - 5 * 14_400_000;
    expect((await exchange.fetchOHLCV(SYMBOL, '4h', since))[0]?.[0]).toBe(since);
    const ticker = await exchange.fetchTicker(SYMBOL);
    expect(ticker.ask).toBeCloseTo((ticker.bid ?? 0) + 0.1, 6);
    expect(await exchange.fetchTime()).toBe(MADE_START_MS);
  });

  it('buys at the market and finds order, trades and balance again', async () => {
    const order = await exchange.createOrder(SYMBOL, 'market', 'buy', 0.02, undefined, {
      clientOrderId: ID,
      oflags: 'fciq',
    });
    const [closed] = await exchange.fetchClosedOrders(SYMBOL, undefined, undefined, { clientOrderId: ID });
    expect(closed).toMatchObject({ id: order.id, clientOrderId: ID, status: 'closed', filled: 0.02 });
    const [trade] = await exchange.fetchMyTrades(SYMBOL);
    expect(trade).toMatchObject({ order: order.id, amount: 0.02, takerOrMaker: 'taker' });
    const balance = await exchange.fetchBalance();
    expect(balance['BTC']?.total).toBe(0.02);
  });

  it('rests a stop, amends it, and cancels it', async () => {
    const stop = await exchange.createOrder(SYMBOL, 'market', 'sell', 0.01, undefined, {
      stopLossPrice: 40_000,
      clientOrderId: ID,
    });
    const open = () => exchange.fetchOpenOrders(SYMBOL, undefined, undefined, { clientOrderId: ID });
    expect((await open())[0]).toMatchObject({
      id: stop.id,
      status: 'open',
      amount: 0.01,
      triggerPrice: 40_000,
    });
    await exchange.editOrder(stop.id ?? '', SYMBOL, 'market', 'sell', 0.02, undefined, {
      stopLossPrice: 41_000,
    });
    expect((await open())[0]).toMatchObject({ id: stop.id, amount: 0.02, triggerPrice: 41_000 });
    await exchange.cancelOrder(stop.id ?? '', SYMBOL);
    expect(await open()).toEqual([]);
  });

  it('gets the errors of Kraken', async () => {
    const buy = (amount: number, params = {}) =>
      failure(exchange.createOrder(SYMBOL, 'limit', 'buy', amount, 45_000, params));
    expect((await buy(9)).name).toBe('InsufficientFunds');
    expect((await buy(0.00001)).name).toBe('InvalidOrder');
    expect((await buy(0.00005, { deadline: '2024-12-31T23:59:59Z' })).message).toContain(
      'EService:Deadline elapsed',
    );
    world.book.setMode('cancel_only');
    expect((await buy(0.001)).name).toBe('OnMaintenance');
    world.book.setMode('online');
  });

  it('places what it was told to check only, not at all', async () => {
    const before = world.book.orders.size;
    const order = await exchange.createOrder(SYMBOL, 'limit', 'buy', 0.001, 45_000, {
      validate: true,
      postOnly: true,
    });
    expect([order.id, world.book.orders.size]).toEqual([undefined, before]);
  });
});
