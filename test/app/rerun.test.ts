import { describe, expect, it } from 'vitest';
import { sqliteStateStore } from '../../shared/adapters/sqlite/state-store.ts';
import { analystOf } from '../../shared/app/analysis.ts';
import { replay } from '../../shared/app/replay.ts';
import { tick } from '../../shared/app/tick.ts';
import { watch } from '../../shared/app/watch.ts';
import type { Step } from '../../shared/core/execution/clock.ts';
import { stateOf } from '../helpers/account-state.ts';
import { chasedPlay, crowdedPlay, hourlyPlay } from '../helpers/plays.ts';
import { paperOf } from '../helpers/world.ts';

const memory = () => sqliteStateStore({ file: ':memory:', durability: 'relaxed' });

describe('a tick or a watch that runs again', () => {
  it.each([
    ['4h candles', crowdedPlay()],
    ['1h candles', hourlyPlay()],
    ['entries at limits', chasedPlay()],
  ])('changes nothing, right after itself or long after: %s', async (_, world) => {
    const store = memory();
    const paper = paperOf(world, { store });
    const { trader } = paper;
    const again = async ({ kind, atMs }: Step) => {
      if (kind === 'OPEN' || kind === 'RANGE') return;
      const analyst = analystOf(trader);
      if (kind === 'TICK') await tick(trader, { analyst, atMs, isMissed: false });
      else await watch(trader, { analyst, atMs, isCandleClosed: kind === 'CLOSED' });
    };
    const past = new Map<string, Step>();
    let repeated = 0;
    const onStep = async (step: Step) => {
      // Fills that the exchange has and no watch has booked yet are news, not a repetition.
      if (step.kind === 'OPEN' || step.kind === 'RANGE') return;
      const name = `${step.kind} at ${step.atMs}`;
      if (past.has(name)) return;
      past.set(name, step);
      const before = await stateOf(store, world);
      for (const one of [...past.values()].reverse()) {
        await again(one);
        repeated++;
      }
      expect(await stateOf(store, world), name).toEqual(before);
    };
    // A run finds that somebody else was at work, and gives up; the next one carries on.
    for (let isDone = false; !isDone; ) {
      const run = replay(paper, world, { onStep }).then(() => true);
      isDone = await run.catch((error) => {
        expect(error.code).toBe('account-busy');
        return false;
      });
    }
    const alone = memory();
    await replay(paperOf(world, { store: alone }), world);
    expect(await stateOf(store, world)).toEqual(await stateOf(alone, world));
    expect(repeated).toBeGreaterThan(60);
  });

  it('decides nothing in the past of a later tick', async () => {
    const world = crowdedPlay();
    const store = memory();
    const paper = paperOf(world, { store });
    await replay(paper, { ...world, toMs: world.fromMs });
    const before = await stateOf(store, world);
    const earlier = { analyst: analystOf(paper.trader), atMs: world.fromMs - 4 * 3_600_000 };
    expect(await tick(paper.trader, { ...earlier, isMissed: false })).toBe('done-before');
    expect(await watch(paper.trader, { ...earlier, isCandleClosed: true })).toBe('held');
    expect(await stateOf(store, world)).toEqual(before);
  });
});
