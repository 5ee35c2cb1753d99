import { describe, expect, it } from 'vitest';
import { loadAccount } from '../../shared/app/account.ts';
import { newestOutcomes } from '../../shared/app/ask.ts';
import { unitsOf } from '../../shared/core/decimal.ts';
import { HOUR_MS, MINUTE_MS } from '../../shared/core/market/timeframes.ts';
import { BTC_ENTRY_MS, ETH_ENTRY_MS } from './kraken.ts';
import { ACCOUNT_ID, type Slice } from './slice.ts';

const body = { why: 'the test wants it' };
const trip = 'POST /breakers/manual/trip';
const reset = 'POST /breakers/manual/reset';

/** What people ask for over HTTP, and what comes of it. */
export function operatorFacts(slice: () => Slice): void {
  const manual = async () => {
    const { status, body: answer } = await slice().call('GET /breakers');
    expect(status).toBe(200);
    return answer.breakers.find(({ scope }) => scope === 'manual');
  };
  const actionsAt = async (atMs: number) =>
    (await slice().results()).decisions
      .filter((decision) => decision.atMs === atMs)
      .map(({ symbol, action, codes }) => [symbol, action, ...codes]);
  const outcomes = async () => {
    const { store, nowMs } = slice();
    return newestOutcomes(store, ACCOUNT_ID, { fromMs: BTC_ENTRY_MS, toMs: nowMs(), limit: 10 });
  };

  describe('the HTTP API', () => {
    it('refuses every call without a signature', async () => {
      for (const route of ['GET /breakers', trip, reset, 'POST /requests'])
        expect((await slice().call(route, { body, isSigned: false })).status, route).toBe(403);
    });

    it('knows no account before the first run', async () => {
      await slice().wipe();
      expect(await slice().call('GET /breakers')).toMatchObject({
        status: 404,
        body: { error: 'not-found' },
      });
      const wish = { ...body, kind: 'capital', amount: '2500' };
      expect((await slice().call('POST /requests', { body: wish })).status).toBe(404);
    });

    it('says what is wrong with a body, a scope and a reset of what is not tripped', async () => {
      const { call, tick, moveTo } = slice();
      moveTo(BTC_ENTRY_MS - 4 * HOUR_MS + 10_000);
      expect(await tick(BTC_ENTRY_MS - 4 * HOUR_MS)).toEqual({ outcome: 'done' });
      for (const [route, wrong] of [
        [trip, {}],
        ['POST /breakers/nonsense/trip', body],
        ['POST /breakers/portfolio/trip', { ...body, halt: 'flatten' }],
        ['POST /requests', { ...body, kind: 'capital', amount: '2,500' }],
        ['POST /requests', { ...body, kind: 'close', symbol: 'DOGE/USD' }],
      ] as const)
        expect(await call(route, { body: wrong }), route).toMatchObject({
          status: 400,
          body: { error: 'usage' },
        });
      expect((await call(reset, { body: { ...body, version: 1 } })).status).toBe(404);
    });
  });

  describe('a person trips the manual breaker', () => {
    it('and the next tick enters nothing and says so', async () => {
      const { call, tick, moveTo, store } = slice();
      expect((await call(trip, { body })).status).toBe(200);
      expect(await manual()).toMatchObject({
        isTripped: true,
        why: body.why,
        by: expect.stringContaining('root'),
      });
      moveTo(BTC_ENTRY_MS + 10_000);
      expect(await tick(BTC_ENTRY_MS)).toEqual({ outcome: 'done' });
      expect(await actionsAt(BTC_ENTRY_MS)).toEqual([
        ['BTC/USD', 'WAIT', 'BREAKER_MANUAL'],
        ['ETH/USD', 'WAIT'],
      ]);
      expect((await loadAccount(store, ACCOUNT_ID)).orders.size).toBe(0);
    });

    it('and another trips it again: who resets what he saw before that is refused', async () => {
      const { call } = slice();
      const version = (await manual())?.version;
      expect((await call(trip, { body: { why: 'something else' } })).status).toBe(200);
      expect(await call(reset, { body: { ...body, version } })).toMatchObject({
        status: 409,
        body: { error: 'breaker-changed', hint: expect.stringMatching(/./) },
      });
      expect(await manual()).toMatchObject({ isTripped: true });
    });

    it('and after the reset the next signal is traded', async () => {
      const { call, tick, moveTo } = slice();
      const version = (await manual())?.version;
      expect((await call(reset, { body: { ...body, version } })).status).toBe(200);
      expect(await manual()).toMatchObject({ isTripped: false });
      moveTo(ETH_ENTRY_MS + 10_000);
      expect(await tick(ETH_ENTRY_MS)).toEqual({ outcome: 'done' });
      expect(await actionsAt(ETH_ENTRY_MS)).toEqual([
        ['BTC/USD', 'ENTER'],
        ['ETH/USD', 'ENTER'],
      ]);
    });
  });

  describe('a person leaves a request', () => {
    it('and the next watch adds the capital', async () => {
      const { call, watch, moveTo, results } = slice();
      moveTo(ETH_ENTRY_MS + MINUTE_MS + 10_000);
      await watch();
      const { cash } = await results();
      const wish = { ...body, kind: 'capital', amount: '2500' };
      expect((await call('POST /requests', { body: wish })).status).toBe(202);
      moveTo(ETH_ENTRY_MS + 2 * MINUTE_MS + 10_000);
      expect(await watch()).toEqual({ outcome: 'done' });
      expect((await results()).cash).toBe(cash + unitsOf('2500'));
      expect((await outcomes())[0]).toMatchObject({
        isDone: true,
        request: { kind: 'capital', why: body.why },
      });
    });

    it('and the next watches sell the position and leave no stop behind', async () => {
      const { call, watch, moveTo, results, store } = slice();
      expect((await results()).open.map(({ plan }) => plan.symbol)).toEqual(['BTC/USD', 'ETH/USD']);
      const wish = { ...body, kind: 'close', symbol: 'ETH/USD' };
      expect((await call('POST /requests', { body: wish })).status).toBe(202);
      for (const minute of [3, 4, 5]) {
        moveTo(ETH_ENTRY_MS + minute * MINUTE_MS + 10_000);
        expect(await watch()).toEqual({ outcome: 'done' });
      }
      const { orders } = await loadAccount(store, ACCOUNT_ID);
      expect([...orders.values()].map(({ value }) => [value.symbol, value.purpose])).toEqual([
        ['BTC/USD', 'stop'],
      ]);
      const { open, closed } = await results();
      expect(open.map(({ plan }) => plan.symbol)).toEqual(['BTC/USD']);
      expect(closed.map(({ plan, exit }) => [plan.symbol, exit?.reason])).toEqual([['ETH/USD', 'MANUAL']]);
      expect((await outcomes())[0]).toMatchObject({ isDone: true, request: { kind: 'close' } });
    });
  });
}
