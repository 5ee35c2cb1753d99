import { describe, expect, it, vi } from 'vitest';
import { loadAccount } from '../../shared/app/account.ts';
import { askFor, waitingRequests } from '../../shared/app/ask.ts';
import { ticksOverdue, unprotected } from '../../shared/app/health.ts';
import { keys } from '../../shared/app/items.ts';
import { type Scheduled, scheduledTick, scheduledWatch } from '../../shared/app/scheduled.ts';
import { unitsOf } from '../../shared/core/decimal.ts';
import { AppError } from '../../shared/core/errors.ts';
import { at, liveAccount } from '../helpers/live-market.ts';
import { begun, code, decided, market, whileHeld } from '../helpers/scheduled.ts';
import { scriptedInstances } from '../helpers/script.ts';

describe('a watch that a schedule wakes', () => {
  it('makes the account at its first run', async () => {
    const live = await begun();
    expect(await decided(live)).toEqual(['0 WAIT']);
  });

  it('reads two items and ends when nothing is open, due or asked', async () => {
    const live = await begun();
    const [get, query, transact] = (['get', 'query', 'transact'] as const).map((name) =>
      vi.spyOn(live.store, name),
    );
    const openLoop = vi.fn<Scheduled['openLoop']>();
    const run = await scheduledWatch(live.scheduled(at(3, 59), { openLoop }));
    expect(run).toEqual({ outcome: 'idle', gauges: { ticksOverdue: 0, positionsUnprotected: 0 } });
    expect([get, query, transact].map((spy) => spy?.mock.calls.length)).toEqual([1, 1, 0]);
    expect(openLoop).not.toHaveBeenCalled();
  });

  it('starts the newest tick when nobody did', async () => {
    const live = await begun();
    expect(await scheduledWatch(live.scheduled(at(4, 0, 40)))).toMatchObject({ outcome: 'done' });
    expect(await decided(live)).toEqual(['0 WAIT', '4 ENTER']);
  });

  it('takes the lease once, for all that it does', async () => {
    const live = await begun();
    await scheduledTick(live.scheduled(at(4, 0, 6)), at(4));
    const fence = async () => (await live.store.get(keys.lease(live.account)))?.body['fence'];
    const before = await fence();
    await scheduledWatch(live.scheduled(at(4, 1, 6)));
    await scheduledWatch(live.scheduled(at(4, 2, 6)));
    expect(await fence()).toBe(Number(before) + 2);
    expect(await live.store.get(keys.lease(live.account))).toMatchObject({ body: { untilMs: 0 } });
  });

  it('costs no more calls of the store than its month has been reckoned with', async () => {
    const live = await begun();
    await scheduledTick(live.scheduled(at(4, 0, 6)), at(4));
    for (const minute of [1, 2]) await scheduledWatch(live.scheduled(at(4, minute, 6)));
    const calls = (['get', 'query', 'transact'] as const).map((name) => vi.spyOn(live.store, name));
    await scheduledWatch(live.scheduled(at(4, 3, 6)));
    const counts = calls.map((spy) => spy.mock.calls.length);
    // docs/deploy.md: with a position open all month, 43,800 of these.
    for (const [index, most] of [11, 20, 5].entries()) expect(counts[index]).toBeLessThanOrEqual(most);
  });

  it('protects what an entry bought in the minute in which it sees it', async () => {
    const live = await begun();
    await scheduledTick(live.scheduled(at(4, 0, 6)), at(4));
    const run = await scheduledWatch(live.scheduled(at(4, 1, 6)));
    const { positions, orders } = await loadAccount(live.store, live.account);
    expect([...positions.keys()]).toEqual(['BTC/USD']);
    expect([...orders.values()].map(({ value }) => [value.purpose, value.state])).toEqual([['stop', 'OPEN']]);
    expect(run).toEqual({ outcome: 'done', gauges: { ticksOverdue: 0, positionsUnprotected: 0 } });
  });

  it('protects from the moment of the fill, at whatever second of its minute it comes', async () => {
    // The price falls through the stop of 97 in the minute of the entry, after its open.
    const falls = { ...market, prices: { 'BTC/USD': [[4 + 0.5 / 60, 95]] } } as const;
    const exits = async (second: number, isScheduled: boolean, isAway = false) => {
      const live = liveAccount(falls, { isScheduled });
      await scheduledWatch(live.scheduled(at(0, 0, 20)));
      await scheduledTick(live.scheduled(at(4, 0, 6)), at(4));
      if (isAway) live.broken.add('1m');
      await scheduledWatch(live.scheduled(at(4, 1, second)));
      live.broken.clear();
      await scheduledWatch(live.scheduled(at(4, 2, second)));
      return (await live.results()).closed.map(({ exitMs }) => exitMs);
    };
    expect(await exits(59, true)).toEqual([at(4, 1)]);
    // Kraken was away for one watch: the next one goes through both minutes.
    expect(await exits(6, true, true)).toEqual([at(4, 1)]);
    expect(await exits(9, false)).toEqual([at(4, 1)]);
    // Without the grace a stop that is placed at 04:01:59 rests from 04:02.
    expect(await exits(59, false)).toEqual([]);
  });

  it('carries out what was asked behind something that it cannot read', async () => {
    const live = await begun();
    const key = { pk: `REQUEST#${live.account}`, sk: '0' };
    await live.store.transact([
      { kind: 'put', ...key, expect: 'absent', body: { kind: 'of a newer version' } },
    ]);
    const ask = { id: 'a', by: 'test', why: 'more', askedMs: at(1) };
    await askFor(live.store, live.account, { ask, wish: { kind: 'capital', amount: unitsOf('50') } });
    expect(await scheduledWatch(live.scheduled(at(1, 1)))).toMatchObject({ outcome: 'failed' });
    expect((await loadAccount(live.store, live.account)).cash.value).toBe(unitsOf('10050'));
    expect(await waitingRequests(live.store, live.account)).toEqual([{ sk: '0', request: undefined }]);
  });

  it('refuses a config that no longer lists what is held: its stop would not be watched', async () => {
    const live = await begun();
    await scheduledTick(live.scheduled(at(4, 0, 6)), at(4));
    const scheduled = live.scheduled(at(4, 1, 6));
    const openLoop = async () => {
      const loop = await scheduled.openLoop();
      const { trader } = loop.paper;
      const config = { ...trader.config, symbols: ['ETH/USD'] };
      return { ...loop, paper: { ...loop.paper, trader: { ...trader, config } } };
    };
    const run = await scheduledWatch({ ...scheduled, openLoop });
    expect(run).toMatchObject({ outcome: 'failed', failure: { code: 'config-invalid' } });
    expect(await scheduledWatch(live.scheduled(at(4, 2, 6)))).toMatchObject({ outcome: 'done' });
  });

  it('is no failure while somebody else is at work, and measures nothing', async () => {
    const live = await begun();
    const outcome = await whileHeld(live, () => scheduledWatch(live.scheduled(at(4, 0, 40))));
    expect(outcome).toEqual({ outcome: 'held' });
  });

  it('carries out what was asked of an account that holds nothing', async () => {
    const live = await begun();
    const ask = { id: 'a', by: 'test', why: 'more', askedMs: at(1) };
    await askFor(live.store, live.account, { ask, wish: { kind: 'capital', amount: unitsOf('50') } });
    expect(await scheduledWatch(live.scheduled(at(1, 1)))).toMatchObject({ outcome: 'done' });
    const { cash } = await loadAccount(live.store, live.account);
    expect(cash.value).toBe(unitsOf('10050'));
  });

  it('does not fail when Kraken cannot be reached, and does not say that nothing is overdue', async () => {
    const live = await begun();
    live.broken.add('4h');
    const watched = (minute: number) => scheduledWatch(live.scheduled(at(4, minute, 40)));
    const away = { outcome: 'source-unavailable', gauges: { positionsUnprotected: 0 } };
    expect(await watched(0)).toEqual(away);
    expect(await watched(15)).toEqual({ ...away, gauges: { ...away.gauges, ticksOverdue: 1 } });
  });

  it('waits until five seconds after the minute when something is open or due, and only then', async () => {
    const live = await begun();
    const waits: number[] = [];
    const waiting = (ms: number) => live.scheduled(ms, { waitMs: async (wait) => void waits.push(wait) });
    await scheduledWatch(waiting(at(3, 59, 1)));
    expect(waits).toEqual([]);
    // A tick is due, and its candle may be young.
    await scheduledWatch(waiting(at(4)));
    expect(waits.splice(0)).toEqual([5_000]);
    await scheduledTick(live.scheduled(at(4, 0, 6)), at(4));
    await scheduledWatch(waiting(at(4, 1, 1)));
    await scheduledWatch(waiting(at(4, 1, 6)));
    expect(waits).toEqual([4_000, 0]);
  });

  it('books and protects beside a request that cannot be read, and then fails', async () => {
    const live = await begun();
    await scheduledTick(live.scheduled(at(4, 0, 6)), at(4));
    const key = { pk: `REQUEST#${live.account}`, sk: '1' };
    await live.store.transact([
      { kind: 'put', ...key, expect: 'absent', body: { kind: 'of a newer version' } },
    ]);
    for (const minute of [1, 2, 3]) {
      const run = await scheduledWatch(live.scheduled(at(4, minute, 6)));
      expect(run).toMatchObject({ outcome: 'failed', failure: { code: 'state-invalid' } });
    }
    const { head, positions, orders } = await loadAccount(live.store, live.account);
    expect(head.value.markedMs).toBe(at(4, 3));
    expect([...positions.keys()]).toEqual(['BTC/USD']);
    expect([...orders.values()].map(({ value }) => [value.purpose, value.state])).toEqual([['stop', 'OPEN']]);
    // A tick decides nothing past it, for it may forbid what would be decided.
    const tick = () => scheduledTick(live.scheduled(at(8, 0, 6)), at(8));
    expect(await code(tick())).toBe('state-invalid');
    await live.store.transact([{ kind: 'remove', ...key, expect: 1 }]);
    expect(await tick()).toBe('done');
    expect(await decided(live)).toEqual(['0 WAIT', '4 ENTER', '8 EXIT']);
  });

  it('says what went wrong at a first run that could not make the account', async () => {
    const live = liveAccount(market);
    const away = new AppError('source-unavailable', 'Kraken is away', 'wait');
    const openLoop = () => Promise.reject(away);
    await expect(scheduledWatch(live.scheduled(at(0), { openLoop }))).rejects.toThrow(away);
  });

  it('leaves the steps for which no time is left to the next one', async () => {
    const live = await begun();
    await scheduledTick(live.scheduled(at(4, 0, 6)), at(4));
    const late = live.scheduled(at(4, 1, 6), { leftMs: () => 7_999 });
    expect(await scheduledWatch(late)).toMatchObject({ outcome: 'out-of-time' });
    expect(await scheduledWatch(live.scheduled(at(4, 2, 6)))).toMatchObject({ outcome: 'done' });
    expect((await live.results()).open.map(({ plan }) => plan.symbol)).toEqual(['BTC/USD']);
  });

  it('does what a whole night brought when it comes back, missed ticks without entries', async () => {
    const live = await begun({ prices: { 'BTC/USD': [[5, 90]] } });
    await scheduledTick(live.scheduled(at(4, 0, 6)), at(4));
    await scheduledWatch(live.scheduled(at(4, 1, 6)));
    await scheduledWatch(live.scheduled(at(14)));
    expect(await decided(live)).toEqual(['0 WAIT', '4 ENTER', '8 WAIT MISSED', '12 WAIT MISSED']);
    const { closed } = await live.results();
    expect(closed.map(({ exit }) => exit?.reason)).toEqual(['STOP']);
  });
});

describe('what a watch measures', () => {
  it('counts the timeframes whose newest tick is not done fifteen minutes after it', () => {
    const instances = scriptedInstances({ stop: 0.97 });
    const [first] = instances;
    if (first === undefined) throw new Error('no instance');
    const both = [first, { ...first, timeframe: '1d' as const }];
    const counted = (nowMs: number, lastTickMs: number | null, createdMs = at(0)) =>
      ticksOverdue({ createdMs, lastTickMs }, { instances: both, nowMs });
    expect(counted(at(4, 14, 59), at(0))).toBe(0);
    expect(counted(at(4, 15), at(0))).toBe(1);
    expect(counted(at(4, 15), at(4))).toBe(0);
    expect(counted(at(24, 15), at(20))).toBe(2);
    expect(counted(at(24, 15), at(24))).toBe(0);
    expect(counted(at(4, 15), null)).toBe(1);
    // An account owes nothing of the time before it.
    expect(counted(at(4, 15), null, at(4))).toBe(0);
  });

  it('counts a position whose stop is being withdrawn, or covers less than is held', async () => {
    const live = await begun();
    await scheduledTick(live.scheduled(at(4, 0, 6)), at(4));
    await scheduledWatch(live.scheduled(at(4, 1, 6)));
    const account = await loadAccount(live.store, live.account);
    const [stop] = account.orders.values();
    if (stop === undefined) throw new Error('no stop');
    const counted = (change: Partial<typeof stop.value>) =>
      unprotected({
        ...account,
        orders: new Map([['stop', { ...stop, value: { ...stop.value, ...change } }]]),
      });
    expect(counted({})).toEqual([]);
    expect(counted({ isCancelRequested: true })).toEqual(['BTC/USD']);
    expect(counted({ state: 'SENDING' })).toEqual(['BTC/USD']);
    expect(counted({ filled: 1n })).toEqual(['BTC/USD']);
    expect(counted({ purpose: 'exit' })).toEqual([]);
    expect(counted({ purpose: 'entry' })).toEqual(['BTC/USD']);
  });

  it('counts a position that two watches in a row found without stop and sale, though they fail', async () => {
    const live = await begun();
    await scheduledTick(live.scheduled(at(4, 0, 6)), at(4));
    const watched = async (ms: number, refuses: boolean) => {
      const scheduled = live.scheduled(ms);
      const openLoop = async () => {
        const loop = await scheduled.openLoop();
        const { trader, exchange } = loop.paper;
        const place = () => Promise.reject(new Error('no answer'));
        const broken = { ...exchange, place };
        return { ...loop, paper: { ...loop.paper, trader: { ...trader, exchange: broken } } };
      };
      const run = await scheduledWatch(refuses ? { ...scheduled, openLoop } : scheduled);
      return [run.outcome, run.outcome === 'held' ? null : run.gauges.positionsUnprotected];
    };
    expect(await watched(at(4, 1, 6), true)).toEqual(['failed', 0]);
    expect(await watched(at(4, 2, 6), true)).toEqual(['failed', 1]);
    expect(await watched(at(4, 3, 6), false)).toEqual(['done', 0]);
  });
});
