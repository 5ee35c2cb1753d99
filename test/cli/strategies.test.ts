import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { strategies } from '../../shared/core/strategies/registry.ts';
import { jsonOf, runCli, temporaryFolder } from '../helpers/cli.ts';

const { folder, remove } = temporaryFolder();
const config = join(folder, 'own.yaml');
beforeAll(() =>
  writeFileSync(
    config,
    'strategies: { turtle: { timeframes: [1h], params: { entry: 55 } }, supertrend: { enabled: false } }\n',
  ),
);
afterAll(remove);

describe('strategies list', () => {
  it('has a row for every strategy of the registry, with what is enabled and its four weights', async () => {
    const { code, stdout, stderr } = await runCli('strategies', 'list', '--config', config);
    expect([code, stderr]).toEqual([0, '']);
    const [head, ...rows] = stdout.trimEnd().split('\n');
    expect(head).toMatch(
      /^strategy +family +enabled on +STRONG_TREND +WEAK_TREND +MEAN_REVERTING +RANDOM_WALK$/,
    );
    expect(rows.map((row) => row.split(' ')[0])).toEqual(strategies.map(({ id }) => id));
    // In a random walk the mean of 0.9, 0.5 and 0.1.
    expect(stdout).toMatch(/^turtle +breakout +1h +0\.90 +0\.50 +0\.10 +0\.50$/m);
    expect(stdout).toMatch(/^supertrend +trend +nothing +1\.00/m);
  });
});

describe('strategies show', () => {
  it('tells what it is, what is in force beside the default, and what it needs', async () => {
    const { code, stdout } = await runCli('strategies', 'show', 'turtle', '--config', config);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^turtle {2}Turtle breakout, family breakout$/m);
    expect(stdout).toMatch(/^formula {4}\+1: C > highest H of the `entry` candles before\./m);
    expect(stdout).toMatch(/^source {5}Faith, Way of the Turtle \(2007\)/m);
    expect(stdout).toMatch(/^loses {6}In ranges:/m);
    expect(stdout).toMatch(/^enabled {4}on 1h$/m);
    expect(stdout).toMatch(
      /^weights {4}STRONG_TREND 0\.90, WEAK_TREND 0\.50, MEAN_REVERTING 0\.10, RANDOM_WALK 0\.50$/m,
    );
    expect(stdout).toMatch(/^time stop {2}none$/m);
    expect(stdout).toMatch(/^entry +55 +20 {2}candles of the entry channel$/m);
    expect(stdout).toMatch(/^1h +55 +515 {2}enabled$/m);
    expect(stdout).toMatch(/^4h +55 +515$/m);
  });

  it('tells the time stop of one that has it', async () => {
    const { stdout } = await runCli('strategies', 'show', 'mean_reversion_bb');
    expect(stdout).toMatch(/^time stop {2}after 20 candles$/m);
  });

  it('of every strategy ends well', async () => {
    for (const { id } of strategies)
      expect(await jsonOf('strategies', 'show', id)).toMatchObject({ strategy: id });
  });

  it('breaks its texts into lines that fit a screen, and loses no word of them', async () => {
    for (const { id, formula } of strategies) {
      const { stdout } = await runCli('strategies', 'show', id);
      const lines = stdout.split('\n');
      expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(110);
      const words = stdout.split('\nsource')[0]?.split(/\s+/).join(' ');
      expect(words).toContain(formula.split(/\s+/).join(' '));
    }
  });

  it('of an unknown one is wrong use, with the name that was probably meant', async () => {
    const { code, stdout, stderr } = await runCli('strategies', 'show', 'turtel');
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toBe(
      "usage: There is no strategy 'turtel' (did you mean 'turtle'?).\n" +
        `  → Use one of ${strategies.map(({ id }) => id).join(', ')}.\n`,
    );
  });

  it('refuses a config that is wrong', async () => {
    const broken = join(folder, 'broken.yaml');
    writeFileSync(broken, 'strategies: { turtle: { params: { entyr: 5 } } }\n');
    const { code, stderr } = await runCli('strategies', 'show', 'turtle', '--config', broken);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^config-invalid: /);
  });
});
