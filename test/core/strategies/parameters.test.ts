import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { strategies } from '../../../shared/core/strategies/registry.ts';
import type { Strategy } from '../../../shared/core/strategies/strategy.ts';
import { walk } from '../../helpers/candles.ts';

/** Markets that are wild enough for every rule to be asked. */
const markets = [1, 2, 3, 4, 5, 6].map((seed) => walk(seed, 700, { move: 0.03, gaps: 0.02 }));

/** Everything that a strategy says of these markets with some parameters. */
function saidOf(strategy: Strategy, change: Readonly<Record<string, number>>) {
  const params = strategy.params.parse(change);
  return {
    columns: markets.map((candles) => strategy.prepare(candles, params)),
    timeStopBars: strategy.timeStopBars?.(params),
  };
}

/** Values near a default that its schema takes: whole numbers stay whole. */
function neighbours(value: number): readonly number[] {
  return Number.isInteger(value)
    ? [value + 1, value * 2, Math.ceil(value / 5), Math.round(value * 1.3), Math.round(value * 0.7)]
    : [value * 1.25, value * 0.5];
}

describe.each(strategies)('$id', (strategy) => {
  const { properties = {} } = z.toJSONSchema(strategy.params, { io: 'input' });
  const usual = saidOf(strategy, {});
  const names = Object.entries(properties).map(([name, schema]) => {
    const value = typeof schema === 'object' ? Number(schema.default) : Number.NaN;
    return { name, value };
  });

  it.each(names)('says something else when $name is not $value', ({ name, value }) => {
    const accepted = neighbours(value).filter((one) => strategy.params.safeParse({ [name]: one }).success);
    expect(accepted.length).toBeGreaterThan(0);
    const others = accepted.map((one) => saidOf(strategy, { [name]: one }));
    expect(others.some((said) => JSON.stringify(said) !== JSON.stringify(usual))).toBe(true);
  });
});
