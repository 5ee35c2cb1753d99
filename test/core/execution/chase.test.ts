import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { numberOf, textOf, unitsOf } from '../../../shared/core/decimal.ts';
import {
  chaseStep,
  crossPrice,
  followedLimit,
  isHeldUp,
  isMaker,
  limitUnder,
} from '../../../shared/core/execution/chase.ts';
import { openPosition, type Position, requestExit } from '../../../shared/core/execution/position.ts';
import { MINUTE_MS, timeframeMs } from '../../../shared/core/market/timeframes.ts';

const tickMs = 1_706_659_200_000;
const plan = {
  symbol: 'BTC/USD',
  tickMs,
  stopLevel: 96,
  atr: 2,
  target: null,
  timeStopMs: null,
  supporters: [],
};
const [quantity, price] = [unitsOf('1'), unitsOf('99.99')];
const held: Position = openPosition(plan, { atMs: tickMs, price, quantity, cost: price, fee: 0n }, 2);

const chase = { tickMs, isFilled: false, rest: unitsOf('5'), crossPrice: unitsOf('100.1') };
const moment = {
  atMs: tickMs + MINUTE_MS,
  execMs: MINUTE_MS,
  lateMs: 15 * MINUTE_MS,
  position: undefined,
  isHeldUp: false,
  isBare: false,
  instrument: {
    symbol: 'BTC/USD',
    tickDecimals: 2,
    lotDecimals: 4,
    minQuantity: textOf(unitsOf('0.5')),
    minCost: textOf(unitsOf('10')),
    makerFee: textOf(0n),
    takerFee: textOf(0n),
  },
};
const at = (minutes: number) => ({ ...moment, atMs: tickMs + minutes * MINUTE_MS });

describe('a maker entry', () => {
  it('is one on minutes alone', () => {
    expect(isMaker('maker', MINUTE_MS)).toBe(true);
    expect(isMaker('taker', MINUTE_MS)).toBe(false);
    for (const timeframe of ['5m', '15m', '1h', '4h'] as const)
      expect(isMaker('maker', timeframeMs[timeframe])).toBe(false);
  });

  it.each([
    [100, 2, '99.99'],
    [100.009, 2, '99.99'],
    [43_210.5, 1, '43210.4'],
    [0.07, 2, '0.06'],
    // Never at nothing.
    [0.01, 2, '0.01'],
    [0.004, 2, '0.01'],
  ])('rests a tick below the close, on the tick: %f of %i decimals', (close, tickDecimals, limit) => {
    expect(textOf(limitUnder(close, tickDecimals))).toBe(limit);
  });

  it('crosses up to ten basis points above the close, and not a tick more', () => {
    expect(textOf(crossPrice(100, 2))).toBe('100.1');
    // 43,253.7105.
    expect(textOf(crossPrice(43_210.5, 1))).toBe('43253.7');
    fc.assert(
      fc.property(fc.double({ min: 0.1, max: 1e6, noNaN: true }), (close) => {
        const most = numberOf(crossPrice(close, 2));
        expect(most).toBeLessThanOrEqual(close * 1.001 * (1 + 1e-12));
        expect(most).toBeGreaterThan(close * 1.001 - 0.0100001);
      }),
    );
  });
});

describe('a watch of a limit entry', () => {
  it('waits at its tick, follows three times, and crosses in the fourth and whenever it comes after', () => {
    const steps = [0, 0.9, 1, 2, 3, 3.9, 4, 9, 15].map((minutes) => chaseStep(chase, at(minutes)));
    expect(steps).toEqual([
      'wait',
      'wait',
      'follow',
      'follow',
      'follow',
      'follow',
      'cross',
      'cross',
      'cross',
    ]);
  });

  it('abandons it once it is too late, or a breaker forbids it', () => {
    expect(chaseStep(chase, { ...at(15), atMs: at(15).atMs + 1 })).toBe('abandon');
    expect(chaseStep(chase, { ...at(1), isHeldUp: true })).toBe('abandon');
    expect(chaseStep(chase, { ...at(4), isHeldUp: true })).toBe('abandon');
  });

  it('leaves it when what was bought is sold or to be sold, whatever else holds', () => {
    const filled = { ...chase, isFilled: true };
    const leaving = requestExit(held, 'TARGET', tickMs);
    for (const minutes of [1, 4, 20]) {
      const now = { ...at(minutes), isHeldUp: minutes === 1 };
      expect(chaseStep(filled, now)).toBe('leave');
      expect(chaseStep(filled, { ...now, position: leaving })).toBe('leave');
    }
    expect(chaseStep(filled, { ...at(1), position: held })).toBe('follow');
  });

  it.each([
    ['0.5', 'cross'],
    ['0.4999', 'leave'],
  ])('crosses no rest that is below the least quantity: %s', (rest, step) => {
    expect(chaseStep({ ...chase, rest: unitsOf(rest) }, at(4))).toBe(step);
    expect(chaseStep({ ...chase, rest: unitsOf(rest) }, at(3))).toBe('follow');
  });

  it.each([
    ['20', 'cross'],
    ['19.99', 'leave'],
  ])('nor below the least cost, 10: half a coin at %s', (price, step) => {
    const rest = { ...chase, rest: unitsOf('0.5'), crossPrice: unitsOf(price) };
    expect(chaseStep(rest, at(4))).toBe(step);
  });

  it('crosses at once when what was bought can have no stop', () => {
    expect(chaseStep({ ...chase, isFilled: true }, { ...at(1), position: held, isBare: true })).toBe('cross');
    const dust = { ...chase, rest: unitsOf('0.1') };
    expect(chaseStep(dust, { ...at(1), position: held, isBare: true })).toBe('leave');
  });
});

describe('where it follows to', () => {
  const follow = (close: number, position?: Position) => {
    const limit = followedLimit(unitsOf('99.99'), close, { position, tickDecimals: 2 });
    return limit === null ? null : textOf(limit);
  };

  it('is the tick below the close, and where it was without one', () => {
    expect([follow(101), follow(98), follow(Number.NaN)]).toEqual(['100.99', '97.99', '99.99']);
  });

  it('is nowhere once that is not above the stop of what was bought', () => {
    expect(held.stop).toBe(96);
    expect([follow(96.02, held), follow(96.01, held), follow(96.01)]).toEqual(['96.01', null, '96']);
    expect(follow(Number.NaN, { ...held, stop: 99.99 })).toBeNull();
  });
});

describe('a breaker forbids to go on', () => {
  const at = { symbol: 'BTC/USD', atMs: tickMs };
  const tripped = { state: 'tripped', untilMs: null } as const;

  it.each(['manual', 'portfolio', 'losses', 'drawdown', 'asset:BTC-USD', 'flash:BTC-USD'])('%s', (scope) => {
    expect(isHeldUp(new Map([[scope, tripped]]), at)).toBe(true);
    expect(isHeldUp(new Map([[scope, { ...tripped, untilMs: tickMs }]]), at)).toBe(false);
    expect(isHeldUp(new Map([[scope, { ...tripped, untilMs: tickMs + 1 }]]), at)).toBe(true);
    expect(isHeldUp(new Map([[scope, { state: 'closed', untilMs: null }]]), at)).toBe(false);
  });

  it('but not one of another symbol', () => {
    expect(isHeldUp(new Map([['asset:ETH-USD', tripped]]), at)).toBe(false);
  });
});
