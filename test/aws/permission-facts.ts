import { describe, expect, it } from 'vitest';
import { loadAccount } from '../../shared/app/account.ts';
import { unitsOf } from '../../shared/core/decimal.ts';
import { HOUR_MS, MINUTE_MS } from '../../shared/core/market/timeframes.ts';
import { BTC_ENTRY_MS } from './kraken.ts';
import { without } from './roles.ts';
import { ACCOUNT_ID, type Slice } from './slice.ts';

const why = 'the test wants it';
const done = { outcome: 'done' };
const capital = { body: { why, kind: 'capital', amount: '2500' } };

/** That the functions may do what they must, and would fail at once if they might not. */
export function permissionFacts(slice: () => Slice): void {
  /** From the first day on. */
  const firstTick = async () => {
    const { wipe, moveTo, tick } = slice();
    await wipe();
    moveTo(BTC_ENTRY_MS + 10_000);
    return tick(BTC_ENTRY_MS);
  };
  const watchAfter = async (minutes: number) => {
    slice().moveTo(BTC_ENTRY_MS + minutes * MINUTE_MS + 10_000);
    return slice().watch();
  };
  describe('the roles of the functions', () => {
    it('suffice to enter, to fill and to protect', async () => {
      expect(await firstTick()).toEqual(done);
      for (const minutes of [1, 2]) expect(await watchAfter(minutes)).toEqual(done);
      const { orders } = await loadAccount(slice().store, ACCOUNT_ID);
      expect([...orders.values()].map(({ value }) => [value.symbol, value.purpose])).toEqual([
        ['BTC/USD', 'stop'],
      ]);
    });

    it('suffice to trip and reset a breaker, and to carry out what people ask for', async () => {
      const { call, results } = slice();
      expect((await call('GET /breakers')).status).toBe(200);
      const tripped = await call('POST /breakers/manual/trip', { body: { why, halt: 'entries' } });
      expect(tripped.status).toBe(200);
      const version = tripped.body.breakers.find(({ scope }) => scope === 'manual')?.version;
      expect((await call('POST /breakers/manual/reset', { body: { why, version } })).status).toBe(200);
      const { cash } = await results();
      expect((await call('POST /requests', capital)).status).toBe(202);
      expect(await watchAfter(3)).toEqual(done);
      expect((await results()).cash).toBe(cash + unitsOf('2500'));
    });
  });

  describe('the tick and the watch fail', () => {
    for (const grant of [
      'dynamodb:GetItem',
      'dynamodb:Query',
      'dynamodb:ConditionCheckItem',
      's3:PutObject',
      's3:ListBucket',
    ])
      it(`without ${grant}`, async () => {
        const { error } = await without(slice().emulator, { part: 'TradeTick', grant }, firstTick);
        expect(error).toContain(`not authorized to perform: ${grant}`);
      });

    it('without dynamodb:DeleteItem, when an order has been filled', async () => {
      const { emulator, moveTo, tick } = slice();
      const grant = 'dynamodb:DeleteItem';
      expect(await firstTick()).toEqual(done);
      const watched = await without(emulator, { part: 'OrderWatch', grant }, () => watchAfter(1));
      expect(watched.error).toContain(`not authorized to perform: ${grant}`);
      moveTo(BTC_ENTRY_MS + 4 * HOUR_MS + 10_000);
      const ticked = await without(emulator, { part: 'TradeTick', grant }, () =>
        tick(BTC_ENTRY_MS + 4 * HOUR_MS),
      );
      expect(ticked.error).toContain(`not authorized to perform: ${grant}`);
    });
  });

  describe('the API fails', () => {
    const trip = () => slice().call('POST /breakers/manual/trip', { body: { why } });
    const ask = () => slice().call('POST /requests', capital);
    for (const [part, grant, run] of [
      ['Breakers', 'dynamodb:GetItem', trip],
      ['Breakers', 'dynamodb:Query', trip],
      ['Breakers', 'dynamodb:PutItem', trip],
      ['Breakers', 'ACCOUNT#*', trip],
      ['Breakers', 'BREAKER#*', trip],
      ['Requests', 'dynamodb:GetItem', ask],
      ['Requests', 'dynamodb:PutItem', ask],
      ['Requests', 'ACCOUNT#*', ask],
      ['Requests', 'REQUEST#*', ask],
    ] as const)
      it(`without ${grant} of ${part}, and not with it`, async () => {
        expect((await without(slice().emulator, { part, grant }, run)).status).toBe(500);
        expect((await run()).status).toBeLessThan(300);
      });
  });
}
