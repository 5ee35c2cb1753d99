import { describe, expect, it } from 'vitest';
import { troubles } from './chance.ts';
import { sweep } from './sweep.ts';

describe('five hundred worlds', () => {
  it('have every trouble in them, and nothing that must not be', { timeout: 180_000 }, async () => {
    const { seeds, failed, orders, fills, counts } = await sweep(1, 500);
    expect(failed).toEqual([]);
    expect(seeds).toBe(500);
    expect([...counts.keys()]).toEqual([...troubles]);
    expect([...counts].filter(([, count]) => count === 0)).toEqual([]);
    expect(orders).toBeGreaterThan(1500);
    expect(fills).toBeGreaterThan(2000);
  });
});
