import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { mutants } from './mutants.ts';

const SEEDS = 50;

/** A process of its own, whose sources have the mistake. */
async function hunted(title: string): Promise<{ readonly seeds: number; readonly message: string | null }> {
  const file = join(import.meta.dirname, 'hunt.ts');
  const { stdout } = await promisify(execFile)(process.execPath, [file, title, String(SEEDS)]);
  return JSON.parse(stdout);
}

describe('a deliberate mistake', () => {
  it.each(mutants)('is caught within fifty seeds: it $title', async ({ title }) => {
    const { message } = await hunted(title);
    expect(message).not.toBeNull();
  });

  it('is what is caught: without one nothing is', async () => {
    expect(await hunted('none')).toEqual({ seeds: SEEDS, message: null });
  });
});
