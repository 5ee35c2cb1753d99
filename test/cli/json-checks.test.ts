import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { strategies } from '../../shared/core/strategies/registry.ts';
import { barsOf } from '../helpers/bars.ts';
import { filesIn, jsonOf, runCli, temporaryFolder } from '../helpers/cli.ts';
import { expectDocumented } from '../helpers/json-page.ts';
import { krakenPublic } from '../helpers/kraken-public.ts';
import { csvOf, writeMadeUpFiles } from '../helpers/made-up-files.ts';

const { folder, remove } = temporaryFolder();
afterAll(remove);

describe('docs/json.md names every key and type of', () => {
  it('candles verify', async () => {
    const own = ['--data', join(folder, 'verify')];
    // Lately, and on the grid of 4h: Kraken gives the newest 720.
    const startMs = (Math.floor(Date.now() / 14_400_000) - 50) * 14_400_000;
    const wrong = Array.from({ length: 60 }, (_, i) => `${i}:${i === 30 ? 100 : 10}`).join(' ');
    for (const [timeframe, bars] of [
      ['1h', `${wrong} 62:10 63:11 64:12 80:12`],
      ['4h', '0:10 1:11 2:12 3:13'],
    ] as const) {
      const file = join(folder, `BTCUSD_${timeframe}.csv`);
      writeFileSync(file, csvOf(barsOf(timeframe, bars, startMs)));
      await runCli('candles', 'import', file, ...own);
    }
    const plain = JSON.parse((await runCli('candles', 'verify', ...own, '--json')).stdout);
    expect(plain).toMatchObject({ isClean: false, series: [{ holes: [{ missing: 15 }] }, {}] });
    const hours = barsOf('1h', '0:10 61:10 63:12 64:12 65:13', startMs);
    const server = await krakenPublic({ 'XXBTZUSD/60': hours, 'XXBTZUSD/240': barsOf('4h', '0:1 1:1', 0) });
    vi.stubEnv('HOT_CRYPTO_KRAKEN_URL', server.baseUrl);
    const compared = JSON.parse((await runCli('candles', 'verify', '--api', ...own, '--json')).stdout);
    await server.close();
    const damaged = ['--data', join(folder, 'verify-damaged')];
    await runCli('candles', 'import', join(folder, 'BTCUSD_4h.csv'), ...damaged);
    const [parquet = ''] = Object.keys(filesIn(damaged[1] ?? '')).filter((name) => name.endsWith('.parquet'));
    writeFileSync(join(damaged[1] ?? '', parquet), 'nothing');
    const broken = JSON.parse((await runCli('candles', 'verify', ...damaged, '--json')).stdout);
    expectDocumented('candles verify', [plain, compared, broken]);
  });

  it('parity --lookback', async () => {
    const data = ['--data', join(folder, 'parity')];
    await jsonOf('candles', 'import', ...writeMadeUpFiles(join(folder, 'files')), ...data);
    const words = ['parity', '--lookback', '--from', '2025-01-20', '--to', '2025-01-28', ...data];
    const far = join(folder, 'far.yaml');
    writeFileSync(far, 'strategies: { macd_crossover: { params: { range: 27, reward: 1.0e+12 } } }\n');
    const differing = await runCli(...words, '--config', far, '--json');
    expect(differing.code).toBe(1);
    expectDocumented('parity --lookback', [await jsonOf(...words), JSON.parse(differing.stdout)]);
  });

  it('strategies', async () => {
    expectDocumented('strategies list', [await jsonOf('strategies', 'list')]);
    const narrow = join(folder, 'narrow.yaml');
    writeFileSync(narrow, 'strategies: { turtle: { enabled: false } }\n');
    const told: unknown[] = [await jsonOf('strategies', 'show', 'turtle', '--config', narrow)];
    for (const { id } of strategies) told.push(await jsonOf('strategies', 'show', id));
    expectDocumented('strategies show', told);
  });
});
