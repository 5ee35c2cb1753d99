import { describe, expect, it } from 'vitest';
import { shrunk } from './shrink.ts';

const troubles = Array.from({ length: 40 }, (_, n) => `reply lost ${n}`);

describe('what led to a failure', () => {
  it('is shrunk to the troubles that it needs', async () => {
    const needed = ['reply lost 3', 'reply lost 17', 'reply lost 39'];
    const kept = await shrunk(troubles, async (only) => needed.every((name) => only.has(name)));
    expect(kept).toEqual(needed);
  });

  it('is nothing when it fails without any trouble, and everything when it needs all', async () => {
    expect(await shrunk(troubles, async () => true)).toEqual([]);
    expect(await shrunk(troubles, async (only) => only.size === troubles.length)).toEqual(troubles);
  });
});
