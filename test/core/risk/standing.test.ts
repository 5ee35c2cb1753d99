import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { unitsOf } from '../../../shared/core/decimal.ts';
import { enlargePosition, reducePosition } from '../../../shared/core/execution/position.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../shared/core/market/timeframes.ts';
import {
  afterClose,
  afterFlow,
  beginDay,
  forgetLosses,
  netR,
  newStanding,
  raisePeak,
  resetPeak,
  resetPortfolio,
  type Standing,
} from '../../../shared/core/risk/standing.ts';
import { closedAt, closedWith } from '../../helpers/closed.ts';
import { executionOf, frozen, positionOf, TICK_MS } from '../../helpers/decisions.ts';

const usd = unitsOf;
const capital = usd('10000');
const fresh = frozen(newStanding(capital, TICK_MS + 5 * HOUR_MS));
const rules = { losses: 3, lossesLockMinutes: 1440 };
const loss = (atMs: number) => closedAt(97, atMs);
const win = (atMs: number) => closedAt(110, atMs);

/** The standing after these positions in turn. */
const standingAfter = (...closed: readonly ReturnType<typeof loss>[]) =>
  closed.reduce((standing, position) => frozen(afterClose(standing, position, rules)), fresh);

describe('an account that has done nothing', () => {
  it('is measured from its capital and the beginning of its day', () => {
    expect(fresh).toEqual({
      peak: capital,
      dayMs: TICK_MS,
      dayStart: capital,
      portfolioFrom: capital,
      losses: 0,
      lockedUntilMs: null,
      lastLossMs: null,
      netRs: [],
    });
  });
});

describe('the peak', () => {
  it('follows equity up and never down', () => {
    const higher = raisePeak(fresh, capital + 1n);
    expect(higher.peak).toBe(capital + 1n);
    expect(raisePeak(higher, capital)).toBe(higher);
    expect(raisePeak(higher, capital + 1n)).toBe(higher);
  });

  it('is the highest equity there was', () => {
    fc.assert(
      fc.property(fc.array(fc.bigInt({ min: 0n, max: 10n ** 24n })), (equities) => {
        const { peak } = equities.reduce(raisePeak, fresh);
        expect(peak).toBe(equities.reduce((highest, one) => (one > highest ? one : highest), capital));
      }),
    );
  });

  it('begins anew where a person reset the drawdown, below where it was', () => {
    expect(resetPeak(fresh, usd('8500'))).toEqual({ ...fresh, peak: usd('8500') });
  });
});

describe('a day', () => {
  it('begins with its losses at 0, the peak stays', () => {
    const equity = usd('9700');
    const next = beginDay(fresh, TICK_MS + DAY_MS, equity);
    expect(next).toEqual({ ...fresh, dayMs: TICK_MS + DAY_MS, dayStart: equity, portfolioFrom: equity });
  });

  it('keeps its daily loss when a person resets the portfolio’s', () => {
    expect(resetPortfolio(fresh, usd('8900'))).toEqual({ ...fresh, portfolioFrom: usd('8900') });
  });
});

describe('a flow of capital', () => {
  it('is no profit and no loss', () => {
    const low = frozen({ ...raisePeak(fresh, usd('12000')), portfolioFrom: usd('9000') });
    expect(afterFlow(low, usd('-2000'))).toEqual({
      ...low,
      peak: usd('10000'),
      dayStart: usd('8000'),
      portfolioFrom: usd('7000'),
    });
  });

  it('leaves every fall in money as it was', () => {
    const amount = fc.bigInt({ min: 0n, max: 10n ** 24n });
    const flow = fc.bigInt({ min: -(10n ** 24n), max: 10n ** 24n });
    fc.assert(
      fc.property(amount, amount, amount, amount, flow, (equity, peak, dayStart, portfolioFrom, moved) => {
        const before: Standing = { ...fresh, peak, dayStart, portfolioFrom };
        const then = afterFlow(before, moved);
        for (const from of ['peak', 'dayStart', 'portfolioFrom'] as const)
          expect(then[from] - (equity + moved)).toBe(before[from] - equity);
        expect(afterFlow(then, -moved)).toEqual(before);
      }),
    );
  });
});

describe('losing positions in a row', () => {
  it('lock at the third, for a day from its fill', () => {
    const two = standingAfter(loss(TICK_MS), loss(TICK_MS + HOUR_MS));
    expect(two).toMatchObject({ losses: 2, lockedUntilMs: null, lastLossMs: TICK_MS + HOUR_MS });
    expect(afterClose(two, loss(TICK_MS + 2 * HOUR_MS), rules)).toMatchObject({
      losses: 3,
      lockedUntilMs: TICK_MS + 26 * HOUR_MS,
      lastLossMs: TICK_MS + 2 * HOUR_MS,
    });
  });

  it.each([
    ['a gain between them', win(TICK_MS + 1)],
    ['a result of exactly 0 between them', closedWith(0n, TICK_MS + 1)],
  ])('are counted anew after %s', (_, between) => {
    const standing = standingAfter(
      loss(TICK_MS),
      loss(TICK_MS),
      between,
      loss(TICK_MS + 2),
      loss(TICK_MS + 3),
    );
    expect(standing).toMatchObject({ losses: 2, lockedUntilMs: null });
  });

  it('count from the smallest loss there is', () => {
    expect(standingAfter(closedWith(-1n))).toMatchObject({ losses: 1, lastLossMs: TICK_MS });
    expect(standingAfter(closedWith(1n))).toMatchObject({ losses: 0, lastLossMs: null });
  });

  it('do not lock again by themselves when the lock has run out', () => {
    const locked = standingAfter(loss(TICK_MS), loss(TICK_MS), loss(TICK_MS));
    const untilMs = TICK_MS + DAY_MS;
    expect(afterClose(locked, loss(untilMs), rules)).toMatchObject({ losses: 1, lockedUntilMs: null });
    expect(afterClose(locked, win(untilMs), rules)).toMatchObject({ losses: 0, lockedUntilMs: null });
  });

  it('make the lock longer while it holds, at whatever count', () => {
    const locked = standingAfter(loss(TICK_MS), loss(TICK_MS), loss(TICK_MS));
    const last = TICK_MS + DAY_MS - 1;
    expect(afterClose(locked, loss(last), rules)).toMatchObject({ losses: 4, lockedUntilMs: last + DAY_MS });
    const won = frozen(afterClose(locked, win(TICK_MS + 1), rules));
    expect(won).toMatchObject({ losses: 0, lockedUntilMs: TICK_MS + DAY_MS });
    expect(afterClose(won, loss(last), rules)).toMatchObject({ losses: 1, lockedUntilMs: last + DAY_MS });
  });

  it('are forgotten when a person takes the lock off; the cooldown is not', () => {
    const locked = standingAfter(loss(TICK_MS), loss(TICK_MS), loss(TICK_MS));
    expect(forgetLosses(locked)).toEqual({ ...locked, losses: 0, lockedUntilMs: null });
    expect(forgetLosses(locked).lastLossMs).toBe(TICK_MS);
  });

  it('never shorten a lock or a cooldown, in whatever order their fills are heard of', () => {
    const close = fc
      .tuple(fc.constantFrom(loss, loss, loss, win), fc.integer({ min: 0, max: 2500 }))
      .map(([of, minutes]) => of(TICK_MS + minutes * MINUTE_MS));
    let locked = 0;
    fc.assert(
      fc.property(fc.array(close, { minLength: 3, maxLength: 15 }), close, (closes, last) => {
        const before = standingAfter(...closes);
        const then = afterClose(before, last, rules);
        expect(then.lastLossMs ?? 0).toBeGreaterThanOrEqual(before.lastLossMs ?? 0);
        if (before.lockedUntilMs === null || (last.exitMs ?? 0) >= before.lockedUntilMs) return;
        locked++;
        expect(then.lockedUntilMs).toBeGreaterThanOrEqual(before.lockedUntilMs);
      }),
      { numRuns: 300 },
    );
    expect(locked).toBeGreaterThan(50);
  });
});

describe('what a closed position won in R', () => {
  it('is its net profit over what it had at risk', () => {
    // 0.996 × 110 − 100.4 = 9.16 of the 3 between the fill and the first stop
    expect(netR(closedAt(110))).toBeCloseTo(9.16 / 3, 12);
    // sold at the stop it is more than one R: 0.996 × 97 − 100.4 = −3.788
    expect(netR(closedAt(97))).toBeCloseTo(-3.788 / 3, 12);
    expect(netR(closedWith(0n))).toBe(0);
  });

  it('is measured from the average price to the first stop, wherever the last one was', () => {
    // 1 at 100 and 3 at 102 cost 406 + 1.624: on average 101.5, the stop 4.5 below, so 18 at risk
    const bought = enlargePosition(positionOf(), executionOf('102', '3'));
    const sold = reducePosition(bought, executionOf('106', '4'));
    // 424 − 1.696 − 406 − 1.624 = 14.68
    expect(netR({ ...sold, stop: 105, isRatcheted: true })).toBeCloseTo(14.68 / 18, 12);
  });

  it('is kept of the newest fifty positions', () => {
    const closed = Array.from({ length: 51 }, (_, i) => closedAt(101 + i, TICK_MS + i));
    const { netRs } = standingAfter(...closed);
    expect(netRs).toHaveLength(50);
    expect(netRs[0]).toBe(netR(closedAt(102)));
    expect(netRs[49]).toBe(netR(closedAt(151)));
  });

  it('is kept of losses too', () => {
    expect(standingAfter(win(TICK_MS), loss(TICK_MS)).netRs).toEqual([netR(win(0)), netR(loss(0))]);
  });
});
