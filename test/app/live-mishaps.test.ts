import { describe, expect, it } from 'vitest';
import { unprotected } from '../../shared/app/health.ts';
import { at, type LiveMarket } from '../helpers/live-market.ts';
import { realAccount } from '../helpers/real-account.ts';
import { freely } from '../helpers/world.ts';

type Real = ReturnType<typeof realAccount>;

const calm: LiveMarket = { prices: {}, says: { 4: 'turtle:long' } };

/** An account that may enter at 04:00. */
async function armed(market: LiveMarket = calm, config: Readonly<Record<string, unknown>> = {}) {
  const real = realAccount(market, { config });
  await real.armed();
  return real;
}

async function stateOf(real: ReturnType<typeof realAccount>, purpose: string) {
  const { orders } = await real.state();
  return [...orders.values()].map(({ value }) => value).find((order) => order.purpose === purpose)?.state;
}

describe('a clock', () => {
  it('that is behind enters nothing, for the stop of it would be refused for ever', async () => {
    const real = await armed();
    // Kraken wants a deadline two seconds ahead: that of a stop, five seconds by our clock, is one second by its own.
    let offsetMs = -4_000;
    real.setOffset(offsetMs);
    const { wallMs } = real.loop().trader;
    const { place } = real.desk.exchange;
    Object.assign(real.desk.exchange, {
      place: (...args: Parameters<typeof place>) => {
        if (args[1].mark.deadlineMs - (wallMs() - offsetMs) < 2_000)
          real.desk.trouble('place', { kind: 'later', why: 'EGeneral:Invalid arguments:deadline' });
        return place(...args);
      },
    });
    await expect(real.run(at(4, 0, 5))).rejects.toMatchObject({ code: 'clock-behind' });
    expect(real.desk.orders.size).toBe(0);
    offsetMs = 0;
    real.setOffset(offsetMs);
    await real.run(at(4, 1, 5));
    expect(real.desk.of('stop', 'sell')).toMatchObject([{ status: 'open' }]);
  });

  it('that is set back while a stop is sent is not waited for until it has come there again', async () => {
    const real = await armed();
    const { place } = real.desk.exchange;
    Object.assign(real.desk.exchange, {
      place: (...args: Parameters<typeof place>) => {
        if (args[0].kind === 'stop') {
          real.setClock(at(3));
          real.desk.trouble('place', 'unheard');
        }
        return place(...args);
      },
    });
    await real.run(at(4, 0, 5));
    // An hour and eight seconds otherwise.
    expect(real.waits).toEqual([8_000]);
    expect(await stateOf(real, 'stop')).toBe('OPEN');
  });
});

describe('an entry that waits to be sent', () => {
  it.each(['asset:BTC-USD', 'portfolio', 'losses'])('is not sent past the breaker %s', async (scope) => {
    const real = await armed();
    real.desk.trouble('place', { kind: 'later', why: 'EService:Market in cancel_only mode' });
    await expect(real.run(at(4))).rejects.toThrow('could not be sent now');
    await real.person.trip(scope);
    await real.run(at(4, 1));
    expect(real.desk.orders.size).toBe(0);
    expect(await stateOf(real, 'entry')).toBeUndefined();
  });
});

describe('an entry that rests while no candle can be had', () => {
  async function resting() {
    const real = await armed(calm, { entry: 'maker' });
    await real.run(at(4, 0, 5));
    real.broken.add('1m');
    return real;
  }

  it('is called back once a breaker has tripped', async () => {
    const real = await resting();
    await expect(real.run(at(4, 1, 5))).rejects.toMatchObject({ code: 'source-unavailable' });
    expect(real.desk.of('limit', 'buy')).toMatchObject([{ status: 'open' }]);
    await real.person.trip('portfolio');
    await expect(real.run(at(4, 2, 5))).rejects.toMatchObject({ code: 'source-unavailable' });
    expect(real.desk.of('limit', 'buy')).toMatchObject([{ status: 'cancelled' }]);
    expect(real.desk.of('capped', 'buy')).toEqual([]);
  });

  it('is called back once it is too late to enter, and neither follows nor crosses before', async () => {
    const real = await resting();
    for (const [minute, status] of [
      [4, 'open'],
      [15, 'open'],
      [16, 'cancelled'],
    ] as const) {
      await expect(real.run(at(4, minute, 5))).rejects.toMatchObject({ code: 'source-unavailable' });
      expect(real.desk.of('limit', 'buy'), `minute ${minute}`).toMatchObject([{ status }]);
    }
    expect(real.desk.calls.filter((call) => /amend|capped/.test(call))).toEqual([]);
  });
});

describe('an entry that follows the market up', () => {
  it('wants no more than its budget pays: the dollars besides are the owner’s', async () => {
    const rise = [[4 + 0.5 / 60, 102]] as const;
    const prices = { 'BTC/USD': rise, 'ETH/USD': rise };
    const said = { 4: 'turtle:long' };
    const risk = { ...freely, riskPerTrade: 0.02 };
    const market = { prices, says: said, saysEther: said };
    const fees = { maker: 0.004, taker: 0.004 };
    const real = realAccount(market, { config: { entry: 'maker', risk, fees }, stop: 0.99 });
    await real.armed();
    await real.run(at(4, 0, 5));
    await real.run(at(4, 1, 5));
    const limits = real.desk.of('limit', 'buy');
    expect(limits.map(({ limitPrice }) => limitPrice)).toEqual(['101.99', '101.99']);
    // At the new limit and its fee, to the lot.
    for (const { quantity, budget } of limits) {
      const most = Number(quantity) * 101.99 * 1.004;
      expect(most).toBeLessThanOrEqual(Number(budget));
      expect(most).toBeGreaterThan(Number(budget) - 0.02);
    }
  });
});

describe('an open order that the exchange shows no more', () => {
  const lose = (real: ReturnType<typeof realAccount>, kind: 'stop' | 'limit') => {
    const [order] = [...real.desk.orders.values()].filter((one) => one.kind === kind);
    real.desk.orders.delete(order?.clientOrderId ?? '');
    return order;
  };

  it('is believed to end for ten minutes; then a stop is gone, and what it protected is sold', async () => {
    const real = await armed();
    await real.run(at(4, 0, 5));
    const stop = lose(real, 'stop');
    for (const [minute, sold] of [
      [1, 0],
      [10, 0],
      [11, 1],
    ] as const) {
      await real.run(at(4, minute, 5));
      expect(real.desk.of('market', 'sell'), `minute ${minute}`).toHaveLength(sold);
    }
    expect(real.desk.of('market', 'sell')).toMatchObject([{ quantity: stop?.quantity, status: 'filled' }]);
    await real.run(at(4, 12, 5));
    expect((await real.results()).closed.map(({ exit }) => exit?.reason)).toEqual(['STOP']);
  });

  it('holds up a sale that a person wants no longer than that', async () => {
    const real = await armed();
    await real.run(at(4, 0, 5));
    lose(real, 'stop');
    await real.person.halt(true);
    await real.run(at(4, 1, 5));
    expect(unprotected(await real.state())).toEqual(['BTC/USD']);
    await real.run(at(4, 11, 5));
    expect(real.desk.of('market', 'sell')).toMatchObject([{ status: 'filled' }]);
  });

  it('and is shown again meanwhile, rests as before', async () => {
    const real = await armed();
    await real.run(at(4, 0, 5));
    const stop = lose(real, 'stop');
    await real.run(at(4, 1, 5));
    if (stop !== undefined) real.desk.orders.set(stop.clientOrderId, stop);
    await real.run(at(4, 2, 5));
    if (stop !== undefined) real.desk.orders.delete(stop.clientOrderId);
    await real.run(at(4, 11, 5));
    expect(real.desk.of('market', 'sell')).toEqual([]);
    expect(await stateOf(real, 'stop')).toBe('OPEN');
  });

  it('as an entry ends, and nothing crosses for it', async () => {
    const real = await armed(calm, { entry: 'maker' });
    await real.run(at(4, 0, 5));
    lose(real, 'limit');
    for (let minute = 1; minute <= 11; minute++) await real.run(at(4, minute, 5));
    expect(await stateOf(real, 'entry')).toBeUndefined();
    expect(real.desk.orders.size).toBe(0);
  });
});

describe('what is held', () => {
  it('is told of when its stop is gone and its sale is refused for good, after a watch and until it is sold', async () => {
    const real = await armed();
    await real.run(at(4, 0, 5));
    real.desk.end(real.desk.of('stop', 'sell')[0]?.clientOrderId ?? '', 'cancelled');
    const told: string[] = [];
    const hooks = { onUnprotected: (symbols: readonly string[]) => told.push(symbols.join()) };
    const no = { kind: 'refused', why: 'EOrder:Insufficient funds' } as const;
    for (const [minute, tells] of [
      [1, 0],
      [2, 1],
      [3, 2],
    ] as const) {
      real.desk.trouble('place', no, no);
      await real.run(at(4, minute, 5), hooks);
      expect(told).toHaveLength(tells);
    }
    await real.run(at(4, 4, 5), hooks);
    expect(real.desk.of('market', 'sell')).toMatchObject([{ status: 'filled' }]);
    expect(told).toEqual(['BTC/USD', 'BTC/USD']);
  });

  it('is sold where a tick is due and nobody says what was filled: only the tick waits', async () => {
    const real = await armed();
    await real.run(at(4, 0, 5));
    await real.run(at(7, 59));
    real.desk.end(real.desk.of('stop', 'sell')[0]?.clientOrderId ?? '', 'cancelled');
    real.desk.trouble('filledSince', 'lost');
    await expect(real.run(at(8, 0, 5))).rejects.toThrow('filledSince had no answer');
    expect(real.desk.of('market', 'sell')).toMatchObject([{ status: 'filled' }]);
    expect((await real.state()).head.value.lastTickMs).toBe(at(4));
    await real.run(at(8, 1, 5));
    expect((await real.state()).head.value.lastTickMs).toBe(at(8));
  });
});

describe('a sale that the exchange would not take now', () => {
  it.each([
    ['while it takes only cancels', (real: Real) => real.setStatus('cancel_only')],
    ['by a clock that is off', (real: Real) => real.setOffset(-9_000)],
  ] as const)('%s leaves the stop where it is', async (_, spoil) => {
    const real = realAccount(calm);
    await real.armed();
    await real.run(at(4, 0, 5));
    await real.person.want({ kind: 'close', symbol: 'BTC/USD' });
    spoil(real);
    await expect(real.run(at(4, 1))).rejects.toThrow();
    expect(real.desk.of('stop', 'sell')).toMatchObject([{ status: 'open' }]);
    real.setStatus('online');
    real.setOffset(0);
    await real.run(at(4, 2));
    expect(real.desk.of('stop', 'sell')).toMatchObject([{ status: 'cancelled' }]);
    expect(real.desk.of('market', 'sell')).toMatchObject([{ status: 'filled' }]);
  });
});

describe('the first call of a watch', () => {
  it('is asked again where it has no answer, three times in all: what is held is protected in this watch', async () => {
    const real = realAccount(calm);
    await real.armed();
    await real.run(at(4, 0, 5));
    const [stop] = real.desk.of('stop', 'sell');
    real.desk.end(stop?.clientOrderId ?? '', 'cancelled');
    real.desk.trouble('openOrders', 'lost', 'unheard');
    await real.run(at(4, 1));
    expect(real.desk.of('market', 'sell')).toMatchObject([{ status: 'filled' }]);
    real.desk.trouble('openOrders', 'lost', 'lost', 'lost');
    await expect(real.run(at(4, 2))).rejects.toMatchObject({ code: 'exchange-unavailable' });
  });
});
