import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type KrakenStub, krakenStub, NOW_MS, sent, stubAccount } from '../../helpers/kraken-account.ts';
import { krakenPairs } from '../../helpers/kraken-public.ts';

let stub: KrakenStub;
beforeAll(async () => {
  stub = await krakenStub();
});
beforeEach(() => {
  stub.calls.length = 0;
  stub.on('AssetPairs', krakenPairs);
});
afterAll(() => stub.close());

const volume = {
  currency: 'ZUSD',
  volume: '60000.0',
  fees: { XXBTZUSD: { fee: '0.2400', minfee: '0.0500', nextfee: '0.2200' } },
  fees_maker: { XXBTZUSD: { fee: '0.1400' } },
};

describe('Kraken tells its account', () => {
  it('the rules of a pair with the fees of this account, from percent', async () => {
    stub.on('TradeVolume', volume);
    expect(await stubAccount(stub).account.instrument('BTC/USD')).toMatchObject({
      symbol: 'BTC/USD',
      minQuantity: '0.001',
      makerFee: '0.0014',
      takerFee: '0.0024',
    });
    expect(stub.of('TradeVolume')[0]?.form).toMatchObject({ pair: 'XXBTZUSD' });
  });

  it('that both fees are one where it names no other', async () => {
    stub.on('TradeVolume', { ...volume, fees_maker: undefined });
    expect(await stubAccount(stub).account.instrument('BTC/USD')).toMatchObject({ makerFee: '0.0024' });
  });

  it('the time, the best prices, and what is switched off', async () => {
    stub.on('Time', { unixtime: NOW_MS / 1000, rfc1123: '' });
    stub.on('SystemStatus', { status: 'cancel_only', timestamp: '' });
    const { account } = stubAccount(stub);
    expect(await account.serverTimeMs()).toBe(NOW_MS);
    expect(await account.quote('BTC/USD')).toEqual({ bid: 49_999.9, ask: 50_000 });
    expect(await account.status()).toBe('cancel_only');
    expect(await account.pairStatus('BTC/USD')).toBe('online');
    stub.on('AssetPairs', { XXBTZUSD: { ...krakenPairs.XXBTZUSD, status: 'post_only' } });
    expect(await account.pairStatus('BTC/USD')).toBe('post_only');
  });

  it('balances in our currencies, without what is staked or lent', async () => {
    stub.on('Balance', {
      XXBT: '0.5000000000',
      XBT: '0.25',
      'XBT.F': '7',
      ZUSD: '200000.0000',
      'USD.M': '9',
      'ETH2.S': '8',
      USDT: '0.00000000',
    });
    expect(await stubAccount(stub).account.balances()).toEqual(
      new Map([
        ['BTC', '0.75'],
        ['USD', '200000'],
        ['USDT', '0'],
      ]),
    );
  });

  it('what the key may do', async () => {
    const permissions = ['query-funds', 'query-open-trades', 'modify-trades', 'close-trades'];
    stub.on('GetApiKeyInfo', { permissions, nonce_window: '0', ip_allowlist: [''] });
    const { account } = stubAccount(stub);
    expect(await account.keyRights()).toEqual({
      canWithdraw: false,
      missing: ['Orders and trades: Query closed orders & trades'],
      nonceWindow: 0,
      addresses: [],
    });
    stub.on('GetApiKeyInfo', { permissions: ['withdraw-funds'], ip_allowlist: ['203.0.113.7'] });
    expect(await account.keyRights()).toMatchObject({
      canWithdraw: true,
      nonceWindow: null,
      addresses: ['203.0.113.7'],
    });
    stub.on('GetApiKeyInfo', { permissions: ['update-withdraw-address'] });
    expect(await account.keyRights()).toMatchObject({ canWithdraw: true });
  });
});

it('a pair that it does not trade is not found', async () => {
  const { account } = stubAccount(stub);
  await expect(account.quote('NOPE/USD')).rejects.toMatchObject({ code: 'not-found' });
  stub.on('AssetPairs', 'EQuery:Unknown asset pair');
  await expect(account.pairStatus('NOPE/USD')).rejects.toMatchObject({
    code: 'not-found',
    message: "Kraken does not trade 'NOPE/USD'.",
  });
});

it.each([
  [502, 'source-unavailable'],
  ['EService:Unavailable', 'source-unavailable'],
  ['{"error":[],"result":{"XXBT":"1e9"}}', 'source-unavailable'],
  ['EAPI:Rate limit exceeded', 'exchange-throttled'],
  ['EGeneral:Permission denied', 'exchange-misconfigured'],
] as const)('what gets %s is told as %s', async (reply, code) => {
  stub.on('Balance', reply);
  await expect(stubAccount(stub).account.balances()).rejects.toMatchObject({ code });
});

it('a stop is placed by rules that are older while Kraken does not tell them', async () => {
  const traded = stubAccount(stub);
  stub.on('AddOrder', { txid: ['OUF4EM-FRGI2-MQMWZD'] });
  await sent(traded);
  traded.clock.nowMs += 3_600_000;
  stub.on('AssetPairs', 503);
  expect(await sent(traded)).toEqual({ kind: 'accepted' });
  // Between mark and sending there are three seconds, and the question may take five: once a minute.
  expect(stub.of('AssetPairs')).toHaveLength(2);
});

it('the rules of a pair are asked for once an hour; whether it trades, each time', async () => {
  const { account, clock } = stubAccount(stub);
  await account.quote('BTC/USD');
  await account.quote('BTC/USD');
  expect(stub.of('AssetPairs')).toHaveLength(1);
  clock.nowMs += 3_600_000;
  await account.quote('BTC/USD');
  await account.pairStatus('BTC/USD');
  expect(stub.of('AssetPairs')).toHaveLength(3);
});
