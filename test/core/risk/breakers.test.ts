import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { unitsOf } from '../../../shared/core/decimal.ts';
import { DAY_MS, HOUR_MS } from '../../../shared/core/market/timeframes.ts';
import {
  afterWrite,
  type Breaker,
  closedFor,
  drawdownTrip,
  isTripped,
  lossesTrip,
  portfolioTrip,
  scopesOf,
  symbolScope,
  trip,
} from '../../../shared/core/risk/breakers.ts';
import { newStanding } from '../../../shared/core/risk/standing.ts';
import { breakersOf, trippedUntil } from '../../helpers/closed.ts';
import { frozen, TICK_MS } from '../../helpers/decisions.ts';

const capital = unitsOf('10000');
const standing = frozen(newStanding(capital, TICK_MS));

describe('the scopes of an account', () => {
  it('are four of its own and two of each symbol', () => {
    expect(scopesOf(['BTC/USD', 'ETH/USD'])).toEqual([
      'manual',
      'portfolio',
      'losses',
      'drawdown',
      'asset:BTC-USD',
      'flash:BTC-USD',
      'asset:ETH-USD',
      'flash:ETH-USD',
    ]);
    expect(symbolScope('flash', 'BTC/USD')).toBe('flash:BTC-USD');
  });
});

describe('a breaker', () => {
  const untilMs = TICK_MS + HOUR_MS;

  it.each([
    ['that never tripped does not hold', undefined, TICK_MS, false],
    ['holds up to its last millisecond', trippedUntil('losses', untilMs), untilMs - 1, true],
    ['does not hold at its end', trippedUntil('losses', untilMs), untilMs, false],
    ['without an end holds for ever', trippedUntil('manual', null), 8e15, true],
    [
      'that is closed does not hold',
      { ...trippedUntil('manual', null), state: 'closed' as const },
      TICK_MS,
      false,
    ],
  ])('%s', (_, breaker, atMs, expected) => {
    expect(isTripped(breaker, atMs)).toBe(expected);
  });
});

describe('a breaker that is written', () => {
  it('has the version after that which it replaces, and the first is 1', () => {
    const written = trippedUntil('manual', null);
    expect(afterWrite(undefined, written).version).toBe(1);
    expect(afterWrite({ ...written, version: 6 }, written)).toEqual({ ...written, version: 7 });
  });
});

describe('the breakers that an entry needs closed', () => {
  const closed = (scope: string, why: string) => ({
    ...{ scope, state: 'closed', untilMs: null, atMs: TICK_MS, why, by: 'engine' },
  });

  it('are made where they never were, and closed where their time is over; the others stay', () => {
    const known = breakersOf(
      trippedUntil('manual', null),
      trippedUntil('losses', TICK_MS),
      { ...trippedUntil('portfolio', null), state: 'closed' },
      trippedUntil('asset:BTC-USD', TICK_MS + 1),
    );
    expect(closedFor(known, { symbols: ['BTC/USD'], atMs: TICK_MS })).toEqual([
      closed('losses', 'Its time was over.'),
      closed('drawdown', 'Never tripped.'),
      closed('flash:BTC-USD', 'Never tripped.'),
    ]);
  });
});

describe('a trip', () => {
  const cause = (untilMs: number | null, atMs = TICK_MS) => {
    const { state, ...rest } = { ...trippedUntil('losses', untilMs, atMs), why: 'again', by: 'another' };
    return rest;
  };
  const held = frozen(trippedUntil('losses', TICK_MS + HOUR_MS));

  it('trips what never was, what is closed and what is over', () => {
    const tripped = { ...cause(TICK_MS + 1), state: 'tripped' };
    expect(trip(undefined, cause(TICK_MS + 1))).toEqual(tripped);
    expect(trip({ ...held, state: 'closed', untilMs: null }, cause(TICK_MS + 1))).toEqual(tripped);
    const late = TICK_MS + HOUR_MS;
    expect(trip(held, cause(late + 1, late))).toEqual({ ...cause(late + 1, late), state: 'tripped' });
  });

  it('that holds no longer leaves the first reason', () => {
    expect(trip(held, cause(TICK_MS + HOUR_MS))).toBe(held);
    expect(trip(held, cause(TICK_MS + 1))).toBe(held);
  });

  it('that holds longer takes over, and one without an end is longest', () => {
    expect(trip(held, cause(TICK_MS + HOUR_MS + 1))).toMatchObject({
      untilMs: TICK_MS + HOUR_MS + 1,
      why: 'again',
    });
    const forEver = trip(held, cause(null));
    expect(forEver).toMatchObject({ untilMs: null, by: 'another' });
    expect(trip(forEver, cause(8e15))).toBe(forEver);
    expect(trip(forEver, cause(null))).toBe(forEver);
  });

  it('only ever lengthens: what would have held entries up still does', () => {
    const hours = fc.integer({ min: 0, max: 48 });
    const until = fc.oneof({ arbitrary: hours, weight: 9 }, { arbitrary: fc.constant(null), weight: 1 });
    const at = (hour: number) => TICK_MS + hour * HOUR_MS;
    const end = (hour: number | null) => (hour === null ? null : at(hour));
    fc.assert(
      fc.property(until, fc.array(fc.tuple(hours, until)), hours, (first, causes, later) => {
        let breaker: Breaker = trippedUntil('losses', end(first));
        for (const [hour, untilHour] of causes) {
          const next = trip(breaker, cause(end(untilHour), at(hour)));
          const askedMs = at(Math.max(hour, later));
          if (isTripped(breaker, askedMs)) expect(isTripped(next, askedMs)).toBe(true);
          if (untilHour === null || askedMs < at(untilHour)) expect(isTripped(next, askedMs)).toBe(true);
          breaker = next;
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('the portfolio', () => {
  const at = (equity: string, from = '10000') =>
    portfolioTrip(
      { ...standing, portfolioFrom: unitsOf(from), peak: unitsOf('20000') },
      { equity: unitsOf(equity), atMs: TICK_MS, limit: 0.1 },
    );

  it('trips at a tenth below the start of its day, until a person resets it', () => {
    expect(at('9000')).toEqual([
      {
        scope: 'portfolio',
        untilMs: null,
        atMs: TICK_MS,
        why: 'The account lost 10 % or more since 00:00 UTC.',
        by: 'engine',
      },
    ]);
    expect(at('9000.01')).toEqual([]);
  });

  it('is measured anew from where a person reset it', () => {
    expect(at('8900', '8950')).toEqual([]);
    expect(at('8055', '8950')).toHaveLength(1); // 0.9 × 8950
  });
});

describe('the drawdown', () => {
  const at = (equity: string, limit: number | 'off' = 0.1) =>
    drawdownTrip({ ...standing, peak: unitsOf('12000') }, { equity: unitsOf(equity), atMs: TICK_MS, limit });

  it('trips at its limit below the peak, until a person resets it', () => {
    expect(at('10800')).toEqual([
      {
        scope: 'drawdown',
        untilMs: null,
        atMs: TICK_MS,
        why: 'The account fell 10 % or more below its highest equity.',
        by: 'engine',
      },
    ]);
    expect(at('10800.01')).toEqual([]);
  });

  it('can be off', () => {
    expect(at('1', 'off')).toEqual([]);
  });
});

describe('losses in a row', () => {
  const locked = frozen({
    ...standing,
    losses: 3,
    lastLossMs: TICK_MS - HOUR_MS,
    lockedUntilMs: TICK_MS + DAY_MS - HOUR_MS,
  });

  it('trip as long as the standing is locked, at the time of the last of them', () => {
    expect(lossesTrip(locked, TICK_MS)).toEqual([
      {
        scope: 'losses',
        untilMs: TICK_MS + 23 * HOUR_MS,
        atMs: TICK_MS - HOUR_MS,
        why: '3 losing positions in a row.',
        by: 'engine',
      },
    ]);
    expect(lossesTrip(locked, TICK_MS + 23 * HOUR_MS - 1)).toHaveLength(1);
  });

  it('trip nothing once it is over, or while there are too few', () => {
    expect(lossesTrip(locked, TICK_MS + 23 * HOUR_MS)).toEqual([]);
    expect(lossesTrip({ ...locked, lockedUntilMs: null }, TICK_MS)).toEqual([]);
  });

  it('are not counted in words where one was enough, or where a gain has followed while they lock', () => {
    for (const losses of [1, 0])
      expect(lossesTrip({ ...locked, losses }, TICK_MS)[0]?.why).toMatch(
        /^Too many losing positions in a row, or another/,
      );
  });
});
