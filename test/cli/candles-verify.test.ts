import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { fileObjectStore } from '../../shared/adapters/files/object-store.ts';
import { parquetCandleStore } from '../../shared/adapters/parquet/candle-store.ts';
import { HOUR_MS } from '../../shared/core/market/timeframes.ts';
import { barsOf } from '../helpers/bars.ts';
import { filesIn, jsonOf, runCli, temporaryFolder } from '../helpers/cli.ts';
import { krakenPublic } from '../helpers/kraken-public.ts';
import { csvOf } from '../helpers/made-up-files.ts';

const { folder, remove } = temporaryFolder();
afterAll(remove);
let runs = 0;

const span = (from: number, to: number, close = 100) =>
  Array.from({ length: to - from }, (_, i) => `${from + i}:${close}`).join(' ');

/** A data folder with the given hourly bars of BTC/USD, and 4h bars where there are some. */
async function dataWith(hours: string, fours?: string, startMs?: number): Promise<readonly string[]> {
  const own = join(folder, `${runs++}`);
  mkdirSync(own);
  const words = ['--data', join(own, 'data')];
  const files = [['1h', hours] as const, ...(fours === undefined ? [] : [['4h', fours] as const])];
  for (const [timeframe, bars] of files) {
    const file = join(own, `BTCUSD_${timeframe}.csv`);
    writeFileSync(file, csvOf(barsOf(timeframe, bars, startMs)));
    await jsonOf('candles', 'import', file, ...words);
  }
  return words;
}

describe('candles verify', () => {
  it('of nothing at all, as in a mistyped folder, ends with 1 and calls nothing clean', async () => {
    const none = join(folder, 'none');
    const stderr =
      `candles-missing: There are no candles in '${none}'.\n` +
      '  → Is --data right? See `hot-crypto candles list`; bring them with `hot-crypto candles import FILE`.\n';
    expect(await runCli('candles', 'verify', '--data', none)).toEqual({ code: 1, stdout: '', stderr });
    const json = await runCli('candles', 'verify', '--source', 'synthetic', '--data', none, '--json');
    expect([json.code, json.stderr]).toEqual([1, stderr]);
    expect(JSON.parse(json.stdout)).toEqual({ isClean: false, findings: 0, series: [] });
  });

  it('of a series that is not there refuses', async () => {
    const data = ['--data', join(folder, 'none')];
    expect(await runCli('candles', 'verify', 'eth', '4h', ...data)).toEqual({
      code: 1,
      stdout: '',
      stderr:
        'candles-missing: There are no 4h candles of ETH/USD here.\n' +
        '  → Is --data right? See `hot-crypto candles list`; bring them with `hot-crypto candles import FILE`.\n',
    });
  });

  it('of sound candles ends with 0; a filled hole and an outlier are remarks', async () => {
    const data = await dataWith(`${span(0, 60)} 60:1000 ${span(61, 100)} ${span(105, 200)}`);
    const before = filesIn(data[1] ?? '');
    const { code, stdout, stderr } = await runCli('candles', 'verify', ...data);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout.split('\n')).toEqual([
      'venue   symbol   timeframe  candles  untraded  holes  outliers  finer  Kraken now',
      'kraken  BTC/USD  1h             200         5      0         1  –      –           sound',
      'BTC/USD 1h of 2024-01-03 12:00 UTC: its high 1001 is an outlier, 115 usual ranges away and gone at once.',
      'Nothing is wrong with 1 series.',
      '',
    ]);
    expect(filesIn(data[1] ?? '')).toEqual(before);
  });

  it('of a long hole ends with 1 and tells where it is', async () => {
    const data = await dataWith(`${span(0, 10)} ${span(23, 30)}`);
    const { code, stdout } = await runCli('candles', 'verify', 'btc', ...data);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^kraken {2}BTC\/USD {2}1h +17 +0 +1 +0 .* 1 WRONG$/m);
    expect(stdout).toMatch(
      /^BTC\/USD 1h: 13 candles are missing, from 2024-01-01 10:00 until 2024-01-01 23:00 UTC\.$/m,
    );
    expect(stdout).toMatch(/^1 thing is wrong in 1 series\.$/m);
  });

  it('of coarser candles that finer ones contradict ends with 1 and tells both prices', async () => {
    // Four bars of 1h at 100 reach from 99 to 101; so do the bars of 4h at 100.
    const data = await dataWith(span(0, 8), '0:100 1:100.5');
    const { code, stdout } = await runCli('candles', 'verify', 'btc', '4h', ...data);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^kraken {2}BTC\/USD {2}4h +2 +0 +0 +0 +2 {2}– +1 WRONG$/m);
    expect(stdout).toMatch(
      /^BTC\/USD 4h of 2024-01-01 04:00 UTC: open 100\.5 is stored, it is 100 by its 1h candles\.$/m,
    );
    expect(stdout).toMatch(/^BTC\/USD 4h: 2 of its volumes differ from those of its 1h candles;/m);
  });

  it('shows the first ten of many, and has all of them as JSON', async () => {
    const data = await dataWith(span(0, 60), span(0, 15, 101));
    const { stdout } = await runCli('candles', 'verify', ...data);
    expect(stdout.match(/is stored, it is/g)).toHaveLength(10);
    expect(stdout).toMatch(/^ {2}… and 5 more like this \(--json has all of them\)$/m);
    const { stdout: json } = await runCli('candles', 'verify', ...data, '--json');
    expect(JSON.parse(json).series[1].finer[0].conflicts).toHaveLength(15);
  });

  it('looks at made-up candles too, and at those of one source when it is told', async () => {
    const data = await dataWith('0:100');
    const store = parquetCandleStore(fileObjectStore(join(data[1] ?? '', 'candles')), 'synthetic');
    const provenance = { source: 'synthetic', name: 'BTC/USD 1h' };
    await store.append({ symbol: 'BTC/USD', timeframe: '1h', candles: barsOf('1h', '0:7'), provenance });
    const venues = async (...words: string[]) => {
      const { series } = (await jsonOf('candles', 'verify', ...words, ...data)) as {
        series: { venue: string }[];
      };
      return series.map(({ venue }) => venue);
    };
    expect(await venues()).toEqual(['kraken', 'synthetic']);
    expect(await venues('--source', 'synthetic')).toEqual(['synthetic']);
    expect(await venues('--source', 'kraken')).toEqual(['kraken']);
    expect((await runCli('candles', 'verify', ...data)).stdout).toMatch(/^SYNTHETIC {2}BTC\/USD/m);
  });
});

describe('candles verify --api', () => {
  const startMs = Math.floor(Date.now() / HOUR_MS) * HOUR_MS - 100 * HOUR_MS;
  const asked = async (ours: string, theirs: string) => {
    const data = await dataWith(ours, undefined, startMs);
    // The last one that Kraken gives is not finished.
    const server = await krakenPublic({ 'XXBTZUSD/60': barsOf('1h', `${theirs} 90:1`, startMs) });
    vi.stubEnv('HOT_CRYPTO_KRAKEN_URL', server.baseUrl);
    const outcome = await runCli('candles', 'verify', '--api', ...data);
    await server.close();
    return outcome;
  };

  it('ends with 0 where Kraken gives the same prices; other volumes and newer candles are remarks', async () => {
    const { code, stdout } = await asked('0:100 1:101 2:102', '1:101:7 2:102 3:103');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^kraken {2}BTC\/USD {2}1h +3 +0 +0 +0 {2}– +2 {2}sound$/m);
    expect(stdout).toMatch(/^BTC\/USD 1h: 1 of its volumes differ from what Kraken gives now;/m);
    expect(stdout).toMatch(
      /^BTC\/USD 1h: candles that Kraken has after the last stored one: 1; `candles fetch BTC\/USD 1h` brings them\.$/m,
    );
  });

  it('ends with 1 where it gives other prices, or where one side lacks a candle', async () => {
    const { code, stdout } = await asked('0:100 1:101 3:103 4:104 5:105', '0:100 1:101.5 2:102 3:103 5:105');
    expect(code).toBe(1);
    expect(stdout).toMatch(/ UTC: open 101 is stored, it is 101\.5 by Kraken now\.$/m);
    expect(stdout).toMatch(/ UTC: Kraken has trades in it, here are none\.$/m);
    expect(stdout).toMatch(/ UTC: here are trades in it, Kraken has none\.$/m);
    expect(stdout).toMatch(/^3 things are wrong in 1 series\.$/m);
  });

  it('says so where nothing that is stored is among what Kraken gives', async () => {
    const { code, stdout } = await asked('0:100 1:101', '5:105 6:106');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^BTC\/USD 1h: nothing that is stored is among what Kraken gives now\.$/m);
  });

  it('asks nothing about made-up candles', async () => {
    const data = join(folder, `${runs++}`);
    mkdirSync(data);
    const store = parquetCandleStore(fileObjectStore(join(data, 'candles')), 'synthetic');
    const provenance = { source: 'synthetic', name: 'BTC/USD 1h' };
    await store.append({ symbol: 'BTC/USD', timeframe: '1h', candles: barsOf('1h', '0:7'), provenance });
    // Where it is asked Kraken cannot be reached.
    expect(await jsonOf('candles', 'verify', '--api', '--data', data)).toMatchObject({
      isClean: true,
      series: [{ venue: 'synthetic', api: null }],
    });
  });

  it('ends with an error where Kraken cannot be reached', async () => {
    const data = await dataWith('0:100');
    const { code, stdout, stderr } = await runCli('candles', 'verify', '--api', ...data);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^source-unavailable: /);
  });
});
