import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { DecimalText } from '../../../shared/core/decimal.ts';
import type { OrderRequest } from '../../../shared/ports/exchange.ts';
import {
  CLIENT_ID,
  exampleKey,
  exampleSecret,
  type KrakenStub,
  krakenStub,
  NOW_MS,
  sent,
  stopRequest,
  stubAccount,
} from '../../helpers/kraken-account.ts';

let stub: KrakenStub;
beforeAll(async () => {
  stub = await krakenStub();
});
beforeEach(() => {
  stub.calls.length = 0;
  stub.on('AddOrder', { descr: { order: '…' }, txid: ['OUF4EM-FRGI2-MQMWZD'] });
});
afterAll(() => stub.close());

const text = (value: string) => value as DecimalText;
const entry: OrderRequest = {
  ...stopRequest,
  side: 'buy',
  kind: 'market',
  isEntry: true,
  quantity: text('0.1'),
  budget: text('10000'),
};

describe('an order', () => {
  it('is sent with the nonce and the deadline of its mark, and its id', async () => {
    const traded = stubAccount(stub);
    const permit = await traded.account.permit(stopRequest);
    expect(permit).toMatchObject({ kind: 'granted' });
    const nonce = permit.kind === 'granted' ? permit.nonce : '';
    const mark = { sentAtMs: NOW_MS, deadlineMs: NOW_MS + 4321, nonce };
    expect(await traded.account.place(stopRequest, { atMs: NOW_MS, mark })).toEqual({ kind: 'accepted' });
    expect(stub.of('AddOrder').map(({ form }) => form)).toEqual([
      {
        nonce,
        pair: 'XXBTZUSD',
        type: 'sell',
        ordertype: 'stop-loss',
        volume: '0.5',
        price: '45000.5',
        trigger: 'last',
        oflags: 'fciq',
        cl_ord_id: CLIENT_ID,
        deadline: '2026-11-01T00:00:04.321Z',
      },
    ]);
  });

  it('of an entry is priced by the offer that was seen with its permit', async () => {
    expect(await sent(stubAccount(stub), entry)).toEqual({ kind: 'accepted' });
    expect(stub.of('AddOrder')[0]?.form).toMatchObject({
      ordertype: 'limit',
      timeinforce: 'IOC',
      // 50,000 × 1.01
      price: '50500',
      volume: '0.1',
    });
  });

  it.each([
    ['EOrder:Insufficient funds', 'refused'],
    ['EOrder:Post only order', 'refused'],
    ['EService:Market in cancel_only mode', 'later'],
    ['EService:Deadline elapsed', 'later'],
    ['EAPI:Invalid nonce', 'later'],
    ['EGeneral:Permission denied', 'misconfigured'],
    ['EAPI:Invalid key', 'misconfigured'],
  ])('that gets %s was certainly not placed: %s', async (error, kind) => {
    stub.on('AddOrder', error);
    expect(await sent(stubAccount(stub))).toEqual({ kind, why: error });
    expect(stub.of('AddOrder')).toHaveLength(1);
  });

  it.each([
    'EService:Unavailable',
    'EService:Busy',
    'EGeneral:Internal error[ab12]',
    'EOrder:Nobody knows this',
    'EOrder:Insufficient funds|EService:Timeout',
    502,
    504,
    520,
    429,
    'hang',
    'reset',
    '{"error":[],"result":{"txid":["OUF4',
    '{"error":[],"result":{"descr":{"order":"sell"}}}',
    '{"error":[],"result":{"txid":[]}}',
    '{"error":["EOrder:Insufficient funds"],"result":{"txid":["OUF4EM"]}}',
    '[]',
    '<html>',
  ] as const)('that gets %s may have been placed, and is sent once', async (reply) => {
    stub.on('AddOrder', reply);
    await expect(sent(stubAccount(stub, { timeoutMs: 150 }))).rejects.toMatchObject({
      code: 'exchange-unavailable',
    });
    expect(stub.of('AddOrder')).toHaveLength(1);
  });

  it('that comes with a warning is accepted', async () => {
    stub.on('AddOrder', '{"error":["WGeneral:Danger"],"result":{"txid":["OUF4EM"]}}');
    expect(await sent(stubAccount(stub))).toEqual({ kind: 'accepted' });
  });

  it('that Kraken would refuse by its size is not sent', async () => {
    expect(await sent(stubAccount(stub), { ...stopRequest, quantity: text('0.0001') })).toEqual({
      kind: 'refused',
      why: 'the quantity 0.0001 is below the minimum of BTC/USD, 0.001',
    });
    expect(stub.of('AddOrder')).toEqual([]);
  });

  it('meets an exchanged key: not sent again under its mark', async () => {
    stub.on('AddOrder', 'EAPI:Invalid key');
    let reads = 0;
    const key = async () => ({ apiKey: `${exampleKey}-${++reads}`, secret: exampleSecret });
    expect(await sent(stubAccount(stub, { key }))).toEqual({ kind: 'later', why: 'the key was exchanged' });
    expect(stub.of('AddOrder')).toHaveLength(1);
  });

  it('without a key that can be read was certainly not placed', async () => {
    const key = async () => ({ apiKey: '', secret: '' });
    expect(await sent(stubAccount(stub, { key }))).toMatchObject({ kind: 'misconfigured' });
  });
});

describe('a mark', () => {
  it.each([
    ['monotonicMs', 3001, 10_000],
    ['nowMs', 3001, 10_000],
    // Kraken wants two seconds.
    ['nowMs', 2000, 3999],
  ] as const)(
    'is too old when %s is %i later, its deadline %i: nothing is sent',
    async (which, laterMs, deadlineMs) => {
      const traded = stubAccount(stub);
      const permit = await traded.account.permit(stopRequest);
      traded.clock[which] += laterMs;
      const nonce = permit.kind === 'granted' ? permit.nonce : '';
      const mark = { sentAtMs: NOW_MS, deadlineMs: NOW_MS + deadlineMs, nonce };
      await expect(traded.account.place(stopRequest, { atMs: NOW_MS, mark })).rejects.toMatchObject({
        code: 'state-contended',
        message: expect.stringContaining(`The order ${CLIENT_ID} was not sent`),
      });
      expect(stub.of('AddOrder')).toEqual([]);
    },
  );

  it('of three seconds is still sent', async () => {
    const traded = stubAccount(stub);
    const permit = await traded.account.permit(stopRequest);
    traded.clock.monotonicMs += 3000;
    traded.clock.nowMs += 3000;
    const nonce = permit.kind === 'granted' ? permit.nonce : '';
    const mark = { sentAtMs: NOW_MS, deadlineMs: NOW_MS + 5000, nonce };
    expect(await traded.account.place(stopRequest, { atMs: NOW_MS, mark })).toEqual({ kind: 'accepted' });
  });

  it('is too old behind a call that took long', async () => {
    const traded = stubAccount(stub);
    stub.on('Balance', () => {
      traded.clock.monotonicMs += 3001;
      return {};
    });
    const permit = await traded.account.permit(stopRequest);
    const slow = traded.account.balances();
    const nonce = permit.kind === 'granted' ? permit.nonce : '';
    const mark = { sentAtMs: NOW_MS, deadlineMs: NOW_MS + 10_000, nonce };
    await expect(traded.account.place(stopRequest, { atMs: NOW_MS, mark })).rejects.toMatchObject({
      code: 'state-contended',
    });
    await slow;
    expect(stub.of('AddOrder')).toEqual([]);
  });

  it('is used once, and only by the process that has its permit', async () => {
    const { account } = stubAccount(stub);
    const permit = await account.permit(stopRequest);
    const nonce = permit.kind === 'granted' ? permit.nonce : '';
    const mark = { sentAtMs: NOW_MS, deadlineMs: NOW_MS + 10_000, nonce };
    await account.place(stopRequest, { atMs: NOW_MS, mark });
    await expect(account.place(stopRequest, { atMs: NOW_MS, mark })).rejects.toMatchObject({
      code: 'state-contended',
    });
    expect(stub.of('AddOrder')).toHaveLength(1);
  });
});

describe('a permit', () => {
  it('is not given when the budget of entries is used, and says when it may be', async () => {
    const { account } = stubAccount(stub);
    const granted = async (isEntry: boolean) => {
      for (let count = 0; ; count++) {
        const permit = await account.permit({ symbol: 'BTC/USD', isEntry });
        if (permit.kind === 'later') return { count, why: permit.why };
      }
    };
    expect(await granted(true)).toEqual({
      count: 31,
      why: 'Kraken allows no more calls for 0.8 s, and the rest is kept for stops and exits',
    });
    expect((await granted(false)).count).toBe(21);
    expect(stub.of('AddOrder')).toEqual([]);
  });

  it('comes later when the pair cannot be asked for', async () => {
    const alone = await krakenStub();
    alone.on('AssetPairs', 502);
    const { account } = stubAccount(alone);
    expect(await account.permit(stopRequest)).toEqual({
      kind: 'later',
      why: 'Kraken gave no usable answer to AssetPairs: HTTP 502.',
    });
    await alone.close();
  });

  it('makes our counter of a pair full when Kraken says that its own is', async () => {
    stub.on('AddOrder', 'EOrder:Rate limit exceeded');
    const traded = stubAccount(stub);
    expect(await sent(traded)).toEqual({ kind: 'later', why: 'EOrder:Rate limit exceeded' });
    expect(await traded.account.permit(stopRequest)).toMatchObject({ kind: 'later' });
    expect(await traded.account.permit({ ...stopRequest, symbol: 'ETH/USD' })).toMatchObject({
      kind: 'granted',
    });
  });
});

describe('a rehearsal', () => {
  it('has the order checked and not placed', async () => {
    stub.on('AddOrder', { descr: { order: 'sell 0.5 XBTUSD @ stop loss 45000.5' } });
    const { account } = stubAccount(stub);
    expect(await account.rehearse(stopRequest)).toEqual({ kind: 'accepted' });
    expect(stub.of('AddOrder')[0]?.form).toMatchObject({
      validate: 'true',
      cl_ord_id: CLIENT_ID,
      deadline: '2026-11-01T00:00:10.000Z',
    });
  });

  it('gives what Kraken says', async () => {
    stub.on('AddOrder', 'EOrder:Insufficient funds');
    const { account } = stubAccount(stub);
    expect(await account.rehearse(entry)).toEqual({ kind: 'refused', why: 'EOrder:Insufficient funds' });
  });
});
