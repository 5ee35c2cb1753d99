import { describe, expect, it } from 'vitest';
import { unitsOf } from '../../shared/core/decimal.ts';
import { above, chased, endedEntries, inMinutes } from '../helpers/chase.ts';
import { compared, costless, quiet, staged } from '../helpers/stage.ts';
import type { ScriptedWorld } from '../helpers/world.ts';

/** What a play of BTC came to, once engine and replay were found equal. */
async function play(lines: readonly string[], options: ScriptedWorld = {}) {
  const world = chased({ BTC: lines }, options);
  const played = await compared(world);
  const { report, kept, store } = played;
  const orders = await endedEntries(store, world);
  return { fills: inMinutes(played, world), orders, report, rejects: report.rejects, kept, played };
}

// Minutes in which a limit of 99.99 is traded through, of 1 and of 2 coins by the volume.
const one = '100 101 99 100 v=20';
const two = '100 101 99 100 v=40';
const whole = '100 101 99 100';

describe('an entry at a limit, in engine and replay alike,', () => {
  it('rests a tick below the close and fills once the market trades a tick through it', async () => {
    for (const [low, filled] of [
      ['99.98', true],
      ['99.99', false],
    ] as const) {
      const { fills } = await play([`100 101 ${low} 100`]);
      expect(fills).toEqual(filled ? ['1m BTC RANGE ENTRY 6.2656 at 99.99'] : []);
    }
  });

  it('is reckoned at its limit: size, stop and what is said of them', async () => {
    const { played } = await play([whole]);
    const { size, reasons, inputs } = played.decision(4);
    // 25 USD over 3.99.
    expect(size).toMatchObject({ entry: '99.99', stop: '96', n1: '626.5', quantity: '6.2656' });
    expect(inputs.close).toBe('100');
    expect(reasons.at(-1)).toBe(
      'Buy 6.2656 BTC at a limit of 99.99, about 626.50 USD; stop near 96, no target.',
    );
  });

  it('never fills at an open: what has gapped through it fills it at the limit inside the candle', async () => {
    const { fills } = await play(['98 99 97.5 98']);
    expect(fills).toEqual(['1m BTC RANGE ENTRY 6.2656 at 99.99']);
  });

  it('pays the fee of a maker', async () => {
    const { report } = await play([whole], { config: { fees: { maker: 0.0025, taker: 0.004 } } });
    // 6.2656 × 99.99 × 0.25 %.
    expect(report.open).toMatchObject([{ entryPrice: '99.99', entryFee: '1.56624336' }]);
  });

  it('follows the close three times, also down', async () => {
    const rising = ['100 101 100 100.5', '100.5 101 100.5 100.3', '100.4 101 100.4 100.2'];
    // Once 100.19 is through by a tick, at the fourth minute.
    expect((await play([...rising, '100.3 101 100.18 100.3'])).fills).toEqual([
      '4m BTC RANGE ENTRY 6.2656 at 100.19',
    ]);
    expect((await play([...rising, '100.3 101 100.19 100.3'])).fills).toEqual([]);
    const falling = ['99.99 100 99.99 99.99', '99.98 100 99.98 99.98'];
    expect((await play([...falling, '99.98 99.98 99.9 99.9'])).fills).toEqual([
      '3m BTC RANGE ENTRY 6.2656 at 99.97',
    ]);
  });

  it('fills in parts: the position grows, its first stop stays, and the stop is for all of it', async () => {
    const { fills, orders, kept } = await play([
      one,
      '100 101 99 99.5 v=40',
      '99.5 101 99.4 99.5',
      above,
      '96 97 94 95',
    ]);
    expect(fills).toEqual([
      '1m BTC RANGE ENTRY 1 at 99.99',
      '2m BTC RANGE ENTRY 2 at 99.99',
      '3m BTC RANGE ENTRY 3.2656 at 99.49',
      '4m BTC OPEN STOP 6.2656 at 96',
    ]);
    expect(orders).toEqual(['limit 0 FILLED']);
    expect(kept.closed).toMatchObject([{ firstStop: 96, entryQuantity: unitsOf('6.2656') }]);
  });

  it('falls on through its stop in the same candle', async () => {
    const { fills, kept } = await play(['100 100 95 96']);
    expect(fills).toEqual(['1m BTC RANGE ENTRY 6.2656 at 99.99', '1m BTC RANGE STOP 6.2656 at 96']);
    expect(kept.closed).toMatchObject([{ exit: { reason: 'STOP' } }]);
  });

  it('meets no candle that is not there', async () => {
    const { fills } = await play([`${whole} hole`, `${whole} hole`, whole]);
    expect(fills).toEqual(['3m BTC RANGE ENTRY 6.2656 at 99.99']);
    expect((await play([`100 100 100 100 v=0`, whole])).fills).toEqual([
      '2m BTC RANGE ENTRY 6.2656 at 99.99',
    ]);
  });
});

describe('the rest of it, after three steps,', () => {
  const waiting = quiet(4, {}, above);
  const dear = { fees: { maker: 0.0025, taker: 0.004 }, costs: {}, market: { halfSpreadBps: 1 } };

  it.each([
    ['100.1', ['4m BTC OPEN ENTRY 6.2656 at 100.1'], {}, 'FILLED'],
    ['100.11', [], { ENTRY_ABANDONED: 1 }, 'EXPIRED ENTRY_ABANDONED'],
  ])('crosses at an open of at most ten basis points more: %s', async (open, fills, rejects, end) => {
    const all = await play([...waiting, `${open} 101 100 100`]);
    expect(all.fills).toEqual(fills);
    expect(all.rejects).toEqual(rejects);
    expect(all.report.forbidden).toEqual(rejects);
    expect(all.orders).toEqual(['limit 0 CANCELLED', `capped 1 ${end}`]);
  });

  it('pays what a taker pays', async () => {
    const { report, fills } = await play([...waiting, above], { config: dear });
    // 3 basis points on the open, and 0.4 %: 6.2656 × 100.03 × 0.004.
    expect(fills).toEqual(['4m BTC OPEN ENTRY 6.2656 at 100.03']);
    expect(report.open).toMatchObject([{ entryPrice: '100.03', entryFee: '2.506991872' }]);
  });

  it('is what was not bought before, as far as the volume goes', async () => {
    const { fills, orders, kept } = await play([
      one,
      two,
      above,
      above,
      '100 101 100 100 v=20',
      '96 97 94 95',
    ]);
    expect(fills).toEqual([
      '1m BTC RANGE ENTRY 1 at 99.99',
      '2m BTC RANGE ENTRY 2 at 99.99',
      '4m BTC OPEN ENTRY 1 at 100',
      '5m BTC OPEN STOP 4 at 96',
    ]);
    expect(orders).toEqual(['limit 0 CANCELLED', 'capped 1 CANCELLED']);
    expect(kept.tally.rejects).toEqual({});
  });

  it.each([
    ['in a hole', `${above} hole`],
    ['without volume', '100 100 100 100 v=0'],
  ])('is abandoned %s', async (_, line) => {
    const { fills, orders, rejects } = await play([one, above, above, above, line, above]);
    expect(fills).toEqual(['1m BTC RANGE ENTRY 1 at 99.99']);
    expect(orders).toEqual(['limit 0 CANCELLED', 'capped 1 EXPIRED ENTRY_ABANDONED']);
    expect(rejects).toEqual({ ENTRY_ABANDONED: 1 });
  });

  it('is not bought when it is too small for an order', async () => {
    const market = (minQuantity: string) => ({ config: { market: { minQuantity } } });
    // 6 of 6.2656.
    const lines = ['100 101 99 100 v=120', above, above, above, above];
    const dust = await play(lines, market('0.2657'));
    expect(dust.fills).toEqual(['1m BTC RANGE ENTRY 6 at 99.99']);
    expect([dust.orders, dust.rejects]).toEqual([['limit 0 CANCELLED'], {}]);
    const { fills } = await play(lines, market('0.2656'));
    expect(fills).toEqual(['1m BTC RANGE ENTRY 6 at 99.99', '4m BTC OPEN ENTRY 0.2656 at 100']);
  });

  it('is not sent when the span ends before', async () => {
    const { fills, orders } = await play(waiting);
    expect([fills, orders]).toEqual([[], ['limit 0 CANCELLED']]);
  });
});

describe('nothing more is bought', () => {
  const cancelled = ['limit 0 CANCELLED'];

  it('of what was stopped out inside a candle', async () => {
    const { fills, orders, rejects } = await play([one, '99 99 95 96 v=40', whole, whole]);
    expect(fills).toEqual([
      '1m BTC RANGE ENTRY 1 at 99.99',
      '2m BTC RANGE ENTRY 2 at 99.99',
      '2m BTC RANGE STOP 2 at 96',
      '2m BTC OPEN STOP 1 at 100',
    ]);
    expect([orders, rejects]).toEqual([cancelled, {}]);
  });

  it('of what was stopped out at an open', async () => {
    const { fills, orders } = await play([one, '95.5 96 95.4 96', whole]);
    expect(fills).toEqual(['1m BTC RANGE ENTRY 1 at 99.99', '1m BTC OPEN STOP 1 at 95.5']);
    expect(orders).toEqual(cancelled);
  });

  it('at the very open that stops it out', async () => {
    const { fills, orders, rejects } = await play([one, above, above, above, '95.5 96 95.4 96', whole]);
    expect(fills).toEqual(['1m BTC RANGE ENTRY 1 at 99.99', '4m BTC OPEN STOP 1 at 95.5']);
    expect(orders).toEqual([...cancelled, 'capped 1 CANCELLED ENTRY_ABANDONED']);
    expect(rejects).toEqual({ ENTRY_ABANDONED: 1 });
  });

  it('of what has reached its target', async () => {
    const { fills, orders, rejects } = await play([one, '100 102 100 101.5', whole], { target: 1.01 });
    expect(fills).toEqual(['1m BTC RANGE ENTRY 1 at 99.99', '2m BTC OPEN TARGET 1 at 100']);
    expect([orders, rejects]).toEqual([cancelled, {}]);
  });

  it('once the market has fallen to the stop of what was bought', async () => {
    // The stop of 99.9 is clamped to an average true range below the limit: 97.99.
    const { fills, orders, rejects } = await play([one, '99 99 98 98 v=20', '98 98.5 98 98'], {
      stop: 0.999,
    });
    expect(fills).toEqual(['1m BTC RANGE ENTRY 1 at 99.99', '2m BTC RANGE ENTRY 1 at 99.99']);
    expect([orders, rejects]).toEqual([cancelled, {}]);
  });

  it('of what is to be sold at the open at which its rest should cross', async () => {
    // Every minute is a tick: the one that exits comes after the watch that lets the rest cross.
    const lines = [`${above} turtle:long`, one, above, above, `${above} turtle:exit`, above];
    const config = { entry: 'maker', ...costless() };
    const world = staged({ BTC: lines }, { exec: '1m', lookbackRows: 20, turtleOn: '1m', config });
    const { kept, store } = await compared(world);
    expect(kept.fills.map(({ step, reason }) => `${step} ${reason}`)).toEqual(['RANGE ENTRY', 'OPEN SIGNAL']);
    expect(await endedEntries(store, world)).toEqual([...cancelled, 'capped 1 CANCELLED']);
    expect(kept.tally.rejects).toEqual({});
  });

  it('while a breaker forbids it', async () => {
    // A minute of 6 %: a flash.
    const { fills, orders, rejects } = await play([one, '100 106 100 100', whole]);
    expect(fills).toEqual(['1m BTC RANGE ENTRY 1 at 99.99']);
    expect([orders, rejects]).toEqual([['limit 0 CANCELLED ENTRY_ABANDONED'], { ENTRY_ABANDONED: 1 }]);
  });

  it('when it has become too late', async () => {
    const late = (maxLateMinutes: number) =>
      play([above, above, above, whole], { config: { maxLateMinutes } });
    expect((await late(2)).orders).toEqual(['limit 0 CANCELLED ENTRY_ABANDONED']);
    expect((await late(3)).fills).toEqual(['4m BTC RANGE ENTRY 6.2656 at 99.99']);
  });
});
