import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { troubles } from './chance.ts';

function simulated(...args: readonly string[]) {
  const file = join(import.meta.dirname, 'simulate.ts');
  return spawnSync(process.execPath, [file, ...args], { encoding: 'utf8' });
}

// The commands of docs/simulation.md.
describe('npm run simulate', { timeout: 60_000 }, () => {
  it('ends with one line of counts, every trouble named in it', () => {
    const { stdout, status } = simulated('--seeds', '3', '--from', '11', '--workers', '1');
    expect(status).toBe(0);
    expect(stdout.trim().split('\n')).toHaveLength(1);
    expect(stdout).toMatch(/^3 seeds, 0 failed: \d+ runs, \d+ orders, \d+ fills; /);
    for (const trouble of troubles) expect(stdout).toMatch(new RegExp(`[;,] ${trouble} \\d+[,;]`));
  });

  it('comes to the same with one thread and with two', () => {
    const counts = (workers: string) =>
      simulated('--seeds', '40', '--workers', workers).stdout.replace(/; \d+ s$/m, '');
    expect(counts('2')).toBe(counts('1'));
  });

  it('tells one seed line by line, and the same again; without its troubles fewer of them', () => {
    const [first, second] = [simulated('--from', '5', '--trace'), simulated('--from', '5', '--trace')];
    expect(first.stdout).toBe(second.stdout);
    expect(first.stdout.split('\n').length).toBeGreaterThan(100);
    expect(first.stdout).toMatch(/^\d\d:\d\d:\d\d\.\d{3} A\d+ wakes/m);
    expect(first.stdout).toMatch(/seed 5: nothing that must not be; [1-9]\d* troubles\n$/);
    expect(simulated('--from', '5', '--only', '').stdout).toBe(
      'seed 5: nothing that must not be; 0 troubles\n',
    );
  });

  it.each([
    [['--seeds', 'many'], "argument 'many' is invalid. It must be a whole number, at least 1."],
    [['--seeds', '0'], "argument '0' is invalid. It must be a whole number, at least 1."],
    [['--from', '-3'], "argument '-3' is invalid. It must be a whole number, at least 0."],
    [['--sedes', '3'], "unknown option '--sedes'"],
    [['--trace', '--seeds', '3'], "option '--trace' cannot be used with option '--seeds <n>'"],
    [['--only', 'reply lost'], "'reply lost' is no trouble: write them as"],
    [['--only', 'replay lost 3'], "'replay lost 3' is no trouble: write them as"],
  ])('refuses %j in one line', (words, said) => {
    const { status, stdout, stderr } = simulated(...words);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toContain(said);
    expect(stderr.trim().split('\n').length).toBeLessThan(3);
  });
});
