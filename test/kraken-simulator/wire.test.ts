import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { unitsOf } from '../../shared/core/decimal.ts';
import { demoKey } from './keys.ts';
import { MADE_START_MS, madeWorld } from './made-market.ts';
import { type KrakenServer, krakenServer } from './server.ts';
import { krakenSignature } from './signature.ts';
import type { KrakenWorld } from './world.ts';

const key = demoKey();
const ID = '6d1b345e-2821-80e2-ad83-4ecb18a06876';
const OTHER_ID = '6d1b345e-2821-80e2-ad83-4ecb18a06877';
let nonce = 1_000_000;
let world: KrakenWorld;
let server: KrakenServer;

beforeAll(async () => {
  world = madeWorld();
  server = await krakenServer({ world, keys: [key], port: 0, hasControl: true, silence: 'close' });
});
afterAll(() => server.close());

const read = async (path: string) => JSON.parse(await (await fetch(`${server.baseUrl}${path}`)).text());

/** A signed call, with headers changed at will. */
async function call(
  endpoint: string,
  params: Record<string, string> = {},
  change: Record<string, string> = {},
) {
  const path = `/0/private/${endpoint}`;
  nonce++;
  const body = String(new URLSearchParams({ nonce: String(nonce), ...params }));
  const headers = {
    'API-Key': key.apiKey,
    'API-Sign': krakenSignature({ path, nonce: params['nonce'] ?? String(nonce), body }, key.secret),
    'content-type': 'application/x-www-form-urlencoded',
    ...change,
  };
  const response = await fetch(`${server.baseUrl}${path}`, { method: 'POST', body, headers });
  return JSON.parse(await response.text());
}

describe('the wire', () => {
  it("signs Kraken's published example as Kraken says", () => {
    // docs.kraken.com/api/docs/guides/spot-rest-auth
    const signature = krakenSignature(
      {
        path: '/0/private/AddOrder',
        nonce: '1616492376594',
        body: 'nonce=1616492376594&ordertype=limit&pair=XBTUSD&price=37500&type=buy&volume=1.25',
      },
      'kQH5HW/8p1uGOVjbgWA7FunAmGO8lsSUXNsu3eow76sz84Q18fWxnyRzBHCd3pd5nE9qa99HAZtuZuj6F1huXg==',
    );
    expect(signature).toBe(
      '4/dpxb3iT4tp/ZCVEwSnEsLxx0bqyhLpdfOpc6fn7OR8+UClSV5n9E6aSS8MPtnRfp32bAb0nmbRn6H8ndwLUQ==',
    );
  });

  it('asks for a User-Agent', async () => {
    const response = await fetch(`${server.baseUrl}/0/public/Time`, { headers: { 'user-agent': '' } });
    expect(response.status).toBe(403);
  });

  it('refuses an unknown key, a wrong signature, an old nonce and an unknown method', async () => {
    const errors = async (answer: Promise<{ error: string[] }>) => (await answer).error[0];
    expect(await errors(call('Balance', {}, { 'API-Key': 'x' }))).toBe('EAPI:Invalid key');
    expect(await errors(call('Balance', {}, { 'API-Sign': 'x' }))).toBe('EAPI:Invalid signature');
    expect(await errors(call('Balance'))).toBeUndefined();
    expect(await errors(call('Balance', { nonce: String(nonce) }))).toBe('EAPI:Invalid nonce');
    expect(await errors(call('Nonsense'))).toBe('EGeneral:Unknown method');
  });

  it('tells the time, its status and its pairs in the shapes of Kraken', async () => {
    expect(await read('/0/public/Time')).toEqual({
      error: [],
      result: { unixtime: 1_735_689_600, rfc1123: 'Wed, 01 Jan 25 00:00:00 +0000' },
    });
    expect((await read('/0/public/SystemStatus')).result).toEqual({
      status: 'online',
      timestamp: '2025-01-01T00:00:00Z',
    });
    const pairs = (await read('/0/public/AssetPairs?pair=XBT/USD')).result;
    expect(pairs).toEqual({
      XXBTZUSD: expect.objectContaining({
        altname: 'XBTUSD',
        tick_size: '0.1',
        ordermin: '0.00005',
        costmin: '0.5',
        status: 'online',
      }),
    });
    expect(pairs.XXBTZUSD.fees.slice(0, 2)).toEqual([
      [0, 0.4],
      [10_000, 0.35],
    ]);
    expect((await read('/0/public/Ticker?pair=NOPE')).error).toEqual(['EQuery:Unknown asset pair']);
  });

  it('gives 720 finished candles and the unfinished one, after `since` alone', async () => {
    const { result } = await read('/0/public/OHLC?pair=XBTUSD&interval=240');
    expect(result.XXBTZUSD).toHaveLength(721);
    expect(result.last).toBe((MADE_START_MS - 14_400_000) / 1000);
    const later = await read(`/0/public/OHLC?pair=XBTUSD&interval=240&since=${result.last}`);
    expect(later.result.XXBTZUSD).toHaveLength(1);
    expect(result.XXBTZUSD[0]).toEqual([
      MADE_START_MS / 1000 - 720 * 14_400,
      expect.stringMatching(/^\d+\.\d$/),
      expect.stringMatching(/^\d+\.\d$/),
      expect.stringMatching(/^\d+\.\d$/),
      expect.stringMatching(/^\d+\.\d$/),
      expect.stringMatching(/^\d+\.\d$/),
      '50.00000000',
      expect.any(Number),
    ]);
  });

  it('buys, rests a stop, amends and cancels it, and tells all of it by client id', async () => {
    const buy = { pair: 'XBTUSD', type: 'buy', ordertype: 'market', volume: '0.01', oflags: 'fciq' };
    const checked = await call('AddOrder', { ...buy, validate: 'true' });
    expect(checked).toEqual({ error: [], result: { descr: { order: 'buy 0.01000000 XBTUSD @ market' } } });
    const bought = await call('AddOrder', { ...buy, cl_ord_id: ID });
    const [txid] = bought.result.txid;
    const { closed, count } = (await call('ClosedOrders', { cl_ord_id: ID, trades: 'true' })).result;
    expect(count).toBe(1);
    expect(closed[txid]).toMatchObject({
      cl_ord_id: ID,
      status: 'closed',
      vol: '0.01000000',
      vol_exec: '0.01000000',
      oflags: 'fciq',
      trades: [expect.any(String)],
    });
    const { trades } = (await call('TradesHistory')).result;
    expect(Object.values(trades)).toEqual([
      expect.objectContaining({ ordertxid: txid, pair: 'XXBTZUSD', vol: '0.01000000', maker: false }),
    ]);
    expect((await call('QueryOrders', { txid })).result[txid].price).toMatch(/^\d+\.\d$/);

    const stop = { pair: 'XBTUSD', type: 'sell', ordertype: 'stop-loss', volume: '0.01', price: '40000' };
    await call('AddOrder', { ...stop, cl_ord_id: OTHER_ID });
    expect((await call('BalanceEx')).result.XXBT).toEqual({
      balance: '0.0100000000',
      hold_trade: '0.0100000000',
    });
    const amended = await call('AmendOrder', { cl_ord_id: OTHER_ID, trigger_price: '41000.5' });
    expect(amended.result.amend_id).toMatch(/^T/);
    const open = Object.values((await call('OpenOrders')).result.open);
    expect(open).toEqual([
      expect.objectContaining({
        cl_ord_id: OTHER_ID,
        descr: expect.objectContaining({
          ordertype: 'stop-loss',
          price: '41000.5',
          order: 'sell 0.01000000 XBTUSD @ stop loss 41000.5',
        }),
      }),
    ]);
    expect((await call('CancelOrder', { cl_ord_id: OTHER_ID })).result).toEqual({ count: 1 });
    expect((await call('CancelOrder', { cl_ord_id: OTHER_ID })).error).toEqual(['EOrder:Unknown order']);
  });

  it('says what a key may, and refuses what it may not', async () => {
    expect((await call('GetApiKeyInfo')).result).toMatchObject({
      nonce_window: '0',
      permissions: [
        'query-funds',
        'query-open-trades',
        'query-closed-trades',
        'modify-trades',
        'close-trades',
      ],
    });
    expect(demoKey({ mayWithdraw: true }).rights).toContain('withdraw-funds');
    const reader = { ...key, apiKey: 'reader', rights: ['query-funds'] };
    const other = await krakenServer({ world, keys: [reader], port: 0, hasControl: false, silence: 'close' });
    const path = '/0/private/AddOrder';
    const body = 'nonce=1&pair=XBTUSD';
    const response = await fetch(`${other.baseUrl}${path}`, {
      method: 'POST',
      body,
      headers: {
        'API-Key': 'reader',
        'API-Sign': krakenSignature({ path, nonce: '1', body }, key.secret),
        'content-type': 'application/x-www-form-urlencoded',
      },
    });
    expect(await response.json()).toEqual({ error: ['EGeneral:Permission denied'] });
    await other.close();
  });

  it('names the argument that it does not understand', async () => {
    const order = { pair: 'XBTUSD', type: 'buy', ordertype: 'limit', volume: '0.01', price: '40000' };
    const error = async (params: Record<string, string>) =>
      (await call('AddOrder', { ...order, ...params })).error[0];
    expect(await error({ volume: '1e-3' })).toBe('EGeneral:Invalid arguments:volume');
    expect(await error({ timeinforce: 'PO' })).toBe('EGeneral:Invalid arguments:timeinforce');
    expect(await error({ oflags: 'viqc' })).toBe('EGeneral:Invalid arguments:oflags');
    expect(await error({ deadline: 'soon' })).toBe('EGeneral:Invalid arguments:deadline');
    expect(await error({ deadline: '2025-01-01T00:00:01Z' })).toBe('EGeneral:Invalid arguments:deadline');
    expect(await error({ 'close[price]': '1' })).toBe('EGeneral:Invalid arguments:close[price]');
  });

  it('moves time only forwards, by the control endpoint', async () => {
    const advance = async (toMs: unknown) => {
      const response = await fetch(`${server.baseUrl}/simulator/advance`, {
        method: 'POST',
        body: JSON.stringify({ toMs }),
      });
      return { status: response.status, body: JSON.parse(await response.text()) };
    };
    expect((await advance(MADE_START_MS + 60_000)).body.nowMs).toBe(MADE_START_MS + 60_000);
    expect((await advance(MADE_START_MS)).body.nowMs).toBe(MADE_START_MS + 60_000);
    expect((await read('/0/public/Time')).result.unixtime).toBe(1_735_689_660);
    expect((await advance('soon')).status).toBe(400);
    expect((await fetch(`${server.baseUrl}/simulator/nothing`)).status).toBe(404);
  });

  it('reports orders by client id, sums, and how long a position had no protection', async () => {
    const report = server.report();
    expect(Object.keys(report.orders.byClientId)).toEqual([ID, OTHER_ID]);
    expect(report.orders.duplicates).toEqual([]);
    expect(report.sums['XXBTZUSD']).toMatchObject({ bought: '0.01', sold: '0' });
    // Bought and not protected, then by a stop that was cancelled.
    expect(report.naked).toHaveLength(2);
    expect(report.naked[0]).toMatchObject({ toMs: MADE_START_MS, most: '0.01' });
    expect(report.naked[1]?.toMs).toBeNull();
    world.book.add(
      { pair: 'XBTUSD', side: 'buy', type: 'market', volume: unitsOf('0.001'), clOrdId: ID },
      { nowMs: world.nowMs() },
    );
    expect(server.report().orders.duplicates).toEqual([ID]);
  });
});
