import { describe, expect, it } from 'vitest';
import { loadAccount } from '../../shared/app/account.ts';
import { scheduledTick, scheduledWatch } from '../../shared/app/scheduled.ts';
import { at } from '../helpers/live-market.ts';
import { begun, code, decided, whileHeld } from '../helpers/scheduled.ts';

describe('a tick that a schedule asks for', () => {
  it('trades once, however often it is asked for', async () => {
    const live = await begun();
    expect(await scheduledTick(live.scheduled(at(4, 0, 3)), at(4))).toBe('done');
    expect(await scheduledTick(live.scheduled(at(4, 0, 30)), at(4))).toBe('done-before');
    expect(await scheduledTick(live.scheduled(at(4, 5)), at(4))).toBe('done-before');
    expect((await loadAccount(live.store, live.account)).orders.size).toBe(1);
    expect(await decided(live)).toEqual(['0 WAIT', '4 ENTER']);
  });

  it('waits until five seconds after its instant, and not once they have passed', async () => {
    const live = await begun();
    const waits: number[] = [];
    const waiting = (ms: number) => live.scheduled(ms, { waitMs: async (wait) => void waits.push(wait) });
    await scheduledTick(waiting(at(4, 0, 2)), at(4));
    await scheduledTick(waiting(at(4, 0, 6)), at(4));
    expect(waits).toEqual([3_000, 0]);
  });

  it('takes the instant of the bar in which a schedule came late', async () => {
    const live = await begun();
    expect(await scheduledTick(live.scheduled(at(4, 3)), at(4, 2, 59))).toBe('done');
    expect(await decided(live)).toEqual(['0 WAIT', '4 ENTER']);
  });

  it('refuses an instant that has not come', async () => {
    const live = await begun();
    expect(await code(scheduledTick(live.scheduled(at(3, 59)), at(4)))).toBe('usage');
    expect(await decided(live)).toEqual(['0 WAIT']);
  });

  it('decides fifteen minutes late, and a minute later records that it was missed', async () => {
    for (const [minute, decision] of [
      [15, '4 ENTER'],
      [16, '4 WAIT MISSED'],
    ] as const) {
      const live = await begun();
      expect(await scheduledTick(live.scheduled(at(4, minute)), at(4))).toBe('done');
      expect(await decided(live)).toEqual(['0 WAIT', decision]);
    }
  });

  it('records an older instant as missed, and trades the newest one', async () => {
    const live = await begun({ says: { 4: 'trend:long', 8: 'trend:long' } });
    expect(await scheduledTick(live.scheduled(at(8, 0, 6)), at(4))).toBe('done');
    expect(await decided(live)).toEqual(['0 WAIT', '4 WAIT MISSED', '8 ENTER']);
  });

  it('fails while somebody else is at work, so that its retry comes back', async () => {
    const live = await begun();
    const tick = () => scheduledTick(live.scheduled(at(4, 0, 6)), at(4));
    expect(await whileHeld(live, () => code(tick()))).toBe('account-busy');
    expect(await decided(live)).toEqual(['0 WAIT']);
    expect(await tick()).toBe('done');
  });

  it('says that a candle has not appeared, and leaves the tick to the next watch', async () => {
    const live = await begun();
    live.withheld.add('BTC/USD 4h 4');
    expect(await scheduledTick(live.scheduled(at(4, 0, 6)), at(4))).toBe('not-ready');
    expect(await scheduledWatch(live.scheduled(at(4, 1, 6)))).toMatchObject({ outcome: 'not-ready' });
    live.withheld.clear();
    expect(await scheduledWatch(live.scheduled(at(4, 2, 6)))).toMatchObject({ outcome: 'done' });
    expect(await decided(live)).toEqual(['0 WAIT', '4 ENTER']);
  });

  it('decides nothing with less than 25 seconds left', async () => {
    const live = await begun();
    const withLeft = (ms: number) => live.scheduled(at(4, 0, 6), { leftMs: () => ms });
    expect(await scheduledTick(withLeft(24_999), at(4))).toBe('out-of-time');
    expect(await decided(live)).toEqual(['0 WAIT']);
    expect(await scheduledTick(withLeft(25_000), at(4))).toBe('done');
    expect(await decided(live)).toEqual(['0 WAIT', '4 ENTER']);
  });
});

describe('a tick whose time runs out while it decides', () => {
  it('stores no entry, and the next watch does it', async () => {
    const live = await begun();
    const lefts = [60_000, 24_999];
    const leftMs = () => lefts.shift() ?? 24_999;
    expect(await scheduledTick(live.scheduled(at(4, 0, 6), { leftMs }), at(4))).toBe('out-of-time');
    expect(await decided(live)).toEqual(['0 WAIT']);
    expect(await scheduledWatch(live.scheduled(at(4, 1, 6)))).toMatchObject({ outcome: 'done' });
    expect(await decided(live)).toEqual(['0 WAIT', '4 ENTER']);
  });
});
