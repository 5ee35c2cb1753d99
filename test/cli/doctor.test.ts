import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openState } from '../../cli/context.ts';
import type { DoctorReport } from '../../cli/examine.ts';
import { fileObjectStore } from '../../shared/adapters/files/object-store.ts';
import { parquetCandleStore } from '../../shared/adapters/parquet/candle-store.ts';
import { openAccount } from '../../shared/app/account.ts';
import { unitsOf } from '../../shared/core/decimal.ts';
import { lastCloseMs, type Timeframe, timeframeMs } from '../../shared/core/market/timeframes.ts';
import { barsOf } from '../helpers/bars.ts';
import { filesIn, runCli, temporaryFolder } from '../helpers/cli.ts';
import { krakenPublic } from '../helpers/kraken-public.ts';

const { folder, remove } = temporaryFolder();
afterAll(remove);
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});
let data = '';
let runs = 0;
beforeEach(() => {
  data = join(folder, `data-${runs++}`);
});

async function examined(...words: readonly string[]): Promise<{ code: unknown; report: DoctorReport }> {
  const { code, stdout, stderr } = await runCli('doctor', '--json', '--data', data, ...words);
  expect(stderr).toBe('');
  return { code, report: JSON.parse(stdout) as DoctorReport };
}

const about = ({ findings }: DoctorReport, wanted: string) =>
  findings
    .filter(({ section }) => section === wanted)
    .map(({ level, subject, text, remedy }) =>
      [level, subject, text, remedy].filter((part) => part !== null),
    );

function configOf(text: string): string {
  const file = join(folder, 'my.yaml');
  writeFileSync(file, text);
  return file;
}

/** The last `rows` closed candles of a series, all at 10. */
async function store(symbol: string, timeframe: Timeframe, rows: number): Promise<void> {
  const length = timeframeMs[timeframe];
  const startMs = lastCloseMs(timeframe, Date.now()) - rows * length;
  const bars = Array.from({ length: rows }, (_, i) => `${i}:10`).join(' ');
  const candles = parquetCandleStore(fileObjectStore(join(data, 'candles')), 'kraken');
  await candles.append({
    symbol,
    timeframe,
    candles: barsOf(timeframe, bars, startMs),
    provenance: { source: 'csv', name: 'test' },
  });
}

async function account(name: string, source: string): Promise<void> {
  const state = openState({ dataFolder: data }, name);
  await openAccount(state, { account: name, source, capital: unitsOf('10000'), createdMs: 0 });
  state.close();
}

describe('doctor', () => {
  it('on a new machine warns of what is missing, ends with 0, and leaves nothing behind', async () => {
    const { code, stdout } = await runCli('doctor', '--data', data);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^versions\nok {4}hot-crypto {2}\d+\.\d+\.\d+\nok {4}node {8}\d+\.\d+\.\d+\nok {4}sqlite {6}3\./,
    );
    expect(stdout).toMatch(
      /^ok {4}risk\.riskPerTrade +0\.005 +config\/paper\.yaml +equity at risk between entry and stop, fraction$/m,
    );
    expect(stdout).toMatch(/^warn {2}Kraken {2}cannot be reached from here, so its clock is not known$/m);
    expect(stdout).toContain(`ok    folder  '${data}' (--data) is not there yet and can be made\n`);
    expect(stdout).toMatch(
      /^warn {2}BTC\/USD 4h {2}0 of 720 candles\n {6}→ `start` fetches them, or `npx --no hot-crypto candles fetch BTC\/USD 4h`\.$/m,
    );
    expect(stdout).toContain('\naccounts\nok    account  none yet; `start` makes one\n');
    // Four series, Kraken, and the address that the tests give for Kraken.
    expect(stdout).toMatch(/\nReady to trade on paper, with 6 warnings\.\n$/);
    expect(filesIn(data)).toEqual({});
  });

  it('says ok to a machine that has everything', async () => {
    const server = await krakenPublic({});
    server.clock.nowMs = () => Date.now();
    vi.stubEnv('HOT_CRYPTO_KRAKEN_URL', server.baseUrl);
    for (const symbol of ['BTC/USD', 'ETH/USD'])
      for (const timeframe of ['4h', '1d'] as const) await store(symbol, timeframe, 720);
    await account('paper-kraken', 'kraken-api');
    const { code, report } = await examined();
    await server.close();
    expect(code).toBe(0);
    expect(report.findings.filter(({ level }) => level !== 'ok').map(({ subject }) => subject)).toEqual([
      'HOT_CRYPTO_KRAKEN_URL',
    ]);
    expect(report).toMatchObject({
      isReady: true,
      failures: 0,
      warnings: 1,
      accounts: [{ account: 'paper-kraken', source: 'kraken-api', lastTickMs: null, markedMs: null }],
      series: [{ symbol: 'BTC/USD', timeframe: '4h', candles: 720, holes: [], fault: null }, {}, {}, {}],
    });
    expect(Math.abs(report.clock.offsetMs ?? Number.NaN)).toBeLessThan(1_500);
    expect(about(report, 'accounts')).toEqual([
      ['ok', 'paper-kraken', 'kraken-api; last tick never, newest mark never; 0 open'],
    ]);
  });

  it('warns of a clock that is more than two seconds off', async () => {
    const server = await krakenPublic({});
    for (const [aheadMs, level, side] of [
      [-5_000, 'warn', 'behind'],
      [5_000, 'warn', 'ahead of'],
      [0, 'ok', ''],
    ] as const) {
      server.clock.nowMs = () => Date.now() - aheadMs;
      vi.stubEnv('HOT_CRYPTO_KRAKEN_URL', server.baseUrl);
      const { code, report } = await examined();
      expect(code).toBe(0);
      const [, [found, , text] = []] = about(report, 'clock');
      expect([aheadMs, found]).toEqual([aheadMs, level]);
      expect(text).toContain(side);
      expect(Math.abs((report.clock.offsetMs ?? Number.NaN) - aheadMs)).toBeLessThan(1_500);
    }
    await server.close();
  });

  it('says how much of a lookback is missing', async () => {
    await store('BTC/USD', '4h', 700);
    const { report } = await examined();
    const [series] = about(report, 'data');
    expect(series?.slice(0, 2)).toEqual(['warn', 'BTC/USD 4h']);
    expect(series?.[2]).toMatch(/^700 of 720 candles; newest \d{4}-\d\d-\d\d \d\d:00 UTC$/);
    expect(series?.[3]).toContain('candles fetch BTC/USD 4h');
  });

  it.each<[string, () => void]>([
    ['the folder', () => writeFileSync(data, '')],
    [
      'the folder above it',
      () => {
        writeFileSync(data, '');
        data = join(data, 'below');
      },
    ],
    [
      'its accounts',
      () => {
        mkdirSync(data);
        writeFileSync(join(data, 'accounts'), '');
      },
    ],
  ])('ends with 1 where a file is in the place of %s', async (_, plant) => {
    plant();
    const { code, report } = await examined();
    expect([code, report.isReady]).toEqual([1, false]);
    expect(about(report, 'disk')[0]?.slice(0, 2)).toEqual(['fail', 'folder']);
    expect(about(report, 'disk')[0]?.[2]).toContain('is not a folder');
    const { stdout } = await runCli('doctor', '--data', data);
    expect(stdout).toMatch(/^FAIL {2}folder {2}'/m);
    expect(stdout).toMatch(/\nNot ready to trade: \d FAIL, 6 warnings\.\n$/);
  });

  it('names a damaged account, ends with 1, and goes on to the others', async () => {
    await account('paper-kraken', 'kraken-api');
    await account('paper-synthetic', 'synthetic');
    writeFileSync(join(data, 'accounts/paper-broken.sqlite'), 'no database at all, and long enough to tell');
    writeFileSync(join(data, 'accounts/replay-broken.sqlite'), 'no database at all, and long enough to tell');
    writeFileSync(join(data, 'accounts/paper-cut.sqlite'), '');
    openState({ dataFolder: data }, 'paper-empty').close();
    const { code, report } = await examined();
    expect(code).toBe(1);
    expect(about(report, 'accounts').map(([level, subject]) => `${level} ${subject}`)).toEqual([
      'fail paper-broken',
      'fail paper-cut',
      'warn paper-empty',
      'ok paper-kraken',
      'ok paper-synthetic',
      'warn replay-broken',
    ]);
    expect(about(report, 'accounts')[0]?.[2]).toMatch(/paper-broken\.sqlite" is not a database/);
    expect(about(report, 'accounts')[1]?.[2]).toMatch(/paper-cut\.sqlite" is empty: its content is lost/);
    expect(about(report, 'accounts')[4]?.[2]).toMatch(/^SYNTHETIC market; /);
  });

  it('names a damaged file of candles, and ends with 1', async () => {
    await store('ETH/USD', '1d', 3);
    for (const name of Object.keys(filesIn(data)))
      if (name.endsWith('.parquet')) writeFileSync(join(data, name), 'PAR1 and no more');
    const { code, report } = await examined();
    expect(code).toBe(1);
    expect(about(report, 'data').map(([level, subject]) => `${level} ${subject}`)).toEqual([
      'warn BTC/USD 4h',
      'warn BTC/USD 1d',
      'warn ETH/USD 4h',
      'fail ETH/USD 1d',
    ]);
  });
});

describe('doctor on a config', () => {
  it('shows first what a file of one’s own changed, and every value with its origin', async () => {
    const file = configOf('capital: 5000\nrisk: { maxOpen: 2, drawdownMax: off }\n');
    const { code, stdout } = await runCli('doctor', '--data', data, '--config', file);
    expect(code).toBe(0);
    const rows = stdout.split('\n').filter((line) => /^(ok|warn) +(mode|capital|risk\.)/.test(line));
    expect(rows[0]).toMatch(
      /^ok {4}capital +5000, not 10000 +\S+my\.yaml +USD allotted to a new account; a live one begins with 0: `capital add`$/,
    );
    expect(rows[1]).toMatch(/^warn {2}risk\.drawdownMax +off, not 0\.1 +\S+my\.yaml /);
    expect(rows[2]).toMatch(/^ok {4}mode +paper +config\/paper\.yaml /);
    expect(rows.find((row) => row.includes('risk.maxOpen'))).toMatch(/ 2 +\S+my\.yaml /);
    const { report } = await examined('--config', file);
    expect(report.settings.find(({ path }) => path === 'capital')).toEqual({
      path: 'capital',
      value: 5000,
      usual: 10_000,
      origin: file,
      about: 'USD allotted to a new account; a live one begins with 0: `capital add`',
    });
  });

  it('warns when the enabled strategies can never bring an entry about', async () => {
    // Seventeen strategies of weight 1 at most do not reach it.
    const file = configOf('ensemble: { threshold: 20 }\n');
    const { code, report } = await examined('--config', file);
    expect(code).toBe(0);
    expect(about(report, 'configuration')[1]).toEqual([
      'warn',
      'entries',
      expect.stringMatching(/^entries ask for a score of 20, with .* reach: nothing is ever bought$/),
      'Enable more strategies, or ask for less under ensemble, in a file for --config.',
    ]);
  });

  it('that is refused says why, looks at the rest, and ends with 1', async () => {
    await account('paper-kraken', 'kraken-api');
    const { code, report } = await examined('--config', configOf('treshold: 1\n'));
    expect(code).toBe(1);
    expect(about(report, 'configuration')[0]?.[2]).toContain("did you mean 'ensemble.threshold'?");
    expect(report.settings).toEqual([]);
    expect(about(report, 'data')).toEqual([
      ['warn', 'candles', 'not looked at: which ones, the config says'],
    ]);
    expect(about(report, 'accounts')[0]?.slice(0, 2)).toEqual(['ok', 'paper-kraken']);
  });
});

it('doctor ends with 1 on an address for Kraken that is not safe', async () => {
  vi.stubEnv('HOT_CRYPTO_KRAKEN_URL', 'http://example.com');
  const { code, report } = await examined();
  expect(code).toBe(1);
  expect(about(report, 'clock')[1]?.[2]).toContain("'http://example.com' is not safe");
});
