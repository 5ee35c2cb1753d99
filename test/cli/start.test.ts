import { appendFileSync, mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openWorkspace } from '../../cli/context.ts';
import { openMarket } from '../../cli/markets.ts';
import { sqliteStateStore } from '../../shared/adapters/sqlite/state-store.ts';
import { DEFAULT_SYNTHETIC_SEED } from '../../shared/core/market/synthetic.ts';
import { HOUR_MS } from '../../shared/core/market/timeframes.ts';
import { barsOf } from '../helpers/bars.ts';
import { filesIn, jsonOf, NOWHERE, runCli, temporaryFolder } from '../helpers/cli.ts';
import { krakenPublic } from '../helpers/kraken-public.ts';

const { folder, remove } = temporaryFolder();
afterAll(remove);
afterEach(() => vi.unstubAllEnvs());
let data = '';
let runs = 0;
beforeEach(() => {
  data = join(folder, `data-${runs++}`);
});

const firstMs = Date.UTC(2025, 0, 1);
const once = (...words: string[]) => ['start', '--once', '--source', 'synthetic', '--data', data, ...words];

describe('start --once', () => {
  it('says that it is PAPER on a SYNTHETIC market, decides each symbol once, and goes on the next time', async () => {
    const first = await runCli(...once());
    expect([first.code, first.stderr]).toEqual([0, '']);
    const seeded = `PAPER on a SYNTHETIC market \\(made up from seed ${DEFAULT_SYNTHETIC_SEED}; `;
    expect(first.stdout).toMatch(new RegExp(`^HOT-Crypto \\S+ {3}${seeded}`));
    expect(first.stdout.match(/^2025-01-01 00:00 {2}(BTC|ETH)\/USD /gm)).toHaveLength(2);
    expect(first.stdout).toMatch(/Stopped \(SYNTHETIC market\)\. Equity 10,000\.00 USD, 0 open\./);
    const second = (await runCli(...once())).stdout;
    expect(second.match(/^2025-01-01 04:00 {2}(BTC|ETH)\/USD /gm)).toHaveLength(2);
    expect(second).not.toMatch(/^2025-01-01 00:00/m);
  });

  it('prints only JSON with --json', async () => {
    const summary = { account: 'paper-synthetic', isSynthetic: true, equity: '10000', openPositions: 0 };
    const decisions = [{ symbol: 'BTC/USD' }, { symbol: 'ETH/USD' }];
    expect(await jsonOf(...once())).toMatchObject({ ...summary, lastTickMs: firstMs, decisions });
    expect(await jsonOf(...once())).toMatchObject({
      ...summary,
      lastTickMs: firstMs + 4 * HOUR_MS,
      decisions,
    });
  });

  it('without a source and without a network says in one line that the market is made up', async () => {
    const { code, stdout, stderr } = await runCli('start', '--once', '--data', data);
    expect(code).toBe(0);
    expect(stderr).toBe(
      'Kraken cannot be reached from here: trading on the SYNTHETIC market (--source kraken says why).\n',
    );
    expect(stdout).toMatch(/PAPER on a SYNTHETIC market/);
  });

  it('with --source kraken and without a network refuses, and stores nothing', async () => {
    const { code, stdout, stderr } = await runCli('start', '--once', '--source', 'kraken', '--data', data);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(
      new RegExp(
        `^source-unavailable: Kraken at ${NOWHERE} gave no rules .*ECONNREFUSED.*\\n {2}→ .*--source synthetic.*\\n$`,
      ),
    );
    expect(filesIn(data)).toEqual({});
  });

  it('on Kraken decides the newest tick of both symbols and keeps the candles', async () => {
    const hours4 = Math.floor(Date.now() / (4 * HOUR_MS));
    const days = Math.floor(Date.now() / (24 * HOUR_MS));
    const bars = (timeframe: '4h' | '1d', last: number) =>
      barsOf(timeframe, Array.from({ length: 722 }, (_, i) => `${last - 721 + i}:100`).join(' '), 0);
    const candles = { '240': bars('4h', hours4), '1440': bars('1d', days) };
    const pairs = ['XXBTZUSD', 'XETHZUSD'].flatMap((pair) =>
      Object.entries(candles).map(([minutes, columns]) => [`${pair}/${minutes}`, columns] as const),
    );
    const server = await krakenPublic(Object.fromEntries(pairs));
    vi.stubEnv('HOT_CRYPTO_KRAKEN_URL', server.baseUrl);
    try {
      const { code, stdout, stderr } = await runCli('start', '--once', '--data', data);
      expect(code).toBe(0);
      // The server's BTC/USD has another minimum than config/markets.yaml: Kraken's word counts.
      expect(stderr).toContain("BTC/USD: Kraken's minQuantity 0.001 is used, not 0.00005 of the config.\n");
      expect(stdout).toMatch(/PAPER on Kraken\n/);
      expect(stdout.match(/^20\d\d-.* {2}(BTC|ETH)\/USD .* waits /gm)).toHaveLength(2);
      expect(Object.keys(filesIn(join(data, 'candles'))).join()).toMatch(/venue=kraken.*timeframe=4h/);
      const status = (await runCli('status', '--data', data)).stdout;
      expect(status).toMatch(/^paper-kraken {3}PAPER on kraken-api\n/);
    } finally {
      await server.close();
    }
  });
});

describe('start --dry-run', () => {
  it('decides with reasons and stores nothing', async () => {
    const { code, stdout, stderr } = await runCli(...once('--dry-run'));
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^DRY RUN on a SYNTHETIC market .*: nothing is stored, nothing is placed\n/);
    expect(stdout).toMatch(/^ {2}Nothing is held, and no strategy votes long\.$/m);
    expect(filesIn(data)).toEqual({});
  });

  it('sees an account as it is and leaves it so', async () => {
    await runCli(...once());
    const before = await jsonOf('status', '--data', data);
    expect(await jsonOf(...once('--dry-run'))).toMatchObject({
      decisions: [{ atMs: firstMs + 4 * HOUR_MS }, { atMs: firstMs + 4 * HOUR_MS }],
    });
    expect(await jsonOf('status', '--data', data)).toEqual(before);
  });

  it('on a state file without an account decides as for a new one', async () => {
    sqliteStateStore({ file: join(data, 'accounts/paper-synthetic.sqlite'), durability: 'full' }).close();
    expect(await jsonOf(...once('--dry-run'))).toMatchObject({
      decisions: [{ atMs: firstMs }, { atMs: firstMs }],
    });
  });
});

describe('a state file', () => {
  const file = () => join(data, 'accounts/paper-synthetic.sqlite');
  const refusals = async () => {
    const outcomes = [];
    for (const words of [
      once(),
      once('--dry-run'),
      ['status', '--data', data],
      ['why', 'BTC', '--data', data],
    ])
      outcomes.push(await runCli(...words));
    return outcomes;
  };

  it.each([
    [
      'that is no database',
      'not a database',
      () => writeFileSync(file(), 'not a database at all, but a text\n'),
    ],
    [
      'of a newer program',
      'has schema number 99; this program knows numbers up to',
      () => setPragma('user_version = 99'),
    ],
    ['of another program', 'is a database of another program', () => setPragma('application_id = 1')],
    ['that is empty', 'is empty: its content is lost', () => writeFileSync(file(), '')],
    ['cut off', 'is damaged \\(', () => truncateSync(file(), 8192)],
    [
      'with an amount that was changed',
      'is damaged \\(in the item "ACCOUNT#paper-synthetic / CASH"\\)',
      () => change("UPDATE items SET body = replace(body, '10000', '90000') WHERE sk = 'CASH'"),
    ],
  ])('%s is refused by every verb, and left as it is', async (_, told, spoil) => {
    await runCli(...once());
    spoil();
    const before = filesIn(data);
    for (const { code, stdout, stderr } of await refusals()) {
      expect(code).toBe(1);
      expect(stdout).not.toMatch(/waits/);
      expect(stderr.split('\n')).toEqual([
        expect.stringMatching(new RegExp(`^state-invalid: the state file ".*" .*${told}`)),
        expect.stringMatching(/^ {2}→ Nothing was (changed|repaired)\. /),
        '',
      ]);
    }
    expect(filesIn(data)).toEqual(before);
  });

  it('in whose place a folder is, is refused by every verb', async () => {
    mkdirSync(file(), { recursive: true });
    for (const { code, stdout, stderr } of await refusals()) {
      expect([code, stdout.includes('waits')]).toEqual([1, false]);
      expect(stderr).toMatch(
        /^state-invalid: the state file ".*" cannot be opened .*\n {2}→ Check that it is a file /,
      );
    }
  });

  it('with an item that is not what this version writes is refused by the name of the item', async () => {
    await runCli(...once());
    const store = sqliteStateStore({ file: file(), durability: 'full' });
    const cash = await store.get({ pk: 'ACCOUNT#paper-synthetic', sk: 'CASH' });
    const body = { cash: 'a lot' };
    await store.transact([
      { kind: 'put', pk: 'ACCOUNT#paper-synthetic', sk: 'CASH', expect: cash?.version ?? 0, body },
    ]);
    store.close();
    const before = filesIn(data);
    const { code, stderr } = await runCli('status', '--data', data);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^state-invalid: The stored item ACCOUNT#paper-synthetic \/ CASH is not a valid cash: .*\n {2}→ Restore/s,
    );
    expect(filesIn(data)).toEqual(before);
  });

  function setPragma(assignment: string): void {
    change(`PRAGMA ${assignment}`);
  }

  function change(statement: string): void {
    const database = new DatabaseSync(file());
    database.exec(statement);
    database.close();
  }

  it('with garbage behind its end still opens', async () => {
    await runCli(...once());
    appendFileSync(file(), 'x');
    expect((await runCli('status', '--data', data)).code).toBe(0);
  });
});

describe('the made-up market', () => {
  it('enters within 30 candles, so that a person sees a trade within half a minute', async () => {
    const workspace = openWorkspace({ data });
    const market = await openMarket(workspace, { source: 'synthetic', speed: 1 });
    const store = sqliteStateStore({ file: ':memory:', durability: 'relaxed' });
    const actions: string[] = [];
    const hooks = {
      onDecisions: (all: readonly { action: string }[]) => actions.push(...all.map((one) => one.action)),
    };
    for (let bar = 0; bar < 30 && !actions.includes('ENTER'); bar++)
      await market.stepsOver(store).step(await market.firstMs(store), hooks);
    expect(actions).toContain('ENTER');
    store.close();
  });
});
