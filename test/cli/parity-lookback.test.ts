import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli, temporaryFolder } from '../helpers/cli.ts';
import { writeMadeUpFiles } from '../helpers/made-up-files.ts';

const { folder, remove } = temporaryFolder();
const data = ['--data', join(folder, 'data')];
beforeAll(async () => {
  await runCli('candles', 'import', ...writeMadeUpFiles(folder), ...data);
});
afterAll(remove);

const asked = (from: string, to: string, ...words: string[]) =>
  runCli('parity', '--lookback', '--from', from, '--to', to, ...words, ...data);

describe('parity --lookback', () => {
  it('finds no difference with the config in force: every instance and the regime on every symbol', async () => {
    const { code, stdout, stderr } = await asked('2025-01-20', '2025-01-28');
    expect([code, stderr]).toEqual([0, '']);
    const lines = stdout.trimEnd().split('\n');
    expect(lines[0]).toBe(
      'PARITY between the last 720 candles and all of them  2025-01-20 00:00 to 2025-01-29 00:00 UTC',
    );
    // Nine days of six bars, and the midnight that they begin with: as many as there are ticks.
    for (const symbol of ['BTC/USD', 'ETH/USD']) {
      for (const name of ['mean_reversion_bb', 'supertrend', 'trend_ema', 'turtle', 'regime'])
        expect(stdout).toMatch(new RegExp(`^${name}@4h +${symbol} +4488 +55 +0 +0$`, 'm'));
      for (const name of ['supertrend', 'trend_ema', 'turtle'])
        expect(stdout).toMatch(new RegExp(`^${name}@1d +${symbol} +748 +10 +0 +0$`, 'm'));
    }
    expect(lines.at(-1)).toBe('no difference');
  });

  it('ends with 1 on a difference, and tells where and what', async () => {
    // A longer memory is refused. What is left of it, 1e-12 of the price, shows in a target 1e12 times as far.
    const far = join(folder, 'far.yaml');
    const params = 'params: { range: 27, reward: 1.0e+12 }';
    writeFileSync(far, `strategies: { macd_crossover: { timeframes: [4h], ${params} } }\n`);
    const { code, stdout } = await asked('2025-01-20', '2025-01-28', '--config', far);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^\d+ differences; of each instance the first ones:$/m);
    expect(stdout).toMatch(/^instance +symbol +at +column +last 720 +all$/m);
    const rows = stdout.match(/^macd_crossover@4h +\S+ +2025-01-2\d \d\d:00 .*$/gm) ?? [];
    expect(rows).toHaveLength(6);
    expect(rows[0]).toMatch(/^macd_crossover@4h +BTC\/USD +2025-01-20 00:00 +target +[\d.]+ +[\d.]+$/);
    expect(stdout).toMatch(/^turtle@4h +BTC\/USD +4488 +55 +0 +0$/m);
  });

  it('says when no bar could be compared', async () => {
    const { code, stdout } = await asked('2023-01-12', '2023-01-14');
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^NOTE {2}turtle@1d ETH\/USD: no bar has its 720 candles, so nothing of it was compared\.$/m,
    );
  });

  it('of a span beyond the stored candles is refused', async () => {
    const { code, stdout, stderr } = await asked('2025-01-20', '2025-02-20');
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(
      /^candles-missing: The 4h candles of BTC\/USD reach to 2025-01-29 00:00 UTC, the span/,
    );
  });
});
