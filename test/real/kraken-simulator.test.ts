import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasReference, referencePath } from '../helpers/reference.ts';
import { demoKey } from '../kraken-simulator/keys.ts';
import { madeWorld } from '../kraken-simulator/made-market.ts';
import { type KrakenServer, krakenServer } from '../kraken-simulator/server.ts';
import { krakenSignature } from '../kraken-simulator/signature.ts';

const key = demoKey();
let server: KrakenServer;
let nonce = 1;

beforeAll(async () => {
  server = await krakenServer({
    world: madeWorld(),
    keys: [key],
    port: 0,
    hasControl: false,
    silence: 'close',
  });
  const buy = { pair: 'XBTUSD', type: 'buy', ordertype: 'market', volume: '0.01', oflags: 'fciq' };
  await call('AddOrder', buy);
  await call('AddOrder', { ...buy, type: 'sell', ordertype: 'stop-loss', price: '40000' });
});
afterAll(() => server.close());

/** Kinds of values by their place; of a list or of entries by name only the first is looked at. */
type Shape = string | readonly Shape[] | { readonly [name: string]: Shape };

function shapeOf(value: unknown): Shape {
  if (Array.isArray(value)) return value.slice(0, 1).map(shapeOf);
  if (typeof value !== 'object' || value === null) return value === null ? 'null' : typeof value;
  const entries = Object.entries(value).map(([name, each]) => [name, shapeOf(each)] as const);
  const isByName = /^[OTX][A-Z0-9]+(-|ZUSD$|USDT$)/.test(entries[0]?.[0] ?? '');
  return isByName ? [entries[0]?.[1] ?? 'nothing'] : Object.fromEntries(entries);
}

const captured = (file: string) =>
  shapeOf(JSON.parse(readFileSync(referencePath('kraken-fixtures', file), 'utf8')));

const read = async (path: string) =>
  shapeOf(JSON.parse(await (await fetch(`${server.baseUrl}/0/public/${path}`)).text()));

async function call(endpoint: string, params: Readonly<Record<string, string>> = {}) {
  const path = `/0/private/${endpoint}`;
  nonce++;
  const body = String(new URLSearchParams({ nonce: String(nonce), ...params }));
  const headers = {
    'API-Key': key.apiKey,
    'API-Sign': krakenSignature({ path, nonce: String(nonce), body }, key.secret),
    'content-type': 'application/x-www-form-urlencoded',
  };
  const response = await fetch(`${server.baseUrl}${path}`, { method: 'POST', body, headers });
  return shapeOf(JSON.parse(await response.text()));
}

describe.skipIf(!hasReference('kraken-fixtures/SOURCES.md'))(
  'the simulated Kraken has the shape of what was captured or documented:',
  () => {
    it.each([
      ['Time', 'http/http_server_time.json'],
      ['SystemStatus', 'http/http_system_status.json'],
      ['Ticker?pair=XBTUSD', 'http/http_ticker.json'],
      ['AssetPairs', 'AssetPairs_BTC_ETH.json'],
    ])('%s', async (path, file) => {
      expect(await read(path)).toMatchObject(withoutLeverage(captured(file)));
    });

    it('OHLC, row by row', async () => {
      const rows = async (path: string) =>
        JSON.parse(await (await fetch(`${server.baseUrl}/0/public/${path}`)).text());
      const ours = await rows('OHLC?pair=XBTUSD&interval=240');
      const theirs = JSON.parse(readFileSync(referencePath('kraken-fixtures/http/http_ohlc.json'), 'utf8'));
      const kinds = (row: readonly unknown[]) => row.map((value) => typeof value);
      expect(kinds(ours.result.XXBTZUSD[0])).toEqual(kinds(theirs.result.XBTUSDT[0]));
      expect(ours.result.XXBTZUSD).toHaveLength(theirs.result.XBTUSDT.length);
      expect(typeof ours.result.last).toBe(typeof theirs.result.last);
    });

    it.each([
      ['ClosedOrders', 'docs-examples/SpotTrading-GetClosedOrdersAsync.json'],
      ['OpenOrders', 'http/http_open_orders.json'],
      ['TradesHistory', 'docs-examples/SpotTrading-GetUserTradesAsync.json'],
      ['Balance', 'http/http_spot_balance.json'],
      ['GetApiKeyInfo', 'docs-examples/GetApiKeyInfo.http.txt'],
    ])('%s', async (endpoint, file) => {
      // Of an order that was filled there is no reason.
      const ours = JSON.parse(
        JSON.stringify(await call(endpoint)).replace('"reason":"null"', '"reason":"string"'),
      );
      if (!file.endsWith('.txt')) expect(ours).toMatchObject(withoutNames(captured(file)));
      else {
        const [, , , ...lines] = readFileSync(referencePath('kraken-fixtures', file), 'utf8').split('\n');
        expect(Object.keys(ours.result)).toEqual(Object.keys(JSON.parse(lines.join('\n')).result));
      }
    });

    it('TradeVolume', async () => {
      const theirs = JSON.parse(
        JSON.stringify(captured('docs-examples/SpotAccount-GetTradeVolumeAsync.json')).replaceAll(
          '"null"',
          '"string"',
        ),
      );
      expect(await call('TradeVolume', { pair: 'XBTUSD' })).toMatchObject(theirs);
    });

    it('AddOrder and CancelOrder', async () => {
      const order = { pair: 'XBTUSD', type: 'buy', ordertype: 'limit', volume: '0.01', price: '30000' };
      expect(await call('AddOrder', { ...order, cl_ord_id: 'x' })).toMatchObject(
        captured('ccxt-static/AddOrder.json') as object,
      );
      expect(await call('CancelOrder', { cl_ord_id: 'x' })).toEqual(
        captured('http/http_cancel_order_spot.json'),
      );
    });
  },
);

/** The simulator lends nothing, and has no limits of positions. */
function withoutLeverage(shape: Shape): object {
  const text = JSON.stringify(shape)
    .replaceAll('"leverage_buy":["number"]', '"leverage_buy":[]')
    .replaceAll('"leverage_sell":["number"]', '"leverage_sell":[]')
    .replaceAll(/,"(long|short)_position_limit":"number"/g, '');
  return JSON.parse(text);
}

/** Balances are told by asset: which ones an account has does not matter. */
function withoutNames(shape: Shape): object {
  return JSON.parse(
    JSON.stringify(shape)
      .replaceAll(/"(XXBT|ETH)":"string",?/g, '')
      .replace(',}', '}'),
  );
}
