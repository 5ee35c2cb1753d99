import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { fileObjectStore } from '../../shared/adapters/files/object-store.ts';
import { parquetCandleStore } from '../../shared/adapters/parquet/candle-store.ts';
import { HOUR_MS } from '../../shared/core/market/timeframes.ts';
import { BARS_START_MS, barsOf } from '../helpers/bars.ts';
import { filesIn, jsonOf, runCli, temporaryFolder } from '../helpers/cli.ts';
import { type KrakenPublic, krakenPublic } from '../helpers/kraken-public.ts';
import { csvOf } from '../helpers/made-up-files.ts';

const { folder, remove } = temporaryFolder();
afterAll(remove);
let runs = 0;
const freshData = () => join(folder, `data-${runs++}`);

function fileOf(name: string, content: string | Uint8Array): string {
  const file = join(folder, name);
  writeFileSync(file, content);
  return file;
}

// Four bars of 4h from 2024-01-01, as ours and as Kraken's archive writes them.
const bars = barsOf('4h', '0:100 1:101 2:102 3:103');
const ours = csvOf(bars);
const archive = [...bars.openMs]
  .map((ms, i) => [ms / 1000, bars.open[i], bars.high[i], bars.low[i], bars.close[i], 1, 7].join(','))
  .join('\n');
const hour = (n: number) => BARS_START_MS + n * 4 * HOUR_MS;
const row = (n: number, prices: string) => `${hour(n)},${prices},1\n`;
const HEADER = 'timestamp_ms,open,high,low,close,volume\n';

describe('an import', () => {
  it('of several files tells symbol and timeframe by their names, and of the same again adds nothing', async () => {
    const files = [
      fileOf('BTCUSD_4h.csv', ours),
      fileOf('kraken_ETHUSD_4h_2024.csv.gz', gzipSync(ours)),
      fileOf('XDGUSD_240.csv', archive),
    ];
    const data = ['--data', freshData()];
    const told = (added: number, kept: number) =>
      [
        ['BTCUSD_4h.csv', 'BTC/USD'],
        ['kraken_ETHUSD_4h_2024.csv.gz', 'ETH/USD'],
        ['XDGUSD_240.csv', 'DOGE/USD'],
      ].map(
        ([name, symbol]) =>
          `${name}: ${symbol} 4h, 4 candles from 2024-01-01 00:00 to 2024-01-01 12:00 UTC; ` +
          `${added} new, ${kept} known, 0 filled without trades\n`,
      );
    expect(await runCli('candles', 'import', ...files, ...data)).toEqual({
      code: 0,
      stdout: told(4, 0).join(''),
      stderr: '',
    });
    const stored = filesIn(data[1] ?? '');
    expect((await runCli('candles', 'import', ...files, ...data)).stdout).toBe(told(0, 4).join(''));
    expect(filesIn(data[1] ?? '')).toEqual(stored);

    expect((await runCli('candles', 'list', ...data)).stdout.split('\n')).toEqual([
      'venue   symbol    timeframe  first UTC         last UTC          candles  untraded  holes  content',
      expect.stringMatching(
        /^kraken {2}BTC\/USD {3}4h {9}2024-01-01 00:00 {2}2024-01-01 12:00 {8}4 {9}0 {6}0 {2}\w{12}$/,
      ),
      expect.stringMatching(/^kraken {2}DOGE\/USD {2}4h {9}2024-01-01 00:00 {2}2024-01-01 12:00 /),
      expect.stringMatching(/^kraken {2}ETH\/USD {3}4h {9}2024-01-01 00:00 {2}2024-01-01 12:00 /),
      '',
    ]);
  });

  it('takes symbol and timeframe from the options, in any common spelling', async () => {
    for (const symbol of ['BTC/USD', 'btc-usd', 'XBTUSD', 'btc']) {
      const words = ['--symbol', symbol, '--timeframe', '4h', '--data', freshData()];
      const { imported } = (await jsonOf('candles', 'import', fileOf('x.csv', ours), ...words)) as {
        imported: object[];
      };
      expect(imported).toMatchObject([{ file: 'x.csv', symbol: 'BTC/USD', timeframe: '4h', added: 4 }]);
    }
  });

  it('says which option is missing, and which of them contradicts the name', async () => {
    const data = freshData();
    const refused = async (name: string, ...words: string[]) =>
      runCli('candles', 'import', fileOf(name, ours), ...words, '--data', data);
    expect(await refused('candles.csv')).toEqual({
      code: 2,
      stdout: '',
      stderr:
        "usage: The name 'candles.csv' does not tell symbol and timeframe.\n" +
        '  → Say which, for example --symbol BTC/USD --timeframe 4h (timeframes: 1m 5m 15m 1h 4h 1d).\n',
    });
    const { stderr } = await refused('binance_BTCUSDT_4h.csv');
    expect(stderr).toMatch(/does not tell symbol\.\n {2}→ Say which, for example --symbol BTC\/USD \(/);
    expect((await refused('BTCUSD.csv', '--symbol', 'ETH/USD')).stderr).toMatch(
      /^usage: 'BTCUSD.csv' is called BTC\/USD, not 'ETH\/USD'\./,
    );
    expect(filesIn(data)).toEqual({});
  });
});

describe('a file is refused whole, with exit code 1 and the store as it was:', () => {
  const data = freshData();
  beforeAll(async () => {
    await runCli('candles', 'import', fileOf('BTCUSD_4h.csv', ours), '--data', data);
  });
  const good = `${HEADER}${row(4, '100,102,98,101')}`;

  it.each([
    [
      'a bad value',
      `${good}${row(5, '100,1o2,98,101')}`,
      `candles-invalid: 'BTCUSD_4h_bad.csv', line 3, column 'high': "1o2" is not a number.`,
    ],
    [
      'impossible prices',
      `${good}${row(5, '100,102,98,103')}`,
      `candles-invalid: 'BTCUSD_4h_bad.csv', line 3, column 'close': '103' is above the high '102'.`,
    ],
    [
      'rows that do not ascend',
      `${good}${row(6, '100,102,98,101')}${row(5, '100,102,98,101')}`,
      "candles-invalid: 'BTCUSD_4h_bad.csv', line 4, column 'timestamp_ms': 2024-01-01 20:00 comes after 2024-01-02 00:00, rows must ascend.",
    ],
    [
      'conflicting duplicates',
      `${good}${row(4, '100,102,98,100')}`,
      "candles-invalid: 'BTCUSD_4h_bad.csv', line 3, column 'close': '100', but line 2 says '101' for the same candle (2024-01-01 16:00).",
    ],
    [
      'the wrong timeframe',
      csvOf(barsOf('1h', '16:100 17:100 18:100')),
      "candles-invalid: 'BTCUSD_4h_bad.csv', line 3, column 'timestamp_ms': 2024-01-01 17:00 is not on the grid of 4h; the file looks like 1h.",
    ],
    [
      'times in other units',
      `${good}${hour(5) / 1000},100,102,98,101,1\n`,
      `candles-invalid: 'BTCUSD_4h_bad.csv', line 3, column 'timestamp_ms': "1704139200" looks like seconds, among milliseconds.`,
    ],
    [
      'prices in other units',
      `${good}${row(5, '100000,102000,98000,101000')}`,
      "candles-invalid: 'BTCUSD_4h_bad.csv', line 3, column 'open': '100000' after a close of '101' looks like another unit of price.",
    ],
    ['nothing in it', '', "candles-invalid: 'BTCUSD_4h_bad.csv' is empty."],
    ['no rows', HEADER, "candles-invalid: 'BTCUSD_4h_bad.csv' holds no candles."],
    [
      'a candle of the future',
      `${HEADER}7258118400000,100,102,98,101,1\n`,
      "candles-invalid: 'BTCUSD_4h_bad.csv' ends with the 4h candle of 2200-01-01 00:00 UTC, which is not finished yet.",
    ],
    [
      'other prices than the stored ones',
      `${HEADER}${row(3, '103,104,101,103')}${row(4, '100,102,98,101')}`,
      "candles-conflict: BTC/USD 4h of 2024-01-01 12:00 UTC is stored with low '102', 'BTCUSD_4h_bad.csv' (csv) says '101'.",
    ],
  ])('%s', async (_, content, message) => {
    const before = filesIn(data);
    for (const json of [[], ['--json']]) {
      const file = fileOf('BTCUSD_4h_bad.csv', content);
      const { code, stdout, stderr } = await runCli('candles', 'import', file, '--data', data, ...json);
      expect([code, stdout]).toEqual([1, '']);
      expect(stderr.split('\n')).toEqual([message, expect.stringMatching(/^ {2}→ .+\.$/), '']);
    }
    expect(filesIn(data)).toEqual(before);
    expect(Object.keys(before).filter((name) => name.endsWith('.parquet'))).toHaveLength(1);
  });

  it('no file at all, or a folder', async () => {
    const missing = join(folder, 'BTCUSD_4h_missing.csv');
    for (const [file, why] of [
      [missing, 'there is none'],
      [folder, 'it is a folder'],
    ] as const)
      expect(await runCli('candles', 'import', file, '--data', data)).toEqual({
        code: 1,
        stdout: '',
        stderr: `candles-invalid: The file '${file}' cannot be read: ${why}.\n  → Name a file that exists and that you may read.\n`,
      });
  });

  it('a data folder that is a file', async () => {
    const file = fileOf('BTCUSD_4h.csv', ours);
    const { code, stderr } = await runCli('candles', 'import', file, '--data', file);
    expect([code, stderr.split('\n').length]).toEqual([1, 3]);
    expect(stderr).toMatch(/^state-invalid: /);
    expect(readFileSync(file, 'utf8')).toBe(ours);
  });
});

describe('a list of candles', () => {
  it('of an empty store says so', async () => {
    const data = freshData();
    expect((await runCli('candles', 'list', '--data', data)).stdout).toBe('No candles are stored yet.\n');
    expect(await jsonOf('candles', 'list', '--data', data)).toEqual({ series: [] });
    expect(filesIn(data)).toEqual({});
  });

  it('labels made-up candles SYNTHETIC, counts long holes, and has it all as JSON', async () => {
    const data = freshData();
    mkdirSync(data);
    const store = parquetCandleStore(fileObjectStore(join(data, 'candles')), 'synthetic');
    const candles = barsOf('1h', '0:10 1:11 20:12');
    const provenance = { source: 'synthetic', name: 'BTC/USD 1h' };
    await store.append({ symbol: 'BTC/USD', timeframe: '1h', candles, provenance });
    const { stdout } = await runCli('candles', 'list', '--data', data);
    expect(stdout.split('\n')[1]).toMatch(/^SYNTHETIC {2}BTC\/USD {2}1h .* 3 +0 +1 {2}\w{12}$/);
    expect(await jsonOf('candles', 'list', '--data', data)).toMatchObject({
      series: [
        { venue: 'synthetic', rows: 3, holes: [{ fromMs: BARS_START_MS + 2 * HOUR_MS, missing: 18 }] },
      ],
    });
  });
});

describe('a fetch', () => {
  let server: KrakenPublic;
  // 725 hours from 2024-01-01; the last one is not finished.
  const hourly = barsOf('1h', Array.from({ length: 725 }, (_, i) => `${i}:100`).join(' '));
  beforeAll(async () => {
    server = await krakenPublic({ 'XXBTZUSD/60': hourly });
  });
  afterAll(() => server.close());
  afterEach(() => server.fail(undefined));
  const fetched = (...words: string[]) => {
    vi.stubEnv('HOT_CRYPTO_KRAKEN_URL', server.baseUrl);
    return runCli('candles', 'fetch', ...words);
  };

  it('stores what Kraken still has, without the unfinished candle, and says what it has no more', async () => {
    const data = ['--data', freshData()];
    const words = ['btc', '1h', '--from', '2024-01-01', ...data];
    // 724 finished ones, of which Kraken gives the newest 720.
    expect(await fetched(...words)).toEqual({
      code: 0,
      stdout:
        'BTC/USD 1h: 720 candles from 2024-01-01 04:00 to 2024-01-31 03:00 UTC; 720 new, 0 known\n' +
        '4 older candles are not to be had from the API; import them from Kraken’s archive.\n',
      stderr: '',
    });
    expect((await fetched(...words)).stdout).toMatch(/; 0 new, 720 known\n/);
    const report = JSON.parse((await fetched(...words, '--json')).stdout);
    expect(report).toMatchObject({ source: 'kraken-api', rows: 720, added: 0, kept: 720, barsMissed: 4 });
  });

  it('of a time from which Kraken has nothing says that', async () => {
    const { code, stdout } = await fetched('btc', '1h', '--data', freshData());
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^BTC\/USD 1h: Kraken has no closed candle from 20\d\d-.* UTC on; nothing is new\n$/,
    );
  });

  it('that fails stores nothing and says why', async () => {
    const data = freshData();
    server.fail('status-500');
    const { code, stdout, stderr } = await fetched('btc', '1h', '--data', data);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(
      /^source-unavailable: Kraken at http.* gave no candles of BTC\/USD 1h: .*\n {2}→ .*\n$/,
    );
    server.fail(undefined);
    const unknown = await fetched('nonsense', '1h', '--data', data);
    expect(unknown.stderr).toMatch(/^not-found: Kraken does not trade 'NONSENSE\/USD'\.\n/);
    expect(filesIn(data)).toEqual({});
  });
});
