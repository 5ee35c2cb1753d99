import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Candles } from '../../shared/core/market/candles.ts';

/** How the server fails, when it is told to. */
type KrakenFailure = 'status-500' | 'hang' | 'cut-off' | 'error' | 'nonsense';

export interface KrakenPublic {
  readonly baseUrl: string;
  /** Paths with their query, in the order of the calls. */
  readonly calls: string[];
  /** Answers this way from now on; undefined: as Kraken does. `path` limits it to one endpoint. */
  fail(how: KrakenFailure | undefined, path?: string): void;
  /** What its clock says, told to the whole second; until it is set it stands at 2024-01-01T00:00Z. */
  readonly clock: { nowMs: () => number };
  close(): Promise<void>;
}

const WINDOW_ROWS = 720;

const pair = (wsname: string, base: string, decimals: number) => ({
  altname: wsname.replace('/', ''),
  wsname,
  aclass_base: 'currency',
  base,
  aclass_quote: 'currency',
  quote: 'ZUSD',
  lot: 'unit',
  cost_decimals: 5,
  pair_decimals: decimals,
  lot_decimals: 8,
  lot_multiplier: 1,
  leverage_buy: [],
  leverage_sell: [],
  // Invented tiers in Kraken's shape.
  fees: [
    [0, 0.4],
    [10_000, 0.3],
  ],
  fees_maker: [
    [0, 0.25],
    [10_000, 0.2],
  ],
  fee_volume_currency: 'ZUSD',
  margin_call: 80,
  margin_stop: 40,
  ordermin: '0.001',
  costmin: '0.5',
  tick_size: (10 ** -decimals).toFixed(decimals),
  status: 'online',
});

const asset = (altname: string) => ({
  aclass: 'currency',
  altname,
  decimals: 10,
  display_decimals: 5,
  status: 'enabled',
});

export const krakenPairs = { XXBTZUSD: pair('XBT/USD', 'XXBT', 1), XETHZUSD: pair('ETH/USD', 'XETH', 2) };
const assets = { XXBT: asset('XBT'), XETH: asset('ETH'), ZUSD: asset('USD') };

/**
 * A server on this machine that answers Kraken's public calls as Kraken does: OHLC is the newest 720 finished candles
 * after `since` and the unfinished one, seconds and text; `last` is the open time of the newest finished one.
 *
 * @param candles what there is of `<pair>/<minutes>`, for example `XXBTZUSD/240`; the last row is the unfinished one
 */
export async function krakenPublic(candles: Readonly<Record<string, Candles>>): Promise<KrakenPublic> {
  const calls: string[] = [];
  const clock = { nowMs: () => 1_704_067_200_000 };
  let failure: { how: KrakenFailure | undefined; path: string } = { how: undefined, path: '' };

  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    calls.push(`${url.pathname}${url.search}`);
    const how = url.pathname.includes(failure.path) ? failure.how : undefined;
    if (how) sendFailure(response, how);
    else send(response, answer(url, candles, clock.nowMs()));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    clock,
    fail: (how, path = '') => {
      failure = { how, path };
    },
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function answer(url: URL, candles: Readonly<Record<string, Candles>>, nowMs: number): object {
  const result = (value: unknown) => ({ error: [], result: value });
  switch (url.pathname) {
    case '/0/public/Assets':
      return result(assets);
    case '/0/public/AssetPairs':
      return result(krakenPairs);
    case '/0/public/Time':
      return result({ unixtime: Math.floor(nowMs / 1000), rfc1123: new Date(nowMs).toUTCString() });
    case '/0/public/SystemStatus':
      return result({ status: 'online', timestamp: '2024-01-01T00:00:00Z' });
    case '/0/public/OHLC':
      return ohlc(url.searchParams, candles);
    default:
      return { error: ['EGeneral:Unknown method'] };
  }
}

function ohlc(query: URLSearchParams, candles: Readonly<Record<string, Candles>>): object {
  const name = query.get('pair') ?? '';
  const rows = candles[`${name}/${query.get('interval') ?? '1'}`];
  if (!rows) return { error: ['EQuery:Unknown asset pair'] };
  const since = Number(query.get('since') ?? '0');
  const all = [...rows.openMs].map((openMs, i) => [
    openMs / 1000,
    ...[rows.open[i], rows.high[i], rows.low[i], rows.close[i]].map(String),
    rows.volume[i] === 0 ? '0.0' : String(rows.close[i]),
    (rows.volume[i] ?? 0).toFixed(8),
    rows.volume[i] === 0 ? 0 : 3,
  ]);
  const given = all.slice(-WINDOW_ROWS - 1).filter(([seconds]) => Number(seconds) > since);
  return { error: [], result: { [name]: given, last: Number(all.at(-2)?.[0] ?? 0) } };
}

function send(response: ServerResponse, body: object): void {
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify(body));
}

function sendFailure(response: ServerResponse, how: KrakenFailure): void {
  if (how === 'hang') return;
  if (how === 'status-500') {
    response.statusCode = 500;
    response.end('<html>\n<body>Internal Server Error</body>\n</html>');
  } else if (how === 'cut-off') response.end('{"error":[],"result":{"XXBTZUSD":[[17040');
  else if (how === 'error') send(response, { error: ['EService:Unavailable'] });
  else send(response, { error: [], result: { XXBTZUSD: [['soon', 'up', 'down']], last: 1 } });
}
