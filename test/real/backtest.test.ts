import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openWorkspace } from '../../cli/context.ts';
import { spawnCli } from '../helpers/cli.ts';
import { hasReference } from '../helpers/reference.ts';
import { importKraken, importKrakenUntil2022 } from './kraken-data.ts';

const folder = mkdtempSync(join(tmpdir(), 'backtest-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Result {
  readonly strategy: string;
  readonly positions: readonly { readonly entryFee: string; readonly exitFee: string }[];
  readonly feesPaid: string;
  readonly equityFinal: string;
  readonly buyAndHold: { readonly equityFinal: string; readonly feesPaid?: string };
}

// Kraken has no 4h candles for most of 2023, so there are two spans.
const spans = [
  {
    name: '2017 to 2022',
    from: '2017-01-01',
    to: '2022-12-31',
    told: '2017-01-01',
    load: importKrakenUntil2022,
  },
  { name: '2024 and 2025', from: '2024-01-01', to: '2025-12-31', told: '2024-07-01', load: importKraken },
];

const page = (file: string) => readFileSync(join(import.meta.dirname, '../..', file), 'utf8');

describe.skipIf(!hasReference('data/SOURCES.md')).each(spans)(
  'every strategy alone on Kraken BTC and ETH, $name',
  ({ from, to, told, load }) => {
    const data = join(folder, from);
    let results: readonly Result[] = [];

    beforeAll(async () => {
      await load(data);
      const words = ['backtest', '--all', '--json', '--from', from, '--to', to, '--data', data];
      const { code, stdout, stderr } = await spawnCli(words);
      expect([code, stderr]).toEqual([0, '']);
      results = JSON.parse(stdout).results;
    });

    it('is every strategy that the config enables', () => {
      const enabled = new Set(openWorkspace({ data }).instances.map(({ strategy }) => strategy.id));
      expect(results.map(({ strategy }) => strategy)).toEqual([...enabled].sort());
      expect(enabled.size).toBe(16);
    });

    it('trades, pays its fees, and stands beside what holding gave', () => {
      for (const { strategy, positions, feesPaid, equityFinal, buyAndHold } of results) {
        const holding = Number(buyAndHold.equityFinal);
        console.log(
          `${from} ${strategy.padEnd(20)} ${positions.length} positions, fees ${feesPaid}, equity ${equityFinal}, holding ${holding}`,
        );
        expect(positions.length, strategy).toBeGreaterThan(0);
        const fees = positions.reduce((sum, one) => sum + Number(one.entryFee) + Number(one.exitFee), 0);
        expect(Number(feesPaid), strategy).toBeGreaterThanOrEqual(fees - 1e-6);
        expect(fees, strategy).toBeGreaterThan(0);
        expect(Number(equityFinal), strategy).toBeGreaterThan(0);
        expect(holding, strategy).toBeGreaterThan(0);
      }
    });

    it('and all together bring what the pages say', async () => {
      const words = ['backtest', '--from', told, '--to', to, '--data', data];
      const alone = (await spawnCli([...words, '--all'])).stdout.trimEnd();
      const whole = (await spawnCli(words)).stdout.trimEnd();
      const account = whole.slice(whole.indexOf('\nclosed ') + 1);
      expect(page('docs/what-the-strategies-do.md')).toContain(alone);
      expect(page('docs/what-the-strategies-do.md')).toContain(account);
      if (to === '2025-12-31') expect(page('README.md')).toContain(account);
    });
  },
);

if (!hasReference('data/SOURCES.md'))
  console.log('test/real/backtest: skipped, the reference folder is absent (REFERENCE_DIR)');
