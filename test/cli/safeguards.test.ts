import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { sqliteStateStore } from '../../shared/adapters/sqlite/state-store.ts';
import { openAccount } from '../../shared/app/account.ts';
import { unitsOf } from '../../shared/core/decimal.ts';
import { barsOf } from '../helpers/bars.ts';
import { enabledStrategies } from '../helpers/chosen-strategies.ts';
import { filesIn, jsonOf, NOWHERE, runCli, temporaryFolder } from '../helpers/cli.ts';
import { csvOf, writeMadeUpFiles } from '../helpers/made-up-files.ts';

const { folder, remove } = temporaryFolder();
afterAll(remove);
afterEach(() => vi.unstubAllEnvs());
let data = '';
let runs = 0;
beforeEach(() => {
  data = join(folder, `data-${runs++}`);
});
const fileOf = (name: string, text: string) => {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
};

describe('start', () => {
  it('without a network goes on waiting for Kraken where an account trades on it already', async () => {
    vi.stubEnv('HOT_CRYPTO_KRAKEN_URL', NOWHERE);
    mkdirSync(join(data, 'accounts'), { recursive: true });
    const store = sqliteStateStore({ file: join(data, 'accounts/paper-kraken.sqlite'), durability: 'full' });
    await openAccount(store, {
      account: 'paper-kraken',
      source: 'kraken-api',
      capital: unitsOf('10000'),
      createdMs: 0,
    });
    store.close();
    const { code, stdout, stderr } = await runCli('start', '--once', '--data', data);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^source-unavailable: Kraken at /);
  });

  it('refuses an account that holds what the config no longer lists: its stop would not be watched', async () => {
    const tick = ['start', '--once', '--source', 'synthetic', '--data', data];
    for (let ticks = 0; ticks < 5; ticks++) await runCli(...tick);
    expect((await jsonOf('status', '--data', data)) as object).toMatchObject({
      positions: [{ symbol: 'ETH/USD' }],
    });
    const onlyBitcoin = fileOf('only-bitcoin.yaml', 'symbols: [BTC/USD]\n');
    const { code, stderr } = await runCli(...tick, '--config', onlyBitcoin);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^config-invalid: The account 'paper-synthetic' holds ETH\/USD, .*\n {2}→ List it until/,
    );
  });
});

describe('backtest', () => {
  it('does not call a strategy that is not enabled flat', async () => {
    await runCli('candles', 'import', ...writeMadeUpFiles(join(folder, 'files')), '--data', data);
    const off = fileOf('off.yaml', 'strategies: { turtle: { enabled: false } }\n');
    const span = ['--from', '2025-01-01', '--to', '2025-01-07', '--config', off, '--data', data];
    const { code, stderr } = await runCli('backtest', '--strategy', 'turtle', ...span);
    const others = enabledStrategies().filter((id) => id !== 'turtle');
    expect([code, stderr]).toEqual([
      2,
      `usage: The config does not enable the strategy 'turtle'.\n  → Use one of ${others.join(', ')}.\n`,
    ]);
    const all = (await jsonOf('backtest', '--all', ...span)) as { results: { strategy: string }[] };
    expect(all.results.map(({ strategy }) => strategy)).toEqual(others);
  });

  it('says on the screen which candles begin too late', async () => {
    await runCli('candles', 'import', ...writeMadeUpFiles(join(folder, 'files')), '--data', data);
    const early = ['backtest', '--from', '2024-06-01', '--to', '2025-01-20', '--exec', '4h', '--data', data];
    const { stdout } = await runCli(...early);
    expect(stdout).toMatch(
      /^NOTE {5}BTC\/USD 1d: \d+ of the 720 candles .* silent until 2025-01-01 00:00 UTC\.$/m,
    );
    expect(stdout).not.toMatch(/^NOTE {5}BTC\/USD 4h/m);
  });
});

describe('candles import', () => {
  it('refuses a price in another unit, and one stray row that hides the timeframe', async () => {
    const cents = fileOf('SOLUSD_1h.csv', csvOf(barsOf('1h', '0:20 1:20 2:1990 3:20')));
    const jump = await runCli('candles', 'import', cents, '--data', data);
    expect(jump.code).toBe(1);
    expect(jump.stderr).toContain("'1990' after a close of '20' looks like another unit of price");

    const rows = Array.from({ length: 40 }, (_, i) => `${4 * i}:20`);
    const stray = fileOf('ADAUSD_1h.csv', csvOf(barsOf('1h', [...rows, '157:20'].join(' '))));
    const four = await runCli('candles', 'import', stray, '--data', data);
    expect(four.code).toBe(1);
    expect(four.stderr).toContain('nearly all candles are 4h apart, not 1h');
  });
});

describe('a candle file that is not whole', () => {
  it('ends every verb that reads it, by name and with exit code 1, and what a crash left beside it ends none', async () => {
    const files = writeMadeUpFiles(join(folder, 'files'));
    await runCli('candles', 'import', ...files, '--data', data);
    const year = join(data, 'candles/venue=kraken/symbol=BTC-USD/timeframe=4h/year=2024.parquet');
    const leftover = join(dirname(year), '.year=2025.parquet.tmp');
    const whole = readFileSync(year);
    writeFileSync(leftover, whole.subarray(0, 1000));
    expect((await runCli('candles', 'list', '--data', data)).code).toBe(0);

    writeFileSync(year, whole.subarray(0, whole.length / 2));
    const before = filesIn(data);
    const span = ['--from', '2025-01-01', '--to', '2025-01-07'];
    for (const words of [
      ['candles', 'list'],
      ['candles', 'import', ...files],
      ...[['backtest'], ['replay'], ['parity']].map((verb) => [...verb, ...span]),
    ]) {
      const { code, stderr } = await runCli(...words, '--data', data);
      expect([code, stderr], words.join(' ')).toEqual([
        1,
        expect.stringMatching(
          /^candles-invalid: The candle file 'venue=kraken.*year=2024\.parquet' cannot be used: it is cut off.*\n {2}→ Move this one file out/m,
        ),
      ]);
    }
    expect(filesIn(data)).toEqual(before);
    rmSync(year);
    expect((await runCli('candles', 'import', ...files, '--data', data)).code).toBe(0);
    expect(readFileSync(year).equals(whole)).toBe(true);
  });
});

describe('replay', () => {
  it('of other code is begun anew, not printed as this code’s', async () => {
    await runCli('candles', 'import', ...writeMadeUpFiles(join(folder, 'files')), '--data', data);
    const replay = ['replay', '--from', '2025-01-01', '--to', '2025-01-07', '--json', '--data', data];
    const first = await runCli(...replay);
    const again = await runCli(...replay);
    expect([again.stdout, again.stderr]).toEqual([first.stdout, '']);
    const { account } = JSON.parse(first.stdout) as { account: string };
    writeFileSync(join(data, `accounts/${account}.sqlite.code`), 'other code');
    const anew = await runCli(...replay);
    expect(anew.stdout).toBe(first.stdout);
    expect(anew.stderr).toBe('An earlier replay was made by other code: beginning anew.\n');
  });
});
