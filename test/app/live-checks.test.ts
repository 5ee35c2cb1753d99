import { afterAll, describe, expect, it } from 'vitest';
import { sqliteStateStore } from '../../shared/adapters/sqlite/state-store.ts';
import { type Account, loadAccount, openAccount } from '../../shared/app/account.ts';
import { askFor } from '../../shared/app/ask.ts';
import { examineLive } from '../../shared/app/live-checks.ts';
import { type Config, parseConfig } from '../../shared/core/config.ts';
import { type DecimalText, unitsOf } from '../../shared/core/decimal.ts';
import { AppError } from '../../shared/core/errors.ts';
import { clientOrderId } from '../../shared/core/execution/client-id.ts';
import { openPosition } from '../../shared/core/execution/position.ts';
import type { Finding } from '../../shared/core/finding.ts';
import type { Breaker } from '../../shared/core/risk/breakers.ts';
import type { ForeignOrder } from '../../shared/ports/exchange.ts';
import { barsOf } from '../helpers/bars.ts';
import { fakeVenue, type Said } from '../helpers/fake-venue.ts';
import { worldConfig } from '../helpers/world.ts';

const config: Config = parseConfig({ ...worldConfig(['BTC/USD']), risk: {} }, 'the test');

const store = sqliteStateStore({ file: ':memory:', durability: 'relaxed' });
afterAll(() => store.close());

/** What the exchange shows of the whole account. */
interface Shown {
  readonly open?: readonly ForeignOrder[];
  readonly filled?: readonly ForeignOrder[];
}

/** An account with so much capital, and what it holds. */
async function accountWith(capital: string, held?: string): Promise<Account> {
  const own = sqliteStateStore({ file: ':memory:', durability: 'relaxed' });
  const wanted = { account: 'live', source: 'kraken-live', capital: unitsOf(capital), createdMs: 0 };
  await openAccount(own, wanted);
  const loaded = await loadAccount(own, 'live');
  own.close();
  const closed: Breaker = { scope: 'manual', state: 'closed', untilMs: null, atMs: 0, why: 'go', by: 'ann' };
  const account = { ...loaded, breakers: new Map([['manual', { value: closed, version: 1 }]]) };
  if (held === undefined) return account;
  const [quantity, zero] = [unitsOf(held), 0n];
  const plan = {
    symbol: 'BTC/USD',
    tickMs: 0,
    stopLevel: 98_000,
    atr: 1_000,
    target: null,
    timeStopMs: null,
  };
  const fill = { atMs: 0, price: unitsOf('100000'), quantity, cost: zero, fee: zero };
  const position = openPosition({ ...plan, supporters: [] }, fill, 1);
  return { ...account, positions: new Map([['BTC/USD', { value: position, version: 1 }]]) };
}

/** Candles whose true range is 1,000 each, and one per cent of the price. */
const bars = barsOf('4h', Array.from({ length: 84 }, (_, i) => `${i}:100000`).join(' '));
const candles = { ...bars, high: bars.high.map(() => 100_500), low: bars.low.map(() => 99_500) };

async function findings(
  said: Said & Shown,
  account?: Account,
  own: Config = config,
): Promise<readonly Finding[]> {
  return examineLive({
    store,
    exchange: { openOrders: async () => said.open ?? [], filledSince: async () => said.filled ?? [] },
    venue: fakeVenue({ serverTimeMs: () => 500_000, ...said }),
    config: own,
    account,
    feed: { window: async () => candles },
    nowMs: () => 500_500,
    waitMs: async () => undefined,
  });
}

const text = (value: string) => value as DecimalText;
const told = (all: readonly Finding[]) =>
  all.map(({ level, subject, text }) => `${level} ${subject}: ${text}`);
const not = (all: readonly Finding[]) => all.filter(({ level }) => level !== 'ok');

describe('the checks before real money is traded', () => {
  it('are all ok of an account with enough of everything', async () => {
    // Least order 5 USD: 10 USD at a stop of one ATR, 80 at four in a random walk.
    const balances = { USD: '150.5', BTC: '2' };
    expect(told(await findings({ balances }, await accountWith('150')))).toEqual([
      'ok key: may trade and not withdraw; can be used from any address',
      "ok clock: 0.0 s ahead of Kraken's, to within 0.5 s",
      'ok Kraken: online',
      'ok BTC/USD: online',
      'ok BTC/USD fees: this account pays 0.0025 maker, 0.004 taker',
      'ok USD: 150.5 at Kraken, 150 in the books',
      'ok orphans: no order at Kraken under our ids but those in the books',
      'ok BTC/USD size: the least order needs an account of 10 USD at the tightest stop, of 80 at the widest',
      'ok armed: entries are allowed',
    ]);
  });

  it('before the first start say that nothing is allotted, and that nobody has allowed entries', async () => {
    expect(not(await findings({}))).toEqual([
      {
        level: 'warn',
        subject: 'capital',
        text: 'nothing is allotted: it decides, and buys nothing',
        remedy:
          '`npx --no hot-crypto capital add 100 --why "first money" --account live` once it has started.',
      },
      {
        level: 'warn',
        subject: 'armed',
        text: 'halted: it decides, and buys nothing (nobody has allowed entries yet)',
        remedy:
          '`npx --no hot-crypto breaker reset manual --version 0 --why "…" --account live` once it has started.',
      },
    ]);
  });

  it.each<[string, Said, readonly string[]]>([
    [
      'a key that may withdraw',
      { rights: { canWithdraw: true } },
      ['fail key: may withdraw: whoever gets hold of it could empty the account'],
    ],
    [
      'a key without rights, with a nonce window',
      { rights: { missing: ['Query funds', 'Create & modify orders'], nonceWindow: 5 } },
      [
        'fail key: lacks "Query funds", "Create & modify orders"',
        'fail key: has a nonce window of 5: an order that was given up could still be taken',
      ],
    ],
    [
      'a key whose nonce window nobody tells',
      { rights: { nonceWindow: null, addresses: ['203.0.113.7'] } },
      ['warn key: Kraken does not say its nonce window'],
    ],
    [
      'a clock that is 2.5 s ahead',
      { serverTimeMs: () => 497_500 },
      ["fail clock: 2.5 s ahead of Kraken's, to within 0.5 s"],
    ],
    ['an exchange that rests', { statuses: { Kraken: 'maintenance' } }, ['fail Kraken: maintenance']],
    ['a pair that rests', { statuses: { 'BTC/USD': 'cancel_only' } }, ['fail BTC/USD: cancel_only']],
    [
      'fees above those of the config',
      { fees: { maker: '0.0025', taker: '0.005' } },
      [
        'fail BTC/USD fees: this account pays 0.0025 maker, 0.005 taker; the config reckons with less: 0.0025 and 0.004',
      ],
    ],
    [
      'a balance that does not cover the capital',
      { balances: { USD: '149.4' } },
      ['fail USD: 149.4 at Kraken, 150 in the books'],
    ],
  ])('find %s', async (_, said, expected) => {
    const all = await findings({ balances: { USD: '150' }, ...said }, await accountWith('150'));
    expect(told(not(all))).toEqual(expected);
    for (const { level, remedy } of all) expect(remedy === null).toBe(level === 'ok');
  });

  it('say what a config with other fees would be', async () => {
    const lower = await findings({ fees: { maker: '0.001', taker: '0.002' } });
    expect(told(lower)).toContain(
      'ok BTC/USD fees: this account pays 0.001 maker, 0.002 taker; the config reckons with 0.0025 and 0.004',
    );
    const higher = await findings({ fees: { maker: '0.003', taker: '0.005' } });
    expect(not(higher)[0]?.remedy).toBe('Write into your config file: fees: { maker: 0.003, taker: 0.005 }');
  });

  it.each([
    ['9', 'fail', /: 9 USD can never buy it$/],
    ['11', 'warn', /allotted are 11$/],
    ['79', 'warn', /allotted are 79$/],
    ['81', 'ok', /at the widest$/],
  ])('of an account of %s USD and the least order are %s', async (capital, level, text) => {
    const all = await findings({ balances: { USD: capital } }, await accountWith(capital));
    const size = all.find(({ subject }) => subject === 'BTC/USD size');
    expect(size?.level).toBe(level);
    expect(size?.text).toMatch(text);
  });

  it('compare coin by coin, and only warn of what the engine guards against where something is open', async () => {
    const held = await accountWith('150', '0.1');
    const said = { balances: { USD: '150', BTC: '0.05' }, statuses: { Kraken: 'maintenance' } };
    expect(told(not(await findings(said, held)))).toEqual([
      'warn Kraken: maintenance',
      'warn BTC: 0.05 at Kraken, 0.1 in the books',
    ]);
    const stolen = await findings({ ...said, rights: { canWithdraw: true } }, held);
    expect(stolen[0]?.level).toBe('fail');
  });

  describe('of orders under ids of ours that the books do not know', () => {
    const ours = clientOrderId({
      account: 'live',
      symbol: 'BTC/USD',
      tickMs: 0,
      purpose: 'entry',
      number: 0,
    });
    const order: ForeignOrder = {
      exchangeId: 'OABCDE-12345-ABCDEF',
      clientOrderId: ours,
      symbol: 'BTC/USD',
      side: 'buy',
      quantity: text('0.01'),
      filled: text('0'),
      openedMs: 0,
      isOpen: true,
    };
    const orphaned = async (said: Shown, account?: Account) =>
      told(
        await findings({ balances: { USD: '150' }, ...said }, account ?? (await accountWith('150'))),
      ).filter((line) => /orphan/.test(line));

    it('fail, and leave orders of the owner alone', async () => {
      const own = { ...order, exchangeId: 'OMINE', clientOrderId: null };
      expect(await orphaned({ open: [order, own] })).toEqual([
        'fail orphan: OABCDE-12345-ABCDEF, open: buy 0.01 of BTC/USD, under an id of ours, and not in the books',
      ]);
      expect(await orphaned({ open: [own] })).toEqual([
        'ok orphans: no order at Kraken under our ids but those in the books',
      ]);
    });

    it('ask for filled ones only once a person has allowed entries', async () => {
      const account = await accountWith('150');
      const filled = [{ ...order, isOpen: false }];
      expect(await orphaned({ filled }, account)).toEqual([expect.stringMatching(/^ok /)]);
      const armed = { ...account.head.value, armedMs: 5 };
      expect(await orphaned({ filled }, { ...account, head: { value: armed, version: 1 } })).toEqual([
        expect.stringMatching(/^fail orphan: OABCDE-12345-ABCDEF, filled: /),
      ]);
    });

    it('pass when a person has ignored them, or has asked what is to be done and nobody did it yet', async () => {
      const account = await accountWith('150');
      const known = {
        ...order,
        clientOrderId: ours,
        quantity: 1n,
        filled: 0n,
        seenMs: 0,
        state: 'ignored' as const,
      };
      const { isOpen: _, ...orphan } = known;
      const orphans = new Map([[order.exchangeId, { value: orphan, version: 1 }]]);
      expect(await orphaned({ open: [order] }, { ...account, orphans })).toEqual([
        expect.stringMatching(/^ok /),
      ]);
      const ask = { id: 'ann:1', by: 'ann@desk', why: 'mine', askedMs: 1 };
      await askFor(store, 'live', { ask, wish: { kind: 'adopt', order: order.exchangeId } });
      expect(await orphaned({ open: [order] })).toEqual([expect.stringMatching(/^ok /)]);
    });
  });

  it('end at a key that Kraken does not take, and go on after anything else', async () => {
    const failing = (code: 'exchange-misconfigured' | 'exchange-unavailable') => () => {
      throw new AppError(code, 'no', 'Mend it.');
    };
    expect(told(await findings({ keyRights: failing('exchange-misconfigured') }))).toEqual([
      'fail key: no',
      'warn others: not looked at',
    ]);
    const away = await findings({ keyRights: failing('exchange-unavailable') });
    expect([away[0]?.text, away.length]).toEqual(['no', 10]);
  });
});

describe('a call that has no answer', () => {
  const away = () => new AppError('exchange-unavailable', 'HTTP 502', 'wait');
  const rights = { canWithdraw: false, missing: [], nonceWindow: 0, addresses: [] };
  const balances = { USD: '150' };

  it('is asked again: here nothing that is asked changes anything', async () => {
    let asked = 0;
    const keyRights = () => {
      if (++asked < 5) throw away();
      return rights;
    };
    expect(not(await findings({ balances, keyRights }, await accountWith('150')))).toEqual([]);
    expect(asked).toBe(5);
  });

  it('in the end keeps the account from trading, but not what is open from being watched', async () => {
    const keyRights = () => {
      throw away();
    };
    const level = async (account: Account) =>
      (await findings({ balances: { ...balances, BTC: '1' }, keyRights }, account)).find(
        ({ subject }) => subject === 'key',
      )?.level;
    expect(await level(await accountWith('150'))).toBe('fail');
    expect(await level(await accountWith('150', '0.001'))).toBe('warn');
  });
});
