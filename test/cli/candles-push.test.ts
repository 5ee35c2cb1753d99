import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { barsOf } from '../helpers/bars.ts';
import { runCli, temporaryFolder } from '../helpers/cli.ts';
import { cloudCli, type FakeCloud, fakeCloud } from '../helpers/cloud.ts';
import { csvOf } from '../helpers/made-up-files.ts';

const { folder, remove } = temporaryFolder();
afterAll(remove);
const data = join(folder, 'data');
const importBars = async (name: string, bars: string, where = data) => {
  const file = join(folder, name);
  writeFileSync(file, csvOf(barsOf(name.includes('1d') ? '1d' : '4h', bars)));
  expect((await runCli('candles', 'import', file, '--data', where)).code).toBe(0);
};
beforeAll(async () => {
  await importBars('BTCUSD_4h.csv', '0:10 1:11 2:12');
  // Two years: two files.
  await importBars('BTCUSD_1d.csv', '364:10 365:11 366:12');
});

let cloud: FakeCloud;
beforeEach(async () => {
  cloud = await fakeCloud();
});
afterEach(async () => {
  await cloud.close();
});
const push = (where: string, ...words: string[]) =>
  cloudCli(cloud.url, 'candles', 'push', '--env', 'paper', '--data', where, ...words);

describe('candles push', () => {
  it('brings every series into the bucket, and shows that both have the same', async () => {
    const { code, stdout, stderr } = await push(data);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^candles pushed to env paper \(111122223333 eu-central-1\)\nsymbol /);
    for (const timeframe of ['4h', '1d'])
      expect(stdout).toMatch(new RegExp(`^BTC/USD +${timeframe} .* 3 +3 +([0-9a-f]{12}) +\\1 +same$`, 'm'));
    expect([...cloud.objects.keys()].sort()).toEqual([
      'candles/venue=kraken/symbol=BTC-USD/timeframe=1d/year=2024.parquet',
      'candles/venue=kraken/symbol=BTC-USD/timeframe=1d/year=2025.parquet',
      'candles/venue=kraken/symbol=BTC-USD/timeframe=4h/year=2024.parquet',
    ]);
    const listed = await cloudCli(cloud.url, 'candles', 'list', '--env', 'paper');
    expect(listed.stdout).toMatch(/^candles of env paper \(111122223333 eu-central-1\)\nvenue /);
    const rows = (text: string) => text.split('\n').filter((line) => line.startsWith('kraken'));
    expect(rows(listed.stdout)).toEqual(rows((await runCli('candles', 'list', '--data', data)).stdout));
  });

  it('a second time finds them known and writes nothing', async () => {
    await push(data);
    cloud.calls.length = 0;
    expect((await push(data)).stdout).toMatch(/^BTC\/USD +4h .* 3 +0 +([0-9a-f]{12}) +\1 +same$/m);
    expect(cloud.calls.filter((call) => call.endsWith('PUT'))).toEqual([]);
  });

  it('of one series pushes that', async () => {
    expect((await push(data, '--symbol', 'xbt', '--timeframe', '4h')).code).toBe(0);
    expect(cloud.objects.size).toBe(1);
    const none = await push(data, '--symbol', 'ETH');
    expect([none.code, none.stderr.split('\n')[0]]).toEqual([
      1,
      'candles-missing: No such candles are stored here: there is nothing to push.',
    ]);
  });

  it('names the first candle that differs, leaves what is there, and ends with 1', async () => {
    await push(data);
    const other = join(folder, 'other');
    await importBars('BTCUSD_4h.csv', '0:10 1:50 2:12', other);
    const before = new Map(cloud.objects);
    const { code, stdout } = await push(other);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^BTC\/USD +4h .* 3 +0 .* DIFFERENT$/m);
    expect(stdout).toMatch(
      /^BTC\/USD 4h of 2024-01-01 04:00 UTC: open 50 here is 11 there\. What is there stays\.$/m,
    );
    expect(cloud.objects).toEqual(before);
  });

  it('says that the bucket may not be used, or is gone', async () => {
    const words = { service: 's3', message: 'said AWS' } as const;
    cloud.refusal = { ...words, name: 'AccessDenied', status: 403 };
    const denied = await push(data);
    expect([denied.code, denied.stdout]).toEqual([1, '']);
    expect(denied.stderr).toMatch(/^state-invalid: this identity may not use /);
    cloud.refusal = { ...words, name: 'NoSuchBucket', status: 404 };
    expect((await push(data)).stderr).toMatch(/^state-invalid: the bucket "the-bucket" does not exist/);
  });
});
