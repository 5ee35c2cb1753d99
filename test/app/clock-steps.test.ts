import { describe, expect, it } from 'vitest';
import { openAccount } from '../../shared/app/account.ts';
import { monthsOf } from '../../shared/app/results.ts';
import { unitsOf } from '../../shared/core/decimal.ts';
import { at, liveAccount } from '../helpers/live-market.ts';
import { operatorOf, outcomesOf, waitingOf } from '../helpers/operator.ts';

type Live = ReturnType<typeof liveAccount>;

/** Everything that is stored of the account, with versions, but for the lease: taking it changes nothing. */
async function dump({ store, account }: Live) {
  const names = ['ACCOUNT', 'FILL', 'TICK', 'PAPER', 'BREAKER', 'REQUEST'].map(
    (name) => `${name}#${account}`,
  );
  const items = [];
  for (const pk of [...names, ...monthsOf(account, { fromMs: at(-48), toMs: at(72) })])
    items.push(...(await store.query(pk)).filter(({ sk }) => sk !== 'LEASE'));
  return items;
}

/** Bought at 4:00 at a price of 100 with a stop at 97; watched until 4:30. */
async function busy() {
  const live = liveAccount({ prices: {}, says: { 4: 'turtle:long' } }, { isStoring: false });
  await live.run(at(0, 0, 3));
  for (const minute of [0, 1, 30]) await live.run(at(4, minute, 3));
  return live;
}

/** Nothing is held; the newest tick was at 4:00. */
async function flat() {
  const live = liveAccount({ prices: {} }, { isStoring: false });
  await live.run(at(0, 0, 3));
  await live.run(at(4, 0, 3));
  return live;
}

describe('a clock that is set back', () => {
  it.each([
    ['below the newest mark', busy, at(3, 30), '2024-01-31 03:30', '2024-01-31 04:30'],
    ['below the newest mark by two minutes', busy, at(4, 28, 3), '2024-01-31 04:28', '2024-01-31 04:30'],
    ['below the newest tick', flat, at(3, 0, 3), '2024-01-31 03:00', '2024-01-31 04:00'],
    ['to another year', flat, at(-24 * 365), '2023-01-31 00:00', '2024-01-31 04:00'],
  ] as const)('%s is told with both times, and nothing happens', async (_, account, nowMs, now, reached) => {
    const live = await account();
    await operatorOf(live.store, live.account).halt(true);
    const before = await dump(live);
    for (let turn = 0; turn < 2; turn++) {
      await expect(live.run(nowMs)).rejects.toMatchObject({
        code: 'clock-behind',
        message: `The clock says ${now} UTC, but the account 'paper-test' has come to ${reached} UTC.`,
        hint: `Nothing is watched until then: set this machine's clock right. From ${reached} UTC on it goes on by itself.`,
      });
      live.restart();
    }
    expect(await dump(live)).toEqual(before);
  });

  it('goes on once it is right again, and carries out what was asked meanwhile', async () => {
    const live = await busy();
    await expect(live.run(at(3, 30))).rejects.toMatchObject({ code: 'clock-behind' });
    await operatorOf(live.store, live.account).want({ kind: 'close', symbol: 'BTC/USD' });
    await live.run(at(4, 31, 3));
    await live.run(at(4, 32, 3));
    expect((await live.results()).closed).toMatchObject([{ exit: { reason: 'MANUAL' } }]);
  });

  it('by no more than a candle changes nothing, says nothing, and the minute comes again', async () => {
    for (const account of [busy, flat]) {
      const [live, steady] = [await account(), await account()];
      await operatorOf(live.store, live.account).want({ kind: 'capital', amount: unitsOf('1') });
      await operatorOf(steady.store, steady.account).want({ kind: 'capital', amount: unitsOf('1') });
      const before = await dump(live);
      const reachedMs = account === busy ? at(4, 30) : at(4);
      for (const backMs of [1, 2000, 60_000]) {
        await live.run(reachedMs - backMs);
        expect(await dump(live), `${backMs} ms`).toEqual(before);
      }
      await expect(live.run(reachedMs - 60_001)).rejects.toMatchObject({ code: 'clock-behind' });
      for (const one of [live, steady]) await one.run(at(4, 31, 3));
      expect(await dump(live)).toEqual(await dump(steady));
      expect(await waitingOf(live.store, live.account)).toBe(0);
    }
  });
});

describe('a clock that is set forward by hours', () => {
  it('is an absence: what was missed is recorded without entries, and then the clock is behind', async () => {
    const live = liveAccount(
      { prices: {}, says: { 8: 'turtle:long', 12: 'turtle:long' } },
      { isStoring: false },
    );
    await live.run(at(4, 0, 3));
    await live.run(at(12, 16, 3));
    const { decisions, fills } = await live.results();
    const missed = decisions.filter(({ symbol, code }) => symbol === 'BTC/USD' && code === 'MISSED');
    expect([missed.map(({ atMs }) => atMs), fills]).toEqual([[at(8), at(12)], []]);
    await expect(live.run(at(4, 30, 3))).rejects.toMatchObject({
      code: 'clock-behind',
      message: expect.stringContaining('has come to 2024-01-31 12:00 UTC.'),
    });
  });
});

describe('requests of a flat account', () => {
  it('are carried out by the next minute, once', async () => {
    const live = await flat();
    const ann = operatorOf(live.store, live.account);
    await ann.halt(true);
    await ann.want({ kind: 'capital', amount: unitsOf('500') });
    await live.run(at(4, 1, 3));
    await live.run(at(4, 2, 3));
    expect((await outcomesOf(live.store, live.account)).map(({ atMs, outcome }) => [atMs, outcome])).toEqual([
      [at(4, 1), 'Nothing is held.'],
      [at(4, 1), '500 USD were added; the account is allotted 10500 USD.'],
    ]);
    expect((await live.results()).cash).toBe(unitsOf('10500'));
  });
});

describe('an account of another source', () => {
  it('is refused by name, and left as it is', async () => {
    const live = await flat();
    const before = await dump(live);
    live.restart('csv');
    await expect(live.run(at(8, 0, 3))).rejects.toMatchObject({
      code: 'account-mismatch',
      message: "Account 'paper-test' trades on the source 'fake', not on 'csv'.",
    });
    const wanted = { account: 'paper-test', source: 'csv', capital: unitsOf('1'), createdMs: at(0) };
    await expect(openAccount(live.store, wanted)).rejects.toMatchObject({ code: 'account-mismatch' });
    expect(await dump(live)).toEqual(before);
  });
});
