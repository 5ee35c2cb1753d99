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

  it('takes nothing but whole numbers', () => {
    const { status, stderr } = simulated('--seeds', 'many');
    expect([status, stderr]).toEqual([2, "--seeds takes a whole number, not 'many'.\n"]);
  });
});
