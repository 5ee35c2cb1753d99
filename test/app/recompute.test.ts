import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sqliteStateStore } from '../../shared/adapters/sqlite/state-store.ts';
import { analystOf } from '../../shared/app/analysis.ts';
import { replay } from '../../shared/app/replay.ts';
import { tick } from '../../shared/app/tick.ts';
import { HOUR_MS } from '../../shared/core/market/timeframes.ts';
import { replayUntil } from '../helpers/halt.ts';
import { operatorOf } from '../helpers/operator.ts';
import { trippingPlay } from '../helpers/plays.ts';
import { expectRecomputed, storedDecisions } from '../helpers/recomputed.ts';
import { calm, compared, quiet, staged } from '../helpers/stage.ts';
import { walkWorld } from '../helpers/walk-world.ts';
import { paperOf } from '../helpers/world.ts';

const memory = () => sqliteStateStore({ file: ':memory:', durability: 'relaxed' });

// Every play of test/app/parity*.test.ts is decided again as well: see `compared`.
describe('decided again from its record, the config and the candles, each decision has the same bytes', () => {
  const tight = { riskPerTrade: 0.02, drawdownMax: 0.02, dailyLossMax: 0.01, kellyPositions: 10 };
  it('whatever the candles, the exec candles, the limits and the threshold', async () => {
    const drawn = fc.record({
      seed: fc.integer({ min: 1, max: 10_000 }),
      exec: fc.constantFrom('4h' as const, '1h' as const),
      risk: fc.constantFrom({}, tight, { ...tight, cooldownMinutes: 0, maxOpen: 20 }),
      threshold: fc.constantFrom(0.2, 0.45, 0.9),
      untraded: fc.constantFrom(0, 0.03),
    });
    const both = { timeframes: ['4h', '1d'] };
    const strategies = { trend_ema: both, turtle: both, supertrend: both, mean_reversion_bb: {} };
    await fc.assert(
      fc.asyncProperty(drawn, async ({ seed, exec, risk, threshold, untraded }) => {
        const ensemble = { threshold, minSupporters: 1, minFamilies: 1 };
        const shape = { move: 0.02, gaps: 0.03, untraded };
        const world = walkWorld(seed, { exec, days: 4, shape, config: { risk, ensemble, strategies } });
        const store = memory();
        await replay(paperOf(world, { store }), world);
        // Two symbols at 25 ticks of 4h.
        expect(await expectRecomputed(store, world)).toBe(50);
      }),
      { numRuns: 6 },
    );
  });

  it('also of a tick that was missed, and beside a breaker that a person tripped twice', async () => {
    const world = staged({ BTC: [`${calm} turtle:long`, ...quiet(3, { 0: `${calm} turtle:long` })] });
    const store = memory();
    await replayUntil(paperOf(world, { store }), world, 'TICK', world.fromMs);
    const ann = operatorOf(store, world.account);
    await ann.trip('manual');
    await ann.reset('manual');
    await ann.trip('manual');
    const { trader } = paperOf(world, { store });
    const due = { analyst: analystOf(trader), isMissed: false };
    await tick(trader, { ...due, atMs: world.fromMs + 4 * HOUR_MS });
    await tick(trader, { ...due, atMs: world.fromMs + 8 * HOUR_MS, isMissed: true });
    const [, forbidden, missed] = await storedDecisions(store, world);
    expect(forbidden).toMatchObject({
      code: 'BREAKER_MANUAL',
      inputs: { standing: { breakers: [{ scope: 'manual', version: 3, by: 'ann@desk' }] } },
    });
    expect(missed).toMatchObject({ code: 'MISSED' });
    expect(await expectRecomputed(store, world)).toBe(3);
  });
});

it('the versions of breakers grow with each of their writes, of entries too, in the engine as in the store', async () => {
  const { decision } = await compared(trippingPlay());
  const versionsAt = (hours: number) =>
    Object.fromEntries(
      decision(hours).inputs.standing.breakers.map(({ scope, version }) => [scope, version]),
    );
  // The entry of 4h makes all of them (1). The stop trips the losses (2), the entry after its time closes them (3).
  expect(versionsAt(8)).toEqual({ losses: 2 });
  expect(versionsAt(16)).toMatchObject({ losses: 4, portfolio: 2 });
});
