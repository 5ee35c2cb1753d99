import { readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { classOf } from '../../shared/adapters/kraken/errors.ts';
import { parseInstrument } from '../../shared/adapters/kraken/instruments.ts';
import { currencyOf, symbolOf } from '../../shared/adapters/kraken/names.ts';
import * as replies from '../../shared/adapters/kraken/replies.ts';
import { hasReference, referencePath } from '../helpers/reference.ts';

const folder = 'kraken-fixtures';
const read = (name: string) => readFileSync(referencePath(folder, name));
const envelope = z.object({ error: z.array(z.string()).length(0), result: z.unknown() });

/** What the adapter reads each payload with; `null` for endpoints that it does not use. */
const schemas: Readonly<Record<string, z.ZodType | null>> = {
  'AssetPairs_BTC_ETH.json': replies.pairsReply,
  'ccxt-static/AddOrder.json': replies.placedReply,
  'ccxt-static/AssetPairs_2023.json': replies.pairsReply,
  'ccxt-static/Assets_2023.json': null,
  'ccxt-static/OpenOrders.json': replies.openReply,
  // QueryOrders gives orders as the other lists do, without a name around them.
  'ccxt-static/QueryOrders_closed.json': listed('closed', replies.closedReply),
  'ccxt-static/QueryOrders_open.json': listed('open', replies.openReply),
  'docs-examples/GetApiKeyInfo.http.txt': replies.keyReply,
  'docs-examples/SpotAccount-GetBalancesAsync.json': replies.balanceReply,
  'docs-examples/SpotAccount-GetLedgerInfoAsync.json': null,
  'docs-examples/SpotAccount-GetLedgersEntryAsync.json': null,
  'docs-examples/SpotAccount-GetOpenPositionsAsync.json': null,
  'docs-examples/SpotAccount-GetTradeBalanceAsync.json': null,
  'docs-examples/SpotAccount-GetTradeVolumeAsync.json': replies.volumeReply,
  'docs-examples/SpotExchangeData-GetAssetsAsync.json': null,
  'docs-examples/SpotExchangeData-GetOrderBookAsync.json': null,
  'docs-examples/SpotExchangeData-GetSymbolsAsync.json': replies.pairsReply,
  'docs-examples/SpotExchangeData-GetSystemStatusAsync.json': replies.statusReply,
  'docs-examples/SpotExchangeData-GetTickerAsync.json': replies.tickerReply,
  'docs-examples/SpotExchangeData-GetTickersAsync.json': replies.tickerReply,
  'docs-examples/SpotTrading-CancelOrderAsync.json': replies.cancelledReply,
  'docs-examples/SpotTrading-GetClosedOrdersAsync.json': replies.closedReply,
  'docs-examples/SpotTrading-GetOpenOrdersAsync.json': replies.openReply,
  'docs-examples/SpotTrading-GetOrderAsync.json': listed('closed', replies.closedReply),
  'docs-examples/SpotTrading-GetUserTradeDetailsAsync.json': listed('trades', replies.tradesReply),
  'docs-examples/SpotTrading-GetUserTradesAsync.json': replies.tradesReply,
  'docs-examples/SpotTrading-PlaceOrderAsync.json': replies.placedReply,
  'docs-examples/Trading-GetOrders2.http.txt': listed('closed', replies.closedReply),
  'http/http_add_order_spot.json': replies.placedReply,
  'http/http_cancel_order_spot.json': replies.cancelledReply,
  'http/http_closed_orders.json': replies.closedReply,
  'http/http_ohlc.json': null,
  'http/http_open_orders.json': replies.openReply,
  'http/http_order_book.json': null,
  'http/http_server_time.json': replies.timeReply,
  'http/http_spot_balance.json': replies.balanceReply,
  'http/http_spot_trade_balance.json': null,
  'http/http_system_status.json': replies.statusReply,
  'http/http_ticker.json': replies.tickerReply,
  'http/http_trades.json': null,
  'http/http_trades_history.json': replies.tradesReply,
};

/** These are no answers of Kraken. */
const others = [
  'SOURCES.md',
  'errors_ccxt_map.json',
  'AssetPairs.json.gz',
  'ccxt-static/request-bodies.json',
];

function listed(name: string, schema: z.ZodType): z.ZodType {
  return z.unknown().transform((value) => schema.parse({ [name]: value }));
}

/** The answer in a file; those of `.http.txt` stand below the call. */
function resultOf(name: string): unknown {
  const text = read(name).toString('utf8');
  return envelope.parse(JSON.parse(text.slice(text.indexOf('{')))).result;
}

describe.skipIf(!hasReference(folder))("Kraken's payloads of the reference", () => {
  it('are all known here', () => {
    const there = readdirSync(referencePath(folder), { recursive: true, encoding: 'utf8' });
    expect(there.filter((name) => /\.\w+$/.test(name)).sort()).toEqual(
      [...Object.keys(schemas), ...others].sort(),
    );
  });

  it.each(Object.entries(schemas).filter(([, schema]) => schema !== null))('%s is read', (name, schema) => {
    const parsed = schema?.safeParse(resultOf(name));
    expect(parsed?.error).toBeUndefined();
  });

  it('give amounts as they are spelled', () => {
    const closed = replies.closedReply.parse(resultOf('http/http_closed_orders.json')).closed;
    expect(closed['O5KZFT-GH3AD-LP6TLU']).toMatchObject({
      vol: '0.50000000',
      opentm: 1_688_583_840_865,
      closetm: 1_688_590_000_543,
    });
    const balances = replies.balanceReply.parse(resultOf('docs-examples/SpotAccount-GetBalancesAsync.json'));
    expect(balances['XXBT']).toBe('1011.1908877900');
  });

  it('name currencies that are ours, staked ones apart', () => {
    const assets = Object.keys(
      replies.balanceReply.parse(resultOf('docs-examples/SpotAccount-GetBalancesAsync.json')),
    );
    expect(assets.filter((asset) => currencyOf(asset) === undefined)).toEqual(['ETH2.S', 'USD.M']);
    expect(assets.map(currencyOf)).toEqual(expect.arrayContaining(['USD', 'BTC', 'XRP', 'XTZ', 'ETC']));
  });

  it('of January 2026: every one of 1,434 pairs has rules and a name of ours', () => {
    const text = gunzipSync(read('AssetPairs.json.gz')).toString('utf8');
    const pairs = replies.pairsReply.parse(envelope.parse(JSON.parse(text)).result);
    const instruments = Object.entries(pairs).map(([name, entry]) => parseInstrument(name, entry));
    expect(instruments).toHaveLength(1434);
    expect(new Set(instruments.map(({ symbol }) => symbol)).size).toBe(1434);
    expect(symbolOf(pairs['XXBTZUSD']?.wsname ?? '')).toBe('BTC/USD');
  });
});

describe.skipIf(!hasReference(folder))('the error map of the reference', () => {
  const map = z
    .object({
      errors: z.array(z.object({ error: z.string() })),
      http_status: z.array(z.object({ status: z.int() })),
    })
    .parse(hasReference(folder) ? JSON.parse(read('errors_ccxt_map.json').toString('utf8')) : undefined);

  it('is wholly classified: each string by a row of its own, each status as unknown', () => {
    const counts = { refused: 0, later: 0, misconfigured: 0, unknown: 0 };
    for (const { error } of map.errors) counts[classOf([error])]++;
    // test/adapters/kraken/errors.test.ts says which.
    expect(counts).toEqual({ refused: 12, later: 11, misconfigured: 7, unknown: 6 });
    for (const { status } of map.http_status) expect(classOf([`HTTP ${status}`])).toBe('unknown');
  });
});
