import { describe, expect, it } from 'vitest';
import { readItem } from '../../shared/app/items.ts';
import type { DecimalText } from '../../shared/core/decimal.ts';
import { at, type LiveMarket } from '../helpers/live-market.ts';
import { realAccount } from '../helpers/real-account.ts';

const text = (amount: string) => amount as DecimalText;

const calm: LiveMarket = { prices: {}, says: { 4: 'turtle:long' } };

/** An account of real money whose entry rests at 99.99 since 04:00, a tick below the close. */
async function resting({ market = calm, over = {} }: { market?: LiveMarket; over?: object } = {}) {
  const real = realAccount(market, { config: { entry: 'maker', ...over } });
  await real.armed();
  await real.run(at(4, 0, 5));
  const limit = () => real.desk.of('limit', 'buy')[0];
  const id = limit()?.clientOrderId ?? '';
  const tell = () => real.desk.calls.filter((call) => /^(place|amend|cancel)/.test(call));
  real.desk.calls.length = 0;
  /** The watches of these minutes after the tick. */
  const watch = async (...minutes: readonly number[]) => {
    for (const minute of minutes) await real.run(at(4, minute, 5));
  };
  const ended = async () => {
    const items = await real.store.query(`HISTORY#${real.account}#2024-01`, { prefix: 'ORDER#' });
    return items
      .map((item) => readItem('order', item))
      .filter(({ purpose }) => purpose === 'entry')
      .map(({ kind, state, refusal }) => `${kind} ${state} ${refusal ?? ''}`.trim());
  };
  const stop = () => real.desk.of('stop', 'sell')[0];
  const capped = () => real.desk.of('capped', 'buy');
  return { ...real, id, limit, stop, capped, tell, watch, ended };
}

const unavailable = expect.objectContaining({ code: 'exchange-unavailable' });

describe('an entry that rests at a limit of a real exchange', () => {
  it('is sent once, a tick below the close, and stays while nothing moves', async () => {
    const { limit, watch, tell } = await resting();
    // 25 USD over 2.99.
    expect(limit()).toMatchObject({ limitPrice: '99.99', quantity: '8.3612', status: 'open' });
    await watch(1, 2, 3);
    expect(tell()).toEqual([]);
  });

  it('follows the market by amends: the same order, the same id', async () => {
    const market: LiveMarket = { ...calm, prices: { 'BTC/USD': [[4.02, 100.05]] } };
    const { limit, watch, tell } = await resting({ market });
    await watch(1, 2);
    expect(limit()).toMatchObject({ limitPrice: '100.04' });
    expect(tell()).toHaveLength(1);
  });

  it('has a stop for exactly what was filled, in the run that hears of it, and a larger one after the next part', async () => {
    const { desk, id, stop, watch, tell, state } = await resting();
    desk.fill(id, text('1'));
    await watch(1);
    expect(stop()).toMatchObject({ quantity: '1', triggerPrice: '97' });
    desk.fill(id, text('2'));
    await watch(2);
    expect(stop()).toMatchObject({ quantity: '3', triggerPrice: '97' });
    expect(tell()).toEqual(['place sell stop 1', 'amend quantity,3']);
    // What it may still cost has shrunk by what was spent.
    const order = (await state()).orders.get(id)?.value;
    expect(order).toMatchObject({ filled: 3n * 10n ** 18n });
    expect((await state()).cash.value + 0n).toBeLessThan(9_700n * 10n ** 18n);
  });

  it('crosses in the fourth watch: ended, read as ended, and its rest bought by an order with a cap', async () => {
    const { desk, id, capped, watch, tell, stop, ended } = await resting();
    desk.fill(id, text('1'));
    await watch(1, 2, 3, 4);
    expect(tell()).toEqual(['place sell stop 1', 'cancel', 'place buy capped 7.3612']);
    expect(capped()).toMatchObject([{ limitPrice: '100.1' }]);
    desk.fill(capped()[0]?.clientOrderId ?? '');
    await watch(5);
    expect(stop()).toMatchObject({ quantity: '8.3612' });
    expect(await ended()).toEqual(['limit CANCELLED', 'capped FILLED']);
  });

  it('is abandoned when what should cross buys nothing', async () => {
    const { desk, capped, watch, ended, results } = await resting();
    await watch(1, 2, 3, 4);
    desk.end(capped()[0]?.clientOrderId ?? '', 'cancelled');
    await watch(5);
    expect(await ended()).toEqual(['limit CANCELLED', 'capped CANCELLED ENTRY_ABANDONED']);
    expect((await results()).tally.rejects['ENTRY_ABANDONED']).toBe(1);
  });

  it('is not crossed at all when nobody watched until it was too late', async () => {
    const { watch, ended, capped } = await resting();
    await watch(16);
    expect([await ended(), capped()]).toEqual([['limit CANCELLED ENTRY_ABANDONED'], []]);
  });
});

describe('an answer that did not come', () => {
  it('of an amend is read from the order: what rests there holds', async () => {
    const market: LiveMarket = { ...calm, prices: { 'BTC/USD': [[4.02, 100.05]] } };
    const { desk, id, watch, tell, state } = await resting({ market });
    await watch(1);
    desk.trouble('amend', 'unheard');
    await expect(watch(2)).rejects.toEqual(unavailable);
    await watch(3);
    expect((await state()).orders.get(id)?.value.limitPrice).toBe(10_004n * 10n ** 16n);
    expect(tell()).toHaveLength(1);
  });

  it.each(['lost', 'unheard'] as const)(
    'of a cancel crosses nothing before the end is seen: %s',
    async (trouble) => {
      const { desk, capped, watch, ended } = await resting();
      await watch(1, 2, 3);
      desk.trouble('cancel', trouble);
      await expect(watch(4)).rejects.toEqual(unavailable);
      expect(capped()).toEqual([]);
      await watch(5, 6);
      expect(capped()).toMatchObject([{ quantity: '8.3612' }]);
      expect(await ended()).toEqual(['limit CANCELLED']);
    },
  );

  it('of a cancel, after which more was filled: only the rest crosses', async () => {
    const { desk, id, capped, watch, stop } = await resting();
    await watch(1, 2, 3);
    desk.trouble('cancel', 'lost');
    await expect(watch(4)).rejects.toEqual(unavailable);
    desk.fill(id, text('3'));
    await watch(5);
    expect(capped()).toMatchObject([{ quantity: '5.3612' }]);
    expect(stop()).toMatchObject({ quantity: '3' });
  });

  it('of the order that crosses is looked up, and sent again under the same id once it is proven absent', async () => {
    const { desk, capped, watch, tell } = await resting();
    await watch(1, 2, 3);
    desk.trouble('place', 'lost');
    await expect(watch(4)).rejects.toEqual(unavailable);
    await watch(5, 6, 7);
    expect(capped()).toHaveLength(1);
    expect(tell().filter((call) => call.startsWith('place'))).toHaveLength(2);
  });
});

describe('a market that has fallen to the limit before it came', () => {
  it('refuses the order as one that would take: the next watch sends it lower, under the same id', async () => {
    const market: LiveMarket = { ...calm, prices: { 'BTC/USD': [[4.01, 99.5]] } };
    const real = realAccount(market, { config: { entry: 'maker' } });
    await real.armed();
    real.desk.trouble('place', { kind: 'refused', why: 'EOrder:Post only order' });
    await real.run(at(4, 0, 5));
    expect(real.desk.orders.size).toBe(0);
    await real.run(at(4, 1, 5));
    expect(real.desk.of('limit', 'buy')).toMatchObject([{ limitPrice: '99.49', quantity: '8.3612' }]);
  });
});

describe('no more is bought', () => {
  it('once the stop has sold what was bought', async () => {
    const { desk, id, stop, watch, ended, capped, state } = await resting();
    desk.fill(id, text('1'));
    await watch(1);
    desk.fill(stop()?.clientOrderId ?? '');
    await watch(2, 3, 4, 5);
    expect([await ended(), capped()]).toEqual([['limit CANCELLED'], []]);
    expect((await state()).positions.size).toBe(0);
  });

  it.each(['halt', 'close'] as const)(
    'after a person said %s, though a cancel was under way',
    async (wish) => {
      const { desk, watch, ended, capped, person } = await resting();
      await watch(1, 2, 3);
      desk.trouble('cancel', 'lost');
      await expect(watch(4)).rejects.toEqual(unavailable);
      if (wish === 'halt') await person.halt(false);
      else await person.want({ kind: 'close', symbol: 'BTC/USD' });
      await watch(5, 6);
      expect([await ended(), capped()]).toEqual([['limit CANCELLED'], []]);
    },
  );

  it('after a breaker was tripped while the end was not known', async () => {
    const { desk, watch, ended, capped, person } = await resting();
    await watch(1, 2, 3);
    desk.trouble('cancel', 'lost');
    await expect(watch(4)).rejects.toEqual(unavailable);
    await person.trip('manual');
    await watch(5);
    expect([await ended(), capped()]).toEqual([['limit CANCELLED ENTRY_ABANDONED'], []]);
  });

  it('in the run that crosses, when a breaker is tripped between the wish and its end', async () => {
    const { desk, watch, ended, capped, person } = await resting();
    await watch(1, 2, 3);
    const { cancel } = desk.exchange;
    Object.assign(desk.exchange, {
      cancel: async (order: Parameters<typeof cancel>[0]) => {
        await cancel(order);
        await person.trip('manual');
      },
    });
    await watch(4);
    expect([await ended(), capped()]).toEqual([['limit CANCELLED ENTRY_ABANDONED'], []]);
  });

  it('by a chase that was tripped away before its last step', async () => {
    const { watch, ended, person } = await resting();
    await watch(1);
    await person.trip('manual');
    await watch(2);
    expect(await ended()).toEqual(['limit CANCELLED ENTRY_ABANDONED']);
  });
});

describe('a part that is too small for a stop', () => {
  it('crosses at once with the rest', async () => {
    const { desk, id, watch, tell, stop, capped } = await resting();
    desk.fill(id, text('0.005'));
    await watch(1);
    expect(tell()).toEqual(['cancel', 'place buy capped 8.3562']);
    desk.fill(capped()[0]?.clientOrderId ?? '');
    await watch(2);
    expect(stop()).toMatchObject({ quantity: '8.3612' });
  });
});
