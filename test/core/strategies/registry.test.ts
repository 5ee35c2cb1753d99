import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { findStrategy, strategies } from '../../../shared/core/strategies/registry.ts';

describe('the registry', () => {
  it('finds each strategy by its own id', () => {
    for (const strategy of strategies) expect(findStrategy(strategy.id)).toBe(strategy);
  });

  it('finds nothing by an id that nobody has', () => {
    expect(findStrategy('no_such_strategy')).toBeUndefined();
  });

  it('keeps the strategies of a family together', () => {
    const families = strategies.map(({ family }) => family);
    const runs = families.filter((family, i) => family !== families[i - 1]);
    expect(runs).toEqual([...new Set(families)]);
  });
});

describe.each(strategies)('$id', ({ formula, source, loses }) => {
  it('says when it votes, where that comes from, and when it loses', () => {
    expect(formula).toMatch(/\+1.*Exit: .*Stop/s);
    expect(source).toMatch(/\(\d{4}\)/);
    expect(loses).toMatch(/^[A-Z].*\.$/);
  });
});

describe.each(strategies)('the parameters of $id', ({ params }) => {
  const { properties = {} } = z.toJSONSchema(params, { io: 'input' });

  it('each have a default and a unit', () => {
    expect(Object.keys(properties)).not.toEqual([]);
    for (const [name, property] of Object.entries(properties)) {
      expect(property, name).toMatchObject({ default: expect.anything(), description: expect.any(String) });
    }
  });

  it('are refused when one is misspelt, zero or negative', () => {
    const [name = ''] = Object.keys(properties);
    expect(params.safeParse({ misspelt: 1 }).success).toBe(false);
    expect(params.safeParse({ [name]: 0 }).success).toBe(false);
    expect(params.safeParse({ [name]: -1 }).success).toBe(false);
  });
});
