import { describe, expect, it } from 'vitest';
import { hunted } from './hunted.ts';
import { mutants } from './mutants.ts';

const SEEDS = 50;

describe('a deliberate mistake', { timeout: 120_000 }, () => {
  it.each(mutants)('is caught within fifty seeds: it $title', async ({ title }) => {
    expect((await hunted(title, 1, SEEDS)).message).not.toBeNull();
  });

  it('is what is caught: without one nothing is', async () => {
    expect(await hunted('none', 1, SEEDS)).toEqual({ seeds: SEEDS, message: null });
  });
});
