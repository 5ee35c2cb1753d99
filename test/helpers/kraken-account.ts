import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import { createServer as createSafeServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { krakenAccount } from '../../shared/adapters/kraken/account.ts';
import type { OrderRequest } from '../../shared/ports/exchange.ts';
import type { StateStore } from '../../shared/ports/state-store.ts';
import { krakenPairs } from './kraken-public.ts';
import { loopbackCertificate } from './loopback-certificate.ts';
import { memory } from './paper-orders.ts';

/** A call as the stub got it. */
export interface Called {
  readonly endpoint: string;
  readonly form: Readonly<Record<string, string>>;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

type Reply = object | string | number | 'hang' | 'reset';
type Replier = Reply | ((call: Called) => Reply | Promise<Reply>);

/** A server that answers each endpoint as it is told to: an object is a result, a text beginning with E an error, a number a status. */
export interface KrakenStub {
  readonly baseUrl: string;
  readonly calls: Called[];
  /** Answers this way from now on. */
  on(endpoint: string, reply: Replier): void;
  /** Those of one endpoint. */
  of(endpoint: string): readonly Called[];
  close(): Promise<void>;
}

/** Starts it; with `isSafe` it speaks TLS with the certificate of tests. */
export async function krakenStub({ isSafe = false } = {}): Promise<KrakenStub> {
  const calls: Called[] = [];
  const replies = new Map<string, Replier>([
    ['AssetPairs', krakenPairs],
    ['Ticker', { XXBTZUSD: { a: ['50000.0', '1', '1.0'], b: ['49999.9', '1', '1.0'] } }],
  ]);
  const server: Server = (isSafe ? createSafeServer(loopbackCertificate) : createServer()).on(
    'request',
    async (request, response) => {
      const parts: Buffer[] = [];
      for await (const part of request) parts.push(part);
      const body = Buffer.concat(parts).toString();
      const { pathname, search } = new URL(request.url ?? '/', 'http://localhost');
      const form = Object.fromEntries(new URLSearchParams(body === '' ? search : body));
      const call = { endpoint: pathname.split('/').at(-1) ?? '', form, headers: request.headers, body };
      calls.push(call);
      const reply = replies.get(call.endpoint) ?? 'EGeneral:Unknown method';
      answer(response, typeof reply === 'function' ? await reply(call) : reply);
    },
  );
  await new Promise<void>((resolve) => server.listen(0, isSafe ? 'localhost' : '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    baseUrl: isSafe ? `https://localhost:${port}` : `http://127.0.0.1:${port}`,
    calls,
    on: (endpoint, reply) => void replies.set(endpoint, reply),
    of: (endpoint) => calls.filter((call) => call.endpoint === endpoint),
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function answer(response: ServerResponse, reply: Reply): void {
  if (reply === 'hang') return;
  if (reply === 'reset') response.socket?.destroy();
  else if (typeof reply === 'number') response.writeHead(reply).end('<html>');
  else if (typeof reply === 'object') response.end(JSON.stringify({ error: [], result: reply }));
  else if (/^[EW]/.test(reply)) response.end(JSON.stringify({ error: reply.split('|') }));
  else response.end(reply);
}

/** Kraken's published example of a key. @see https://docs.kraken.com/api/docs/guides/spot-rest-auth */
export const exampleSecret =
  'kQH5HW/8p1uGOVjbgWA7FunAmGO8lsSUXNsu3eow76sz84Q18fWxnyRzBHCd3pd5nE9qa99HAZtuZuj6F1huXg==';
export const exampleKey = 'a-key-that-is-nobodys-business';

/** 2026-11-01T00:00Z. */
export const NOW_MS = 1_793_491_200_000;

/** An account at the stub, with a clock that stands where it is set, and the pauses that were asked for. */
export function stubAccount(
  { baseUrl }: KrakenStub,
  changes: Partial<Parameters<typeof krakenAccount>[0]> = {},
) {
  const clock = { nowMs: NOW_MS, monotonicMs: 1000 };
  const pauses: number[] = [];
  const store: StateStore = changes.store ?? memory();
  const account = krakenAccount({
    baseUrl,
    timeoutMs: 500,
    key: async () => ({ apiKey: exampleKey, secret: exampleSecret }),
    store,
    account: 'live',
    tier: 'starter',
    nowMs: () => clock.nowMs,
    monotonicMs: () => clock.monotonicMs,
    pauseMs: async (ms) => {
      pauses.push(ms);
      clock.nowMs += ms;
    },
    ...changes,
  });
  return { account, clock, pauses, store };
}

export const CLIENT_ID = '0123abcd-0123-8bcd-9123-0123456789ab';

export const stopRequest: OrderRequest = {
  clientOrderId: CLIENT_ID,
  symbol: 'BTC/USD',
  side: 'sell',
  kind: 'stop',
  isEntry: false,
  quantity: '0.5' as OrderRequest['quantity'],
  triggerPrice: '45000.5' as OrderRequest['quantity'],
};

/** Permits an order, marks it and places it. */
export async function sent(
  { account, clock }: Pick<ReturnType<typeof stubAccount>, 'account' | 'clock'>,
  request: OrderRequest = stopRequest,
) {
  const permit = await account.permit(request);
  if (permit.kind !== 'granted') return permit;
  const sentAtMs = clock.nowMs;
  const mark = { sentAtMs, deadlineMs: sentAtMs + 10_000, nonce: permit.nonce };
  return account.place(request, { atMs: sentAtMs, mark });
}

/** An order as Kraken shows it. */
export const shownOrder = (changes: object = {}, descr: object = {}) => ({
  refid: null,
  userref: null,
  cl_ord_id: CLIENT_ID,
  status: 'open',
  opentm: NOW_MS / 1000 - 60.5,
  descr: { pair: 'XBTUSD', type: 'sell', ordertype: 'stop-loss', price: '45000.5', price2: '0', ...descr },
  vol: '0.50000000',
  vol_exec: '0.00000000',
  cost: '0.00000',
  fee: '0.00000',
  oflags: 'fciq',
  ...changes,
});
