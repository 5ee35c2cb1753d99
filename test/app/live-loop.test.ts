import { describe, expect, it } from 'vitest';
import { withLease } from '../../shared/app/lease.ts';
import { type DecimalText, textOf, unitsOf } from '../../shared/core/decimal.ts';
import { at, type LiveMarket } from '../helpers/live-market.ts';
import { realAccount } from '../helpers/real-account.ts';

const text = (amount: string) => amount as DecimalText;
const ZERO = text('0');

const calm: LiveMarket = { prices: {}, says: { 4: 'turtle:long' } };

/** An account that has entered at 04:00 and has its stop. */
async function entered(market: LiveMarket = calm) {
  const real = realAccount(market);
  await real.armed();
  await real.run(at(4, 0, 5));
  return real;
}

async function orderOf(real: ReturnType<typeof realAccount>, purpose: string) {
  const { orders } = await real.state();
  return [...orders.values()].map(({ value }) => value).find((order) => order.purpose === purpose);
}

describe('an account of real money', () => {
  it('begins halted and without capital: what the strategies want is refused until a person allows it', async () => {
    const real = realAccount(calm);
    await real.run(at(0));
    const { head, cash, breakers } = await real.state();
    expect([head.value.armedMs, cash.value]).toEqual([null, 0n]);
    expect(breakers.get('manual')?.value).toMatchObject({ state: 'tripped', why: 'Never armed.' });
    await real.person.want({ kind: 'capital', amount: unitsOf('10000') });
    await real.run(at(4));
    const { decisions } = await real.results();
    expect(decisions.filter(({ symbol }) => symbol === 'BTC/USD').map(({ code }) => code)).toEqual([
      null,
      'BREAKER_MANUAL',
    ]);
    expect(real.desk.orders.size).toBe(0);
  });

  it('is armed by the first reset, once', async () => {
    const real = realAccount(calm);
    await real.armed();
    expect((await real.state()).head.value.armedMs).toBe(at(0, 1));
    await real.person.trip('manual');
    await real.person.reset('manual');
    await real.run(at(0, 2));
    expect((await real.state()).head.value.armedMs).toBe(at(0, 1));
  });

  it('places the stop of an entry in the same run, for exactly what was filled', async () => {
    const real = await entered();
    const [bought] = real.desk.of('market', 'buy');
    const [stop] = real.desk.of('stop', 'sell');
    expect(bought?.status).toBe('filled');
    expect(stop).toMatchObject({ status: 'open', quantity: bought?.quantity, triggerPrice: '97' });
    const { positions } = await real.state();
    expect(textOf(positions.get('BTC/USD')?.value.quantity ?? 0n)).toBe(bought?.quantity);
  });

  it('asks for the open orders first, whatever else there is to do', async () => {
    const real = await entered();
    real.desk.calls.length = 0;
    await real.run(at(4, 1, 5));
    expect(real.desk.calls[0]).toBe('openOrders');
  });

  it('changes nothing when a minute comes again', async () => {
    const real = await entered();
    const before = [...real.desk.orders.values()];
    const { cash } = await real.state();
    for (let n = 0; n < 3; n++) await real.run(at(4, 0, 30));
    expect([...real.desk.orders.values()]).toEqual(before);
    expect((await real.state()).cash).toEqual(cash);
  });

  it('writes down ticks that nobody saw, and enters at none of them', async () => {
    const real = realAccount({ prices: {}, says: { 4: 'turtle:long', 8: 'turtle:long', 12: 'turtle:long' } });
    await real.armed();
    await real.run(at(12, 16));
    const { decisions } = await real.results();
    const own = decisions.filter(({ symbol, atMs }) => symbol === 'BTC/USD' && atMs > at(0));
    expect(own.map(({ code }) => code)).toEqual(['MISSED', 'MISSED', 'MISSED']);
    expect(real.desk.orders.size).toBe(0);
  });

  it('says that somebody else is at work', async () => {
    const real = await entered();
    const { trader } = real.loop('other');
    await withLease(trader, async () => {
      await expect(real.run(at(4, 1))).rejects.toThrow('Another process is at work');
    });
  });

  it('watches what is open by a clock some seconds behind, and says so beyond a minute', async () => {
    const real = await entered();
    await real.run(at(5));
    const { decisions } = await real.results();
    real.desk.calls.length = 0;
    await real.run(at(4, 59, 30));
    expect(real.desk.calls).toEqual(['openOrders', 'find']);
    expect((await real.results()).decisions).toEqual(decisions);
    await expect(real.run(at(4, 58))).rejects.toThrow('clock');
    expect(real.desk.calls).toEqual(['openOrders', 'find']);
  });

  it('refuses an entry where the quote is too wide', async () => {
    const real = realAccount(calm);
    await real.armed();
    Object.assign(real.quote, { bid: 99, ask: 101 });
    await real.run(at(4));
    const { decisions } = await real.results();
    expect(decisions.at(-2)?.code).toBe('SPREAD');
  });
});

describe('a call that the exchange answers with no', () => {
  it('for now leaves the entry unsent, and the next watch sends it once', async () => {
    const real = realAccount(calm);
    await real.armed();
    real.desk.trouble('place', { kind: 'later', why: 'EService:Market in cancel_only mode' });
    await expect(real.run(at(4))).rejects.toThrow(
      'could not be sent now: EService:Market in cancel_only mode',
    );
    expect(await orderOf(real, 'entry')).toMatchObject({ state: 'PENDING', attempts: 1, mark: null });
    await real.run(at(4, 1));
    expect(real.desk.of('market', 'buy')).toHaveLength(1);
    expect(real.desk.of('stop', 'sell')).toHaveLength(1);
  });

  it('for lack of budget is said, and nothing is marked', async () => {
    const real = realAccount(calm);
    await real.armed();
    real.desk.trouble('permit', { kind: 'later', why: 'the pair’s counter is spent for 40 s' });
    await expect(real.run(at(4))).rejects.toMatchObject({ code: 'exchange-throttled' });
    expect(await orderOf(real, 'entry')).toMatchObject({ state: 'PENDING', attempts: 0 });
  });

  it('for its key halts the account until a person has mended it', async () => {
    const real = realAccount(calm);
    await real.armed();
    real.desk.trouble('place', { kind: 'misconfigured', why: 'EGeneral:Permission denied' });
    await expect(real.run(at(4))).rejects.toMatchObject({ code: 'exchange-misconfigured' });
    const { breakers } = await real.state();
    expect(breakers.get('manual')?.value).toMatchObject({
      state: 'tripped',
      untilMs: null,
      by: 'engine',
      why: 'The exchange refuses this key: EGeneral:Permission denied',
    });
    await real.run(at(4, 1));
    expect(await orderOf(real, 'entry')).toBeUndefined();
    expect(real.desk.orders.size).toBe(0);
  });
});

describe('a sending without an answer', () => {
  it('of an entry that arrived is found by the next watch, and its stop placed then', async () => {
    const real = realAccount(calm);
    await real.armed();
    real.desk.trouble('place', 'unheard');
    await expect(real.run(at(4))).rejects.toThrow('no answer');
    expect(await orderOf(real, 'entry')).toMatchObject({ state: 'SENDING' });
    await real.run(at(4, 1));
    expect(real.desk.of('market', 'buy')).toHaveLength(1);
    expect(real.desk.of('stop', 'sell')).toHaveLength(1);
  });

  it('of an entry that did not arrive is sent again under its id after two watches have looked', async () => {
    const real = realAccount(calm);
    await real.armed();
    real.desk.trouble('place', 'lost');
    await expect(real.run(at(4))).rejects.toThrow('no answer');
    const id = (await orderOf(real, 'entry'))?.clientOrderId ?? '';
    await real.run(at(4, 1));
    expect(real.desk.orders.size).toBe(0);
    await real.run(at(4, 2));
    expect(real.desk.of('market', 'buy').map(({ clientOrderId }) => clientOrderId)).toEqual([id]);
  });

  it('of an entry by a clock that is off is not sent again until that is right', async () => {
    const real = realAccount(calm);
    await real.armed();
    real.desk.trouble('place', 'lost');
    await expect(real.run(at(4))).rejects.toThrow('no answer');
    await real.run(at(4, 1));
    real.setOffset(4_000);
    await expect(real.run(at(4, 2))).rejects.toMatchObject({ code: 'clock-behind' });
    expect(real.desk.orders.size).toBe(0);
    real.setOffset(1_000);
    await real.run(at(4, 3));
    expect(real.desk.of('market', 'buy')).toHaveLength(1);
  });

  it.each([
    ['did not arrive is looked up twice and sent again in the same run', 'lost', 2],
    ['arrived is found in the same run', 'unheard', 1],
  ] as const)('of a stop that %s', async (_, trouble, placed) => {
    const real = realAccount(calm);
    await real.armed();
    // Its entry first.
    const place = real.desk.exchange.place;
    let places = 0;
    Object.assign(real.desk.exchange, {
      place: (...args: Parameters<typeof place>) => {
        if (++places === 2) real.desk.trouble('place', trouble);
        return place(...args);
      },
    });
    await real.run(at(4));
    expect(real.desk.calls.filter((call) => call.startsWith('place sell stop'))).toHaveLength(placed);
    expect(real.desk.of('stop', 'sell')).toHaveLength(1);
    // Deadline of 5 s and a margin of 3 s, then 3 s between two looks.
    expect(real.waits).toEqual(trouble === 'lost' ? [8_000, 3_000] : [8_000]);
    expect(await orderOf(real, 'stop')).toMatchObject({ state: 'OPEN', attempts: placed });
  });
});

describe('what is held', () => {
  it('is sold when its stop was cancelled at the exchange', async () => {
    const real = await entered();
    const [stop] = real.desk.of('stop', 'sell');
    real.desk.end(stop?.clientOrderId ?? '', 'cancelled');
    await real.run(at(4, 1));
    expect(real.desk.of('market', 'sell')).toMatchObject([{ quantity: stop?.quantity, status: 'filled' }]);
    await real.run(at(4, 2));
    const { closed } = await real.results();
    expect(closed.map(({ exit }) => exit?.reason)).toEqual(['STOP']);
  });

  it('is sold for what is left when its stop filled in part and ended', async () => {
    const real = await entered();
    const [stop] = real.desk.of('stop', 'sell');
    const id = stop?.clientOrderId ?? '';
    real.desk.fill(id, text('1'));
    real.desk.end(id, 'cancelled');
    await real.run(at(4, 1));
    const left = unitsOf(stop?.quantity ?? ZERO) - unitsOf('1');
    expect(real.desk.of('market', 'sell').map(({ quantity }) => quantity)).toEqual([textOf(left)]);
  });

  it('and too little to be sold leaves the books, and stays in the owner’s account', async () => {
    const real = await entered();
    const [stop] = real.desk.of('stop', 'sell');
    const id = stop?.clientOrderId ?? '';
    const quantity = unitsOf(stop?.quantity ?? ZERO);
    // The least order is 0.01.
    real.desk.fill(id, textOf(quantity - unitsOf('0.009')));
    real.desk.end(id, 'cancelled');
    await real.run(at(4, 1));
    expect(real.desk.of('market', 'sell')).toEqual([]);
    const { positions } = await real.state();
    const { closed } = await real.results();
    expect(positions.size).toBe(0);
    expect(closed).toHaveLength(1);
  });

  it('is sold once its stop is certainly gone, and not while a cancel has no answer', async () => {
    const real = await entered();
    await real.person.want({ kind: 'close', symbol: 'BTC/USD' });
    real.desk.trouble('cancel', 'lost');
    await expect(real.run(at(4, 1))).rejects.toThrow('no answer');
    expect(real.desk.of('market', 'sell')).toEqual([]);
    await real.run(at(4, 2));
    expect(real.desk.of('stop', 'sell')).toMatchObject([{ status: 'cancelled' }]);
    expect(real.desk.of('market', 'sell')).toMatchObject([{ status: 'filled' }]);
  });
});

describe('the balance at the exchange', () => {
  it.each([
    ['USD', '9999.49', 'fewer dollars than the books say by more than half of one'],
    ['USD', '9999.51', undefined],
  ] as const)('of %s %s: %s', async (currency, amount, short) => {
    const real = realAccount(calm);
    await real.armed();
    real.balances.set(currency, text(amount));
    const told: string[] = [];
    await real.run(at(4), { onShortfalls: (all) => told.push(...all.map((one) => one.currency)) });
    const { decisions } = await real.results();
    const own = decisions.findLast(({ symbol }) => symbol === 'BTC/USD');
    expect([own?.code, told]).toEqual(short === undefined ? [null, []] : ['BALANCE_SHORT', ['USD']]);
  });

  it('of a coin that is held forbids entries of all, and the stop stays', async () => {
    const real = realAccount({ prices: {}, says: { 4: 'turtle:long' }, saysEther: { 8: 'turtle:long' } });
    await real.armed();
    await real.run(at(4));
    real.balances.set('BTC', text('0.5'));
    await real.run(at(8));
    const { decisions } = await real.results();
    expect(decisions.findLast(({ symbol }) => symbol === 'ETH/USD')?.code).toBe('BALANCE_SHORT');
    expect(real.desk.of('stop', 'sell')).toMatchObject([{ status: 'open' }]);
  });
});
