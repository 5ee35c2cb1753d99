import { beforeEach, describe, expect, it } from 'vitest';
import { sqliteStateStore } from '../../shared/adapters/sqlite/state-store.ts';
import { openAccount } from '../../shared/app/account.ts';
import { waitingRequests } from '../../shared/app/ask.ts';
import { listBreakers, resetBreaker, tripBreaker } from '../../shared/app/breakers.ts';
import { bodyOf, keys } from '../../shared/app/items.ts';
import { unitsOf } from '../../shared/core/decimal.ts';
import type { Breaker } from '../../shared/core/risk/breakers.ts';
import type { StateStore } from '../../shared/ports/state-store.ts';
import { operatorOf, outrun, puts } from '../helpers/operator.ts';

const account = 'paper-test';
const createdMs = 1_700_000_000_000;
const HOUR_MS = 3_600_000;

let store: StateStore;
let ann: ReturnType<typeof operatorOf>;
beforeEach(async () => {
  store = sqliteStateStore({ file: ':memory:', durability: 'relaxed' });
  ann = operatorOf(store, account);
  await openAccount(store, { account, source: 'fake', capital: unitsOf('10000'), createdMs });
});

const one = async (scope: string) =>
  (await listBreakers(store, account)).find((found) => found.scope === scope);

/** A breaker that the engine tripped. */
async function trippedByEngine(scope: string, untilMs: number | null): Promise<void> {
  const breaker: Breaker = {
    scope,
    state: 'tripped',
    untilMs,
    atMs: createdMs,
    why: 'A fall.',
    by: 'engine',
  };
  const known = await store.get(keys.breaker(account, scope));
  const expected = known?.version ?? 'absent';
  await store.transact([
    { kind: 'put', ...keys.breaker(account, scope), expect: expected, body: bodyOf(breaker) },
  ]);
}

describe('a trip', () => {
  it('holds until a reset, with who, why and the instant that the account has come to', async () => {
    expect(await listBreakers(store, account)).toEqual([]);
    await ann.trip('manual');
    expect(await listBreakers(store, account)).toEqual([
      {
        scope: 'manual',
        state: 'tripped',
        untilMs: null,
        atMs: createdMs,
        why: 'trip manual',
        by: 'ann@desk',
        isTripped: true,
        version: 1,
      },
    ]);
    expect(await waitingRequests(store, account)).toMatchObject([
      { request: { kind: 'trip', scope: 'manual' } },
    ]);
  });

  it('lengthens a lock that would end, and never shortens one', async () => {
    await trippedByEngine('losses', createdMs + HOUR_MS);
    await ann.trip('losses');
    expect(await one('losses')).toMatchObject({ untilMs: null, by: 'ann@desk', version: 2 });
    await operatorOf(store, account, 'bob@desk').trip('losses');
    // Bob's reason is kept with his request; what holds keeps its first one.
    expect(await one('losses')).toMatchObject({ untilMs: null, by: 'ann@desk' });
    expect(await waitingRequests(store, account)).toMatchObject([
      { request: { by: 'ann@desk' } },
      { request: { by: 'bob@desk' } },
    ]);
  });

  it('that was repeated after somebody looked is not reset by what that one saw', async () => {
    await ann.trip('manual');
    const { version = 0 } = (await one('manual')) ?? {};
    await operatorOf(store, account, 'bob@desk').trip('manual');
    const reset = resetBreaker(store, { account, scope: 'manual', ask: ann.ask('seen'), version });
    await expect(reset).rejects.toMatchObject({ code: 'breaker-changed' });
    expect(await one('manual')).toMatchObject({ isTripped: true });
  });

  it.each([1, 4])('that lost %i races is carried out over what won', async (times) => {
    const slow = outrun(store, puts(/^BREAKER#/), {
      write: () => trippedByEngine('asset:BTC-USD', createdMs + HOUR_MS),
      times,
    });
    await tripBreaker(slow, { account, scope: 'asset:BTC-USD', ask: ann.ask('mine') });
    expect(slow.outrun()).toBe(times);
    expect(await one('asset:BTC-USD')).toMatchObject({ untilMs: null, why: 'mine', version: times + 1 });
    expect(await waitingRequests(store, account)).toHaveLength(1);
  });

  it('that is asked again because its answer was lost is one trip', async () => {
    const ask = ann.ask('halt');
    for (let time = 0; time < 2; time++) await tripBreaker(store, { account, scope: 'manual', ask });
    expect(await one('manual')).toMatchObject({ isTripped: true, version: 1 });
    expect(await waitingRequests(store, account)).toHaveLength(1);
  });

  it('that lost five races in a row gives up, says so, and has written nothing', async () => {
    const slow = outrun(store, puts(/^BREAKER#/), {
      write: () => trippedByEngine('losses', createdMs + HOUR_MS),
      times: 5,
    });
    const trip = tripBreaker(slow, { account, scope: 'losses', ask: ann.ask('mine') });
    await expect(trip).rejects.toMatchObject({
      code: 'state-contended',
      message: "The breaker 'losses' of 'paper-test' kept changing.",
    });
    expect(slow.outrun()).toBe(5);
    expect(await one('losses')).toMatchObject({ by: 'engine', untilMs: createdMs + HOUR_MS });
    expect(await waitingRequests(store, account)).toEqual([]);
  });
});

describe('a reset', () => {
  it('closes what was seen, with who and why, and leaves word for the engine', async () => {
    await ann.trip('drawdown');
    await ann.reset('drawdown');
    expect(await one('drawdown')).toMatchObject({
      state: 'closed',
      isTripped: false,
      why: 'reset drawdown',
      by: 'ann@desk',
      version: 2,
    });
    expect(await waitingRequests(store, account)).toMatchObject([
      { request: { kind: 'trip' } },
      { request: { kind: 'reset' } },
    ]);
  });

  it('of what is not tripped is refused: never tripped, reset before, or over', async () => {
    await ann.trip('manual');
    await ann.reset('manual');
    await trippedByEngine('losses', createdMs);
    for (const [scope, version] of [
      ['portfolio', 1],
      ['manual', 2],
      ['losses', 1],
    ] as const) {
      const reset = resetBreaker(store, { account, scope, ask: ann.ask('again'), version });
      await expect(reset, scope).rejects.toMatchObject({
        code: 'not-found',
        message: `The breaker '${scope}' of 'paper-test' is not tripped.`,
      });
    }
    expect(await waitingRequests(store, account)).toHaveLength(2);
  });

  it('of another version is refused, naming the one that is there, by whom and why', async () => {
    await ann.trip('manual');
    await ann.reset('manual');
    await operatorOf(store, account, 'bob@desk').trip('manual');
    const reset = resetBreaker(store, { account, scope: 'manual', ask: ann.ask('again'), version: 1 });
    await expect(reset).rejects.toMatchObject({
      code: 'breaker-changed',
      message: "The breaker 'manual' has changed since you looked: version 3, by bob@desk: trip manual",
      hint: expect.stringContaining('name version 3.'),
    });
    expect(await one('manual')).toMatchObject({ isTripped: true, version: 3 });
  });

  it('that loses a race is refused the same way: nobody saw what is there now', async () => {
    await ann.trip('portfolio');
    const bob = operatorOf(store, account, 'bob@desk');
    const slow = outrun(store, puts(/^BREAKER#/, { state: 'closed' }), {
      write: () => bob.trip('portfolio'),
    });
    const reset = resetBreaker(slow, { account, scope: 'portfolio', ask: ann.ask('fine'), version: 1 });
    await expect(reset).rejects.toMatchObject({
      code: 'breaker-changed',
      message: expect.stringContaining('version 2'),
    });
    expect(await one('portfolio')).toMatchObject({ isTripped: true });
    const waiting = await waitingRequests(store, account);
    expect(waiting.map(({ request }) => request?.kind)).not.toContain('reset');
  });
});

it('whether a breaker holds is seen by the clock of the account, not by the wall', async () => {
  await trippedByEngine('losses', createdMs + HOUR_MS);
  expect(await one('losses')).toMatchObject({ isTripped: true });
  const head = await store.get(keys.head(account));
  const body = { ...head?.body, lastTickMs: createdMs + HOUR_MS };
  await store.transact([{ kind: 'put', ...keys.head(account), expect: head?.version ?? 0, body }]);
  expect(await one('losses')).toMatchObject({ isTripped: false, state: 'tripped' });
});

it('an account that is not there has no breakers to list, trip or reset', async () => {
  const gone = { account: 'paper-gone', scope: 'manual', ask: ann.ask('why') };
  for (const call of [
    listBreakers(store, 'paper-gone'),
    tripBreaker(store, gone),
    resetBreaker(store, { ...gone, version: 1 }),
  ])
    await expect(call).rejects.toMatchObject({ code: 'not-found' });
  expect(await store.query('BREAKER#paper-gone')).toEqual([]);
});
