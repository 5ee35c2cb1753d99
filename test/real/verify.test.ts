import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { spawnCli } from '../helpers/cli.ts';
import { hasReference, referencePath } from '../helpers/reference.ts';
import { importKraken } from './kraken-data.ts';

const folder = mkdtempSync(join(tmpdir(), 'verify-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Verified {
  readonly findings: number;
  readonly series: readonly {
    readonly symbol: string;
    readonly timeframe: string;
    readonly outliers: readonly { readonly openMs: number; readonly price: number }[];
    readonly finer: readonly { readonly compared: number }[];
  }[];
}
const verified = async (...words: string[]): Promise<Verified> =>
  JSON.parse((await spawnCli(['candles', 'verify', '--json', ...words])).stdout);

describe.skipIf(!hasReference('data/SOURCES.md'))('Kraken’s candles of BTC and ETH', () => {
  beforeAll(() => importKraken(folder));

  it('have nothing wrong, and three outliers in 17,000: they were traded', async () => {
    const { findings, series } = await verified('--data', folder);
    expect(findings).toBe(0);
    const outliers = series.flatMap((one) =>
      one.outliers.map(({ openMs, price }) => [
        `${one.symbol} ${one.timeframe}`,
        new Date(openMs).toISOString().slice(0, 16),
        price,
      ]),
    );
    expect(outliers).toEqual([
      ['ETH/USD 4h', '2024-01-03T12:00', 1860],
      ['ETH/USD 1d', '2015-08-08T00:00', 0.15],
      ['ETH/USD 1d', '2017-05-07T00:00', 26],
    ]);
    expect(series.map(({ finer }) => finer.map(({ compared }) => compared))).toEqual([[], [728], [], [728]]);
  });

  it('agree from hours over four hours to days, on ten years of BTC', async () => {
    const data = join(folder, 'hours');
    for (const [name, timeframe] of [
      ['kraken_BTCUSD_1h', '1h'],
      ['kraken_BTCUSD_4h_from1h', '4h'],
      ['kraken_BTCUSD_1d_2013_2025', '1d'],
    ] as const) {
      const file = referencePath('data', `${name}.csv.gz`);
      const words = ['--symbol', 'BTC/USD', '--timeframe', timeframe, '--data', data];
      expect((await spawnCli(['candles', 'import', file, ...words])).code).toBe(0);
    }
    const { series } = await verified('--data', data);
    expect(JSON.stringify(series)).not.toContain('"column"');
    const compared = series.flatMap(({ finer }) => finer.map((one) => one.compared));
    expect(Math.min(...compared)).toBeGreaterThan(2000);
  });
});

if (!hasReference('data/SOURCES.md'))
  console.log('test/real/verify: skipped, the reference folder is absent (REFERENCE_DIR)');
