import { describe, expect, it } from 'vitest';
import { keys, readItem } from '../../shared/app/items.ts';
import { numberOf, textOf, unitsOf } from '../../shared/core/decimal.ts';
import { netR } from '../../shared/core/risk/standing.ts';
import { at, type LiveMarket, liveAccount } from '../helpers/live-market.ts';
import { operatorOf, setStanding } from '../helpers/operator.ts';

type Live = ReturnType<typeof liveAccount>;

async function standingOf({ store, account }: Live) {
  const head = await store.get(keys.head(account));
  if (head === undefined) throw new Error('no account');
  return readItem('head', head).standing;
}

/** What was decided about BTC/USD at an hour. */
async function decidedAt(live: Live, hour: number) {
  const { decisions } = await live.results();
  const own = decisions.find(({ symbol, atMs }) => symbol === 'BTC/USD' && atMs === at(hour));
  return own === undefined ? undefined : [own.action, own.code].filter((one) => one !== null).join(' ');
}

const hoursOf = (ms: number | null) => (ms === null ? null : (ms - at(0)) / 3_600_000);

/** Bought at 20:00 at a price of 100, with a stop at 97 that no trail raises; the program runs until 20:02. */
async function entered(
  market: LiveMarket,
  config: Readonly<Record<string, unknown>> = {},
  isStoring = false,
) {
  const live = liveAccount({ ...market, says: { 20: 'turtle:long', ...market.says } }, { config, isStoring });
  for (const minute of [0, 1, 2]) await live.run(at(20, minute, 3));
  expect((await live.results()).open.length).toBeGreaterThan(0);
  return live;
}

/** The same, and somebody watches while the day begins. */
async function watched(live: Live) {
  for (const [hour, minute] of [
    [23, 58],
    [23, 59],
    [24, 0],
    [24, 1],
  ] as const)
    await live.run(at(hour, minute, 3));
}

describe('the start of a day', () => {
  // A day begins at hour 24. The price rises to 104 before it, so that the equity is not what it was.
  const stopsAt = (...jumps: (readonly [number, number])[]): LiveMarket => ({
    prices: { 'BTC/USD': [[22, 104], ...jumps] },
  });

  it.each([
    // Thirteen hours later only candles of 15 minutes tell of the night, after ten those of one minute do.
    ['a stop that is hit at 03:00', stopsAt([27, 95]), { backHour: 33, isSoldBefore: false }],
    [
      'a stop that the last minute of the day before hits',
      stopsAt([23 + 59.5 / 60, 95]),
      { backHour: 30, isSoldBefore: true },
    ],
    ['a stop that the open of 00:00 gaps through', stopsAt([24, 95]), { backHour: 30, isSoldBefore: false }],
    [
      'a stop that the first minute hits',
      stopsAt([24 + 0.5 / 60, 95]),
      { backHour: 30, isSoldBefore: false },
    ],
  ] as const)('is the same computed later as in time: %s', async (_, market, { backHour, isSoldBefore }) => {
    const present = await entered(market);
    await watched(present);
    const inTime = await standingOf(present);
    const off = await entered(market, {}, backHour === 33);
    off.restart();
    await off.run(at(backHour, 0, 3));
    const later = await standingOf(off);
    await present.run(at(backHour, 0, 3));

    const { fills, closed } = await off.results();
    expect(closed).toMatchObject([{ exit: { reason: 'STOP' } }]);
    expect((await present.results()).fills).toEqual(fills);
    // The entry and its fee, and what it was worth at 104; or what it was sold for.
    const [bought, sold] = fills;
    const { quantity = 0n, cost = 0n, fee = 0n } = bought ?? {};
    const worth = isSoldBefore ? (sold?.cost ?? 0n) - (sold?.fee ?? 0n) : 104n * quantity;
    const dayStart = unitsOf('10000') - cost - fee + worth;
    expect([hoursOf(later.dayMs), textOf(later.dayStart)]).toEqual([24, textOf(dayStart)]);
    for (const standing of [inTime, await standingOf(present)])
      expect([standing.dayMs, standing.dayStart, standing.portfolioFrom]).toEqual([
        later.dayMs,
        later.dayStart,
        later.dayStart,
      ]);
  });

  it('takes back every later fill, also of what was bought after it', async () => {
    // Sold at 27:00, bought again at 28:00; then it is asked again what was at 24:00.
    const market = stopsAt([27, 95], [27.5, 100]);
    const live = await entered({ ...market, says: { 28: 'turtle:long' } });
    await watched(live);
    const { dayStart } = await standingOf(live);
    for (const minute of [0, 1, 2]) await live.run(at(28, minute, 3));
    expect((await live.results()).fills.map(({ side }) => side)).toEqual(['buy', 'sell', 'buy']);
    await setStanding(live.store, live.account, { dayMs: at(0), dayStart: '1', portfolioFrom: '1' });
    await live.run(at(28, 3, 3));
    const again = await standingOf(live);
    expect([hoursOf(again.dayMs), textOf(again.dayStart)]).toEqual([24, textOf(dayStart)]);
  });

  it('of an account that was flat over it is its cash, and begins at the first tick that is not missed', async () => {
    const live = liveAccount({ prices: {} }, { isStoring: false });
    await live.run(at(20, 0, 3));
    await live.run(at(33, 0, 3));
    expect(hoursOf((await standingOf(live)).dayMs)).toBe(0);
    await live.run(at(36, 0, 3));
    expect(await standingOf(live)).toMatchObject({ dayMs: at(24), dayStart: unitsOf('10000') });
  });

  it('moves by capital that comes after it, whether the day had begun on the books or not', async () => {
    const starts: bigint[] = [];
    for (const isWatched of [true, false]) {
      const live = await entered({ prices: { 'BTC/USD': [[22, 104]] } });
      if (isWatched) await watched(live);
      const ann = operatorOf(live.store, live.account);
      await ann.want({ kind: 'capital', amount: unitsOf('5000') });
      await live.run(at(25, 0, 3));
      const { dayMs, dayStart, portfolioFrom } = await standingOf(live);
      expect([hoursOf(dayMs), portfolioFrom]).toEqual([24, dayStart]);
      starts.push(dayStart);
    }
    expect(starts[0]).toBe(starts[1]);
    // 8.33 BTC won 4 USD each since 100.03, less the fee of 0.4 %.
    expect(numberOf(starts[0] ?? 0n)).toBeCloseTo(15_000 + 8.33 * (3.97 - 0.4), 0);
  });
});

describe('the peak', () => {
  it('is the highest equity of a mark or a tick, not of what nobody saw', async () => {
    const live = await entered({
      prices: {
        'BTC/USD': [
          [21, 104],
          [22, 100],
        ],
      },
    });
    await live.run(at(23, 0, 3));
    // Bought a little above 100, and the fee: no mark was above the capital.
    expect(textOf((await standingOf(live)).peak)).toBe('10000');
    const present = await entered({ prices: { 'BTC/USD': [[20 + 3 / 60, 104]] } });
    await present.run(at(20, 3, 3));
    await present.run(at(20, 4, 3));
    const { marks } = await present.results();
    expect(marks.at(-1)?.equity).toBeGreaterThan(unitsOf('10000'));
    expect((await standingOf(present)).peak).toBe(marks.at(-1)?.equity);
  });

  it('moves by capital as the equity does: neither a gain nor a fall', async () => {
    const live = liveAccount({ prices: {} }, { isStoring: false });
    await live.run(at(0, 0, 3));
    const ann = operatorOf(live.store, live.account);
    await ann.want({ kind: 'capital', amount: -unitsOf('4000') });
    await live.run(at(1, 0, 3));
    expect(textOf((await standingOf(live)).peak)).toBe('6000');
    await live.run(at(4, 0, 3));
    expect((await live.results()).breakers).toEqual([]);
    expect(textOf((await standingOf(live)).peak)).toBe('6000');
  });
});

describe('ticks that were missed', () => {
  // 8.33 BTC at 98 instead of 100: 0.17 % of the account are lost at 24:00, and won back at 25:00.
  const limits = { risk: { drawdownMax: 0.001, dailyLossMax: 'off', cooldownMinutes: 0, maxOpen: 20 } };
  const prices = {
    'BTC/USD': [
      [23, 98],
      [25, 100],
    ],
  } as const;

  it('measure nothing: what nobody saw trips no breaker', async () => {
    const off = await entered({ prices }, limits);
    await off.run(at(28, 30, 3));
    expect(await decidedAt(off, 24)).toBe('HOLD MISSED');
    expect((await off.results()).breakers.filter(({ state }) => state === 'tripped')).toEqual([]);
    const present = await entered({ prices }, limits);
    await watched(present);
    expect(await decidedAt(present, 24)).toBe('HOLD');
    expect((await present.results()).breakers).toContainEqual(
      expect.objectContaining({ scope: 'drawdown', state: 'tripped', by: 'engine', atMs: at(24) }),
    );
  });
});

describe('a stop that was hit in a night without power', () => {
  const night = {
    prices: {
      'BTC/USD': [
        [27, 95],
        [27.5, 100],
      ],
    },
  } as const;

  it('is a loss at its own time: the cooldown began then', async () => {
    const over = { risk: { cooldownMinutes: 600, dailyLossMax: 'off', drawdownMax: 'off' } };
    const live = await entered({ ...night, says: { 36: 'turtle:long', 40: 'turtle:long' } }, over);
    await live.run(at(33, 0, 3));
    expect(await standingOf(live)).toMatchObject({ losses: 1, lastLossMs: at(27), lockedUntilMs: null });
    // Ten hours from 27:00 on.
    await live.run(at(36, 0, 3));
    expect(await decidedAt(live, 36)).toBe('WAIT COOLDOWN');
    await live.run(at(40, 0, 3));
    expect(await decidedAt(live, 40)).toBe('ENTER');
  });

  it('locks from its own time on, and a lock that has run out by the morning locks nothing', async () => {
    for (const [lossesLockMinutes, told] of [
      [541, 'WAIT BREAKER_CONSECUTIVE_LOSSES'],
      [540, 'ENTER'],
    ] as const) {
      const over = { breakers: { losses: 1, lossesLockMinutes } };
      const live = await entered({ ...night, says: { 36: 'turtle:long' } }, over);
      await live.run(at(33, 0, 3));
      expect((await standingOf(live)).lockedUntilMs).toBe(at(27, lossesLockMinutes));
      await live.run(at(36, 0, 3));
      expect([lossesLockMinutes, await decidedAt(live, 36)]).toEqual([lossesLockMinutes, told]);
    }
  });

  it('comes before one that was hit later, whatever their names: in losses, cooldown and Kelly', async () => {
    const live = await entered({
      prices: { 'BTC/USD': [[27, 95]], 'ETH/USD': [[26, 90]] },
      saysEther: { 20: 'turtle:long' },
    });
    await live.run(at(33, 0, 3));
    const { closed } = await live.results();
    expect(closed.map(({ plan, exitMs }) => [plan.symbol, hoursOf(exitMs)])).toEqual([
      ['ETH/USD', 26],
      ['BTC/USD', 27],
    ]);
    const { losses, lastLossMs, netRs } = await standingOf(live);
    expect([losses, hoursOf(lastLossMs)]).toEqual([2, 27]);
    expect(netRs).toEqual(closed.map(netR));
    // Ten dollars lost of three that were at risk, and five of three.
    expect(netRs[0]).toBeLessThan(-3);
    expect(netRs[1]).toBeGreaterThan(-2.2);
  });
});
