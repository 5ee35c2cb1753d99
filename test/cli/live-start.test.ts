import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openWorkspace } from '../../cli/context.ts';
import type { KrakenAccount } from '../../cli/context-live.ts';
import { liveMarketOf } from '../../cli/live-market.ts';
import { sqliteStateStore } from '../../shared/adapters/sqlite/state-store.ts';
import { listBreakers } from '../../shared/app/breakers.ts';
import { textOf, unitsOf } from '../../shared/core/decimal.ts';
import { AppError } from '../../shared/core/errors.ts';
import { clientOrderId } from '../../shared/core/execution/client-id.ts';
import { HOUR_MS } from '../../shared/core/market/timeframes.ts';
import { filesIn, NOWHERE, type Outcome, runCli, temporaryFolder } from '../helpers/cli.ts';
import { fakeVenue } from '../helpers/fake-venue.ts';
import { makeLiveAccount } from '../helpers/live-account.ts';
import { type SimulatedNow, simulatedNow } from '../helpers/simulated-now.ts';

const { folder, remove } = temporaryFolder();
afterAll(remove);
const flag = '--i-understand-that-real-money-is-traded';
const why = ['--why', 'a test'];
let runs = 0;
let data = '';
let cwd = '';
let kraken: SimulatedNow;

beforeEach(() => {
  data = join(folder, `data-${++runs}`);
  cwd = join(folder, `work-${runs}`);
  mkdirSync(cwd);
});
afterEach(async () => {
  await kraken?.close();
  vi.restoreAllMocks();
});

/** Opens a simulated Kraken, with its key in `.env` and its address in a config. */
async function opened(...options: Parameters<typeof simulatedNow>): Promise<void> {
  kraken = await simulatedNow(...options);
  const { apiKey, secret } = kraken.key;
  writeFileSync(join(cwd, '.env'), `EXCHANGE_API_KEY=${apiKey}\nEXCHANGE_API_SECRET=${secret}\n`, {
    mode: 0o600,
  });
  writeConfig(kraken.baseUrl);
}

const config = () => join(cwd, 'live.yaml');
function writeConfig(baseUrl: string): void {
  writeFileSync(config(), `mode: live\nkraken: { tier: intermediate, baseUrl: "${baseUrl}" }\n`);
}

async function run(...words: string[]): Promise<Outcome> {
  vi.spyOn(process, 'cwd').mockReturnValue(cwd);
  for (const name of ['EXCHANGE_API_KEY', 'EXCHANGE_API_SECRET']) vi.stubEnv(name, undefined);
  return runCli(...words, '--config', config(), '--data', data);
}
const start = (...words: string[]) => run('start', '--once', flag, ...words);
const status = async () => JSON.parse((await run('status', '--json')).stdout);

describe('the first start with real money', () => {
  it('looks at everything, rehearses an order of each kind, and begins halted and without capital', async () => {
    await opened();
    const { code, stdout, stderr } = await start();
    expect([code, stderr]).toEqual([0, '']);
    const head = `LIVE: REAL MONEY on a simulated Kraken at ${kraken.baseUrl}\naccount live, tier intermediate; BTC/USD ETH/USD\n`;
    expect(stdout).toContain(head);
    expect(stdout).not.toMatch(/^FAIL|PAPER/m);
    for (const symbol of ['BTC/USD', 'ETH/USD'])
      for (const kind of ['market buy', 'post-only limit buy', 'capped buy'])
        expect(stdout).toMatch(new RegExp(`^ok {4}${symbol} ${kind} +Kraken would take it$`, 'm'));
    expect(stdout).toMatch(
      /^warn {2}armed +halted: it decides, and buys nothing \(nobody has allowed entries yet\)$/m,
    );
    expect(stdout).toMatch(/^20\d\d-.* {2}(BTC|ETH)\/USD /m);
    expect(stdout).toContain('Stops rest at Kraken; nobody watches them until the next start.');
    expect(kraken.world.book.orders.size).toBe(0);
    expect(await status()).toMatchObject({
      mode: 'live',
      source: `kraken-live at ${kraken.baseUrl}`,
      capital: '0',
      breakers: [{ scope: 'manual', why: 'Never armed.', version: 0 }],
    });
  });

  it('is followed by capital and by a reset, which the next watch carries out', async () => {
    await opened();
    await start();
    expect((await run('capital', 'add', '500', ...why)).code).toBe(0);
    expect((await run('breaker', 'reset', 'manual', '--version', '0', ...why)).code).toBe(0);
    const { code, stdout } = await start('--json');
    expect([code, JSON.parse(stdout)]).toMatchObject([0, { account: 'live', isLive: true, equity: '500' }]);
    expect(await status()).toMatchObject({ capital: '500', cash: '500', breakers: [], requests: [] });
  });

  it('leaves key and secret in no output and in no file but .env', async () => {
    await opened();
    vi.stubEnv('LOG_LEVEL', 'debug');
    const told = [await start(), await run('doctor'), await run('status')];
    const kept = Object.values(filesIn(data)).map((text) => Buffer.from(text, 'base64').toString('latin1'));
    expect(kept.length).toBeGreaterThan(1);
    const all = [...told.flatMap(({ stdout, stderr }) => [stdout, stderr]), ...kept].join('\n');
    const { apiKey, secret } = kraken.key;
    for (const hidden of [
      apiKey,
      secret,
      secret.slice(0, 20),
      Buffer.from(secret, 'base64').toString('latin1'),
    ])
      expect(all.includes(hidden)).toBe(false);
  });
});

describe('real money is not traded', () => {
  const refused = async (told: RegExp) => {
    const { code, stdout, stderr } = await start();
    expect(code).toBe(1);
    expect(stdout).toMatch(told);
    expect(stderr).toMatch(
      /^exchange-misconfigured: Real money is not traded like this: .* No order was placed\.\n/,
    );
    expect(kraken.world.book.orders.size).toBe(0);
    expect((await run('status')).code).toBe(1);
  };

  it('with a key that may withdraw', async () => {
    await opened({ mayWithdraw: true });
    await refused(/^FAIL {2}key +may withdraw: /m);
  });

  it('with a key that has a nonce window', async () => {
    await opened({ nonceWindow: 10 });
    await refused(/^FAIL {2}key +has a nonce window of 10: /m);
  });

  it('with a clock that is five seconds off', async () => {
    await opened({}, 5_000);
    await refused(/^FAIL {2}clock +[45]\.\d s behind Kraken's, /m);
  });

  it('while Kraken takes no orders', async () => {
    await opened();
    kraken.world.book.setMode('cancel_only');
    await refused(/^FAIL {2}Kraken +cancel_only$/m);
  });

  it('on a state that was made at another address', async () => {
    await opened();
    await start();
    const [first] = [kraken];
    await opened();
    const { code, stderr } = await start();
    await first.close();
    expect(code).toBe(1);
    expect(stderr).toContain(
      `account-mismatch: Account 'live' trades on the source 'kraken-live at ${first.baseUrl}', not on 'kraken-live at ${kraken.baseUrl}'.`,
    );
  });
});

describe('an order under an id of ours that nobody knows', () => {
  it('keeps real money from being traded until a person says what it is', { timeout: 30_000 }, async () => {
    await opened();
    const { book } = kraken.world;
    const id = clientOrderId({ account: 'live', symbol: 'BTC/USD', tickMs: 1, purpose: 'entry', number: 0 });
    const nowMs = kraken.world.nowMs();
    const placed = book.add(
      {
        pair: 'XXBTZUSD',
        side: 'buy',
        type: 'limit',
        volume: unitsOf('0.01'),
        price: unitsOf('30000'),
        clOrdId: id,
      },
      { nowMs },
    );
    const txid = 'order' in placed ? placed.order.txid : '';
    const refused = await start();
    expect([refused.code, refused.stdout]).toEqual([
      1,
      expect.stringMatching(
        new RegExp(`^FAIL {2}orphan +${txid}, open: buy 0.01 of BTC/USD, under an id of ours`, 'm'),
      ),
    ]);
    // Nothing was watched yet, and the screen of the account says so.
    expect((await run('status')).stdout).toMatch(
      /^equity {5}0\.00 USD, from 0\.00\n.*\nlast tick {2}never; next never\n/m,
    );
    expect((await run('breaker', 'ignore', txid, ...why)).code).toBe(0);
    expect(await start()).toMatchObject({ code: 0, stderr: '' });
    expect(await status()).toMatchObject({
      orphans: [],
      outcomes: [{ what: `ignore ${txid}`, isDone: true }],
    });
    expect(book.openOrder({ txid })).toBeDefined();
  });
});

describe('a start with something open', () => {
  it('rehearses nothing, forgives what the engine guards against, and places the stop that is missing', async () => {
    await opened();
    const source = `kraken-live at ${kraken.baseUrl}`;
    const atMs = Math.floor(Date.now() / (4 * HOUR_MS)) * 4 * HOUR_MS;
    // The market of the test is never below 47,000. The books have 2,000 USD and 0.01 BTC, and both are there.
    await makeLiveAccount(data, { atMs, source, price: 45_000 });
    kraken.world.book.deposit('XXBT', unitsOf('0.01'));
    // Fees above those of the config keep an account that holds nothing from starting.
    writeFileSync(config(), `${readFileSync(config(), 'utf8')}fees: { taker: 0.003 }\n`);
    const { code, stdout } = await start();
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^warn {2}BTC\/USD fees +this account pays 0\.0025 maker, 0\.004 taker; the config reckons with less/m,
    );
    expect(stdout).not.toMatch(/Kraken would take it/);
    expect(await status()).toMatchObject({
      positions: [{ isStopResting: true, stop: '44100' }],
      unprotected: [],
    });
    expect(
      [...kraken.world.book.inForce()].map(({ type, side, price }) => [type, side, textOf(price)]),
    ).toEqual([['stop-loss', 'sell', '44100']]);
  });
});

describe('doctor and a dry run with mode live', () => {
  it('find what start would find, and place nothing', async () => {
    await opened();
    const { code, stdout } = await run('doctor');
    expect(stdout).toMatch(/^live\nok {4}key +may trade and not withdraw/m);
    // Its clock is that of the exchange that the config names.
    expect(stdout).toMatch(/^clock\nok {4}here .*\nok {4}Kraken +\d\.\d s /m);
    expect(stdout).toMatch(/\nReady to trade REAL MONEY, with \d+ warnings\.\n$/);
    expect(code).toBe(0);
    const dry = await run('start', '--dry-run');
    expect(dry.stdout).toMatch(
      /^DRY RUN on a simulated Kraken at .*: nothing is stored, nothing is placed\n/,
    );
    expect(filesIn(data)).toEqual({});
    expect(kraken.world.book.orders.size).toBe(0);
  });
});

it('a key that Kraken refuses while it trades halts the account, and the loop ends', async () => {
  const store = sqliteStateStore({ file: ':memory:', durability: 'relaxed' });
  const never = async () => {
    throw new AppError('exchange-misconfigured', 'Kraken refuses the key: EAPI:Invalid key', 'Mend it.');
  };
  const refusing: KrakenAccount = {
    ...fakeVenue(),
    answersAtOnce: false,
    hasMinimums: true,
    permit: never,
    place: never,
    find: never,
    amend: never,
    cancel: never,
    openOrders: never,
    filledSince: never,
  };
  const file = join(folder, 'refusing.yaml');
  writeFileSync(file, `mode: live\nkraken: { baseUrl: "${NOWHERE}" }\n`);
  const steps = liveMarketOf(openWorkspace({ data: folder, config: file }), refusing).stepsOver(store);
  await steps.begin(Date.now());
  await expect(steps.step(Date.now())).rejects.toMatchObject({ code: 'exchange-misconfigured' });
  expect(await listBreakers(store, 'live')).toMatchObject([
    { scope: 'manual', isTripped: true, version: 1, by: 'engine', why: 'Never armed.' },
  ]);
  store.close();
});
