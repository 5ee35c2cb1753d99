import { inspect } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { callBudget } from '../../../shared/adapters/kraken/budget.ts';
import { krakenClient } from '../../../shared/adapters/kraken/client.ts';
import { keptKey } from '../../../shared/adapters/kraken/key.ts';
import { AppError } from '../../../shared/core/errors.ts';
import {
  exampleKey,
  exampleSecret,
  type KrakenStub,
  krakenStub,
  NOW_MS,
  stubAccount,
} from '../../helpers/kraken-account.ts';
import { memory } from '../../helpers/paper-orders.ts';

let stub: KrakenStub;
beforeAll(async () => {
  stub = await krakenStub();
});
beforeEach(() => {
  stub.calls.length = 0;
});
afterAll(() => stub.close());

const now = () => NOW_MS;

it("signs Kraken's published example as Kraken does", async () => {
  stub.on('AddOrder', {});
  const client = krakenClient({
    baseUrl: stub.baseUrl,
    timeoutMs: 500,
    key: keptKey(async () => ({ apiKey: exampleKey, secret: exampleSecret }), now),
    budget: callBudget({ store: memory(), account: 'live', tier: 'pro', nowMs: now }),
    nowMs: now,
    pauseMs: async () => undefined,
  });
  await client.privateCall({
    endpoint: 'AddOrder',
    // In the order in which the example has them.
    parameters: { ordertype: 'limit', pair: 'XBTUSD', price: '37500', type: 'buy', volume: '1.25' },
    charge: { calls: 0 },
    sending: { nonce: '1616492376594', isTooLate: () => false },
  });
  expect(stub.calls[0]?.body).toBe(
    'nonce=1616492376594&ordertype=limit&pair=XBTUSD&price=37500&type=buy&volume=1.25',
  );
  expect(stub.calls[0]?.headers).toMatchObject({
    'api-key': exampleKey,
    // docs.kraken.com/api/docs/guides/spot-rest-auth
    'api-sign': '4/dpxb3iT4tp/ZCVEwSnEsLxx0bqyhLpdfOpc6fn7OR8+UClSV5n9E6aSS8MPtnRfp32bAb0nmbRn6H8ndwLUQ==',
    'user-agent': 'hot-crypto',
    'content-type': 'application/x-www-form-urlencoded',
  });
});

describe('private calls', () => {
  it('of a process go out one after the other, with nonces that grow', async () => {
    let open = 0;
    let most = 0;
    stub.on('Balance', async () => {
      most = Math.max(most, ++open);
      await new Promise((resolve) => setTimeout(resolve, 20));
      open--;
      return {};
    });
    const { account } = stubAccount(stub);
    await Promise.all([1, 2, 3, 4, 5].map(() => account.balances()));
    const nonces = stub.of('Balance').map(({ form }) => BigInt(form['nonce'] ?? ''));
    expect(most).toBe(1);
    expect(nonces).toHaveLength(5);
    expect(nonces).toEqual([...new Set(nonces)].sort((a, b) => (a < b ? -1 : 1)));
  });

  it('go on after one that failed', async () => {
    const { account } = stubAccount(stub);
    stub.on('Balance', 'reset');
    const failed = account.balances();
    stub.on('GetApiKeyInfo', { permissions: [] });
    const rights = account.keyRights();
    await expect(failed).rejects.toMatchObject({ code: 'source-unavailable' });
    expect(await rights).toMatchObject({ canWithdraw: false });
  });

  it('go on after one that could not be booked', async () => {
    const store = memory();
    let isBroken = true;
    const account = stubAccount(stub, {
      store: {
        ...store,
        transact: (actions) => (isBroken ? Promise.reject(new Error('no disk')) : store.transact(actions)),
      },
    }).account;
    stub.on('Balance', { ZUSD: '5' });
    await expect(account.balances()).rejects.toThrow('no disk');
    isBroken = false;
    expect(await account.balances()).toEqual(new Map([['USD', '5']]));
  });

  it('wait for the budget up to five seconds, and say so when that is too short', async () => {
    stub.on('Balance', {});
    const { account, pauses } = stubAccount(stub);
    for (let i = 0; i < 14; i++) await account.balances();
    expect(pauses.length).toBe(2);
    expect(pauses.every((ms) => ms > 0 && ms <= 5000)).toBe(true);
    stub.on('Balance', 'EAPI:Rate limit exceeded');
    await expect(account.balances()).rejects.toMatchObject({ code: 'exchange-throttled' });
    const before = stub.calls.length;
    stub.on('Balance', {});
    // Kraken's counter is full, and ours with it: 11 seconds.
    const error = await account.balances().catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'exchange-throttled' });
    expect(String(error)).toContain('Kraken allows no more calls for');
    expect(stub.calls.length).toBe(before);
  });
});

describe('a key', () => {
  const other = 'b3RoZXI=';

  it('is read once an hour', async () => {
    let reads = 0;
    const key = async () => ({ apiKey: `key-${++reads}`, secret: exampleSecret });
    const { account, clock } = stubAccount(stub, { key });
    stub.on('Balance', {});
    await account.balances();
    clock.nowMs += 3_599_000;
    await account.balances();
    clock.nowMs += 2_000;
    await account.balances();
    expect(stub.calls.map(({ headers }) => headers['api-key'])).toEqual(['key-1', 'key-1', 'key-2']);
  });

  it.each(['EAPI:Invalid key', 'EAPI:Invalid signature'])(
    'that was exchanged is read again on %s',
    async (error) => {
      let reads = 0;
      const keys = [exampleSecret, other];
      const key = async () => ({ apiKey: 'k', secret: keys[reads++] ?? other });
      const { account } = stubAccount(stub, { key });
      stub.on('Balance', () => (reads === 1 ? error : { ZUSD: '5' }));
      expect(await account.balances()).toEqual(new Map([['USD', '5']]));
      const [first, second] = stub.of('Balance').map(({ form }) => BigInt(form['nonce'] ?? ''));
      expect(Number(second) - Number(first)).toBeGreaterThan(0);
    },
  );

  it('that is still the same is not tried again', async () => {
    stub.on('Balance', 'EAPI:Invalid key');
    let reads = 0;
    const key = async () => {
      reads++;
      return { apiKey: exampleKey, secret: exampleSecret };
    };
    const { account } = stubAccount(stub, { key });
    await expect(account.balances()).rejects.toMatchObject({ code: 'exchange-misconfigured' });
    expect({ reads, calls: stub.calls.length }).toEqual({ reads: 2, calls: 1 });
  });

  it.each([
    [{ apiKey: '', secret: exampleSecret }, 'is not there'],
    [{ apiKey: 'k', secret: '' }, 'is not there'],
    [{ apiKey: 'k', secret: `${exampleSecret.slice(0, 40)} ` }, 'cut off or misspelled'],
  ])('that cannot sign is refused before anything is sent', async (broken, what) => {
    const { account } = stubAccount(stub, { key: async () => broken });
    await expect(account.balances()).rejects.toMatchObject({
      code: 'exchange-misconfigured',
      message: expect.stringContaining(what),
    });
    expect(stub.calls).toEqual([]);
  });
});

describe('the secret and the key', () => {
  const failures = [
    'EAPI:Invalid key',
    `EGeneral:Internal error ${exampleKey} ${exampleSecret}`,
    `EOrder:Unheard of ${exampleKey}`,
    'EAPI:Rate limit exceeded',
    'hang',
    'reset',
    '{"error":[],"result":{"txid":["O',
    502,
    429,
  ] as const;

  it.each(failures)('are in no error and in nothing that hangs on it: %s', async (failure) => {
    stub.on('Balance', failure);
    stub.on('OpenOrders', failure);
    stub.on('CancelOrder', failure);
    const { account, store } = stubAccount(stub, { tier: 'pro', timeoutMs: 100 });
    const order = { clientOrderId: 'x', symbol: 'BTC/USD' };
    const errors = await Promise.all(
      [account.balances(), account.openOrders(), account.cancel(order)].map((call) =>
        call.then(
          () => undefined,
          (reason: unknown) => reason,
        ),
      ),
    );
    for (const error of errors) {
      expect(error).toBeInstanceOf(AppError);
      expectNothingSecret(error);
    }
    expectNothingSecret(account);
    expectNothingSecret(await store.query('BUDGET#live'));
  });

  it('are not in the error of a key function that throws them', async () => {
    const key = async () => {
      throw Object.assign(new Error(`no parse: ${exampleSecret}`), { config: { apiKey: exampleKey } });
    };
    const { account } = stubAccount(stub, { key });
    const error = await account.balances().catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'exchange-misconfigured' });
    expectNothingSecret(error);
  });
});

/** To any depth, hidden properties included. */
function expectNothingSecret(value: unknown): void {
  const shown = inspect(value, {
    depth: null,
    showHidden: true,
    maxStringLength: null,
    maxArrayLength: null,
  });
  for (const text of [shown, JSON.stringify(value) ?? '', String(value)]) {
    expect(text).not.toContain(exampleKey);
    expect(text).not.toContain(exampleSecret);
    expect(text).not.toContain(exampleSecret.slice(0, 20));
    expect(text).not.toMatch(/api-(key|sign)/i);
  }
}
