import { afterEach, describe, expect, it } from 'vitest';
import type { Fault } from './faults.ts';
import { demoKey } from './keys.ts';
import { MADE_START_MS, madeWorld } from './made-market.ts';
import { type KrakenServer, krakenServer } from './server.ts';
import { krakenSignature } from './signature.ts';

const key = demoKey();
const none: Fault = { kind: 'none' };
let server: KrakenServer | undefined;
afterEach(() => server?.close());

/** A server on which these faults befall the first calls. */
async function staged(faults: readonly Fault[], silence: 'hang' | 'close' = 'close') {
  const world = madeWorld();
  const left = [...faults];
  const served = { ...world, drawFault: () => left.shift() ?? none };
  server = await krakenServer({ world: served, keys: [key], port: 0, hasControl: false, silence });
  const { baseUrl } = server;
  let nonce = 0;
  const order = (id: string, timeoutMs = 5_000) => {
    const path = '/0/private/AddOrder';
    nonce++;
    const body = `nonce=${nonce}&pair=XBTUSD&type=buy&ordertype=market&volume=0.001&cl_ord_id=${id}`;
    const headers = {
      'API-Key': key.apiKey,
      'API-Sign': krakenSignature({ path, nonce: String(nonce), body }, key.secret),
      'content-type': 'application/x-www-form-urlencoded',
    };
    return fetch(`${baseUrl}${path}`, {
      method: 'POST',
      body,
      headers,
      signal: AbortSignal.timeout(timeoutMs),
    });
  };
  return { world, order, isPlaced: (id: string) => world.book.accepted.has(id) };
}

const outcome = (call: Promise<Response>) =>
  call.then(
    async (response) => `${response.status} ${(await response.text()).slice(0, 12)}`,
    (error: Error) => (error.name === 'TimeoutError' ? 'time-out' : 'broken'),
  );

describe('what goes wrong on the wire', () => {
  const before: readonly (readonly [string, Fault, string])[] = [
    ['a lost request', { kind: 'request-lost' }, 'broken'],
    ['a status before', { kind: 'status', status: 502, isAccepted: false }, '502 <html><head>'],
    ['a reset before', { kind: 'reset', isAccepted: false }, 'broken'],
    ['an error', { kind: 'error', error: 'EService:Busy', isAccepted: false }, '200 {"error":["E'],
  ];
  it.each(before)('%s leaves the order unplaced', async (_, fault, told) => {
    const { order, isPlaced } = await staged([fault]);
    expect([await outcome(order('a')), isPlaced('a')]).toEqual([told, false]);
    await order('b');
    expect(isPlaced('b')).toBe(true);
  });

  const after: readonly (readonly [string, Fault, string])[] = [
    ['a lost reply', { kind: 'reply-lost' }, 'broken'],
    ['a status after', { kind: 'status', status: 520, isAccepted: true }, '520 <html><head>'],
    ['a reset after', { kind: 'reset', isAccepted: true }, 'broken'],
    ['an error', { kind: 'error', error: 'EService:Unavailable', isAccepted: true }, '200 {"error":["E'],
    ['a reply that is cut off', { kind: 'invalid-json' }, '200 {"error":[],'],
  ];
  it.each(after)('%s hides that the order was placed', async (_, fault, told) => {
    const { order, isPlaced } = await staged([fault]);
    expect([await outcome(order('a')), isPlaced('a')]).toEqual([told, true]);
  });

  it('a reply that is cut off does not parse', async () => {
    const { order } = await staged([{ kind: 'invalid-json' }]);
    const text = await (await order('a')).text();
    expect(() => JSON.parse(text)).toThrow();
  });

  it('a late call comes after its caller has given up', async () => {
    const { world, order, isPlaced } = await staged([{ kind: 'late', delayMs: 4_000, isQueued: false }]);
    expect([await outcome(order('a')), isPlaced('a')]).toEqual(['broken', false]);
    world.advance(MADE_START_MS + 3_999);
    expect(isPlaced('a')).toBe(false);
    world.advance(MADE_START_MS + 4_000);
    expect(isPlaced('a')).toBe(true);
  });

  it('silence keeps the connection open where time goes on', async () => {
    const { order } = await staged([{ kind: 'reply-lost' }], 'hang');
    expect(await outcome(order('a', 150))).toBe('time-out');
  });

  it('a held reply comes in the end, with a later one or alone', async () => {
    const held: Fault = { kind: 'reordered', delayMs: 1 };
    const { order } = await staged([held, none, held]);
    const both = await Promise.all([outcome(order('a')), outcome(order('b'))]);
    expect([...both, await outcome(order('c'))]).toEqual(Array(3).fill('200 {"error":[],'));
  });

  it('maintenance refuses private calls and says so to everybody', async () => {
    const { world, order } = await staged([]);
    world.book.setMode('maintenance');
    expect(await (await order('a')).json()).toEqual({ error: ['EService:Unavailable'] });
    const path = '/0/private/OpenOrders';
    const body = 'nonce=9';
    const headers = {
      'API-Key': key.apiKey,
      'API-Sign': krakenSignature({ path, nonce: '9', body }, key.secret),
      'content-type': 'application/x-www-form-urlencoded',
    };
    const read = await fetch(`${server?.baseUrl}${path}`, { method: 'POST', body, headers });
    expect(await read.json()).toEqual({ error: ['EService:Unavailable'] });
    const status = await (await fetch(`${server?.baseUrl}/0/public/SystemStatus`)).json();
    expect(status).toMatchObject({ result: { status: 'maintenance' } });
  });
});
