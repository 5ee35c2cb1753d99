import { describe, expect, it } from 'vitest';
import { hunted } from './hunted.ts';
import { regressions } from './mutants.ts';
import { simulate } from './world.ts';

describe('a bug that a seed found', { timeout: 120_000 }, () => {
  it.each(regressions)('is mended: seed $seed $title', async ({ seed }) => {
    expect((await simulate(seed)).failure).toBeUndefined();
  });

  it.each(regressions)(
    'is found by its seed when it comes back: seed $seed $title',
    async ({ title, seed }) => {
      expect((await hunted(title, seed, 1)).message).not.toBeNull();
    },
  );
});
