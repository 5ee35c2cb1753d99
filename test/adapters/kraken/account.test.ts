import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { krakenAccount } from '../../../shared/adapters/kraken/account.ts';
import type { DecimalText } from '../../../shared/core/decimal.ts';
import { CLIENT_ID, type KrakenStub, krakenStub, NOW_MS, stubAccount } from '../../helpers/kraken-account.ts';
import { memory } from '../../helpers/paper-orders.ts';

let stub: KrakenStub;
beforeAll(async () => {
  stub = await krakenStub();
});
beforeEach(() => {
  stub.calls.length = 0;
});
afterAll(() => stub.close());

const text = (value: string) => value as DecimalText;
const order = { clientOrderId: CLIENT_ID, symbol: 'BTC/USD' };
describe('an amend', () => {
  const stop = { ...order, kind: 'stop' } as const;
  const change = { quantity: text('0.4'), triggerPrice: text('46000.1') };

  it('is true when Kraken confirms it', async () => {
    stub.on('AmendOrder', { amend_id: 'TTW6PD-RC36L-ZZSWNU' });
    expect(await stubAccount(stub).account.amend(stop, change)).toBe(true);
    const { nonce: _, ...form } = stub.of('AmendOrder')[0]?.form ?? {};
    expect(form).toEqual({ cl_ord_id: CLIENT_ID, order_qty: '0.4', trigger_price: '46000.1' });
  });

  it.each(['EOrder:Unknown order', 'EOrder:Insufficient funds', 'EService:Market in cancel_only mode'])(
    'is false on %s: certainly not',
    async (error) => {
      stub.on('AmendOrder', error);
      expect(await stubAccount(stub).account.amend(stop, change)).toBe(false);
    },
  );

  it('is false without a call when the amounts cannot be', async () => {
    expect(await stubAccount(stub).account.amend(stop, { triggerPrice: text('46000.15') })).toBe(false);
    expect(stub.of('AmendOrder')).toEqual([]);
  });

  it.each([
    ['EService:Unavailable', 'exchange-unavailable'],
    ['reset', 'exchange-unavailable'],
    ['{"error":[],"result":{}}', 'exchange-unavailable'],
    ['EGeneral:Permission denied', 'exchange-misconfigured'],
  ])('after %s is not known to have come', async (reply, code) => {
    stub.on('AmendOrder', reply);
    await expect(stubAccount(stub).account.amend(stop, change)).rejects.toMatchObject({ code });
  });
});

describe('a cancel', () => {
  it('names the order by our id', async () => {
    stub.on('CancelOrder', { count: 1 });
    await stubAccount(stub).account.cancel(order);
    expect(stub.of('CancelOrder')[0]?.form).toMatchObject({ cl_ord_id: CLIENT_ID });
  });

  it('of an order that is not open is no error', async () => {
    stub.on('CancelOrder', 'EOrder:Unknown order');
    await stubAccount(stub).account.cancel(order);
    stub.on('CancelOrder', { count: 0 });
    await stubAccount(stub).account.cancel(order);
  });

  it.each([
    ['EService:Busy', 'exchange-unavailable'],
    ['EAPI:Invalid nonce', 'exchange-unavailable'],
    [504, 'exchange-unavailable'],
    ['EOrder:Rate limit exceeded', 'exchange-throttled'],
    ['ETrade:User Locked', 'exchange-misconfigured'],
  ] as const)('after %s has not come for all we know', async (reply, code) => {
    stub.on('CancelOrder', reply);
    await expect(stubAccount(stub).account.cancel(order)).rejects.toMatchObject({ code });
  });
});

describe('an address for orders', () => {
  const options = {
    key: async () => ({ apiKey: 'k', secret: 's' }),
    store: memory(),
    account: 'live',
    tier: 'pro',
    nowMs: () => NOW_MS,
    pauseMs: async () => undefined,
  } as const;

  it.each(['http://api.kraken.com', 'ftp://localhost', 'nowhere'])('%s is refused', (baseUrl) => {
    expect(() => krakenAccount({ ...options, baseUrl })).toThrow(
      `The address '${baseUrl}' is not safe for orders.`,
    );
  });

  it('is https, or http on this machine', () => {
    for (const baseUrl of ['https://api.kraken.com', 'http://127.0.0.1:1', 'http://localhost:1', undefined])
      expect(krakenAccount({ ...options, baseUrl }).answersAtOnce).toBe(false);
  });
});
