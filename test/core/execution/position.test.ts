import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { textOf, unitsOf } from '../../../shared/core/decimal.ts';
import {
  averagePrices,
  enlargePosition,
  isLatchedOut,
  isTargetReached,
  isTimeUp,
  latch,
  netProfit,
  openPosition,
  orderEnded,
  ratchet,
  reducePosition,
  requestExit,
  stopReason,
} from '../../../shared/core/execution/position.ts';
import { HOUR_MS } from '../../../shared/core/market/timeframes.ts';
import { executionOf, frozen, planOf, positionOf, TICK_MS } from '../../helpers/decisions.ts';

describe('a position that opens', () => {
  it('has what was filled, the stop of its plan and no profit', () => {
    const position = openPosition(planOf(), executionOf('100', '2'), 1);
    expect(position).toMatchObject({
      entryMs: executionOf('100').atMs,
      entryQuantity: unitsOf('2'),
      entryCost: unitsOf('200'),
      entryFee: unitsOf('0.8'),
      quantity: unitsOf('2'),
      stop: 97,
      firstStop: 97,
      isRatcheted: false,
      supporters: planOf().supporters,
      exit: null,
      stopsEnded: 0,
      exitsEnded: 0,
    });
  });

  it.each([
    ['97', 97, 95], // 2 below the fill is 95: the level of 97 is too near
    ['100', 97, 97],
    ['110', 97, 102], // 4 ATR of 2 below 110
    ['100', 97.03, 97.1], // rounded up to the tick
    ['97', 97.03, 95],
    ['100.03', 99, 98.1], // 98.03, rounded up
  ])('after a fill at %s with the level %d has its stop at %d', (price, stopLevel, stop) => {
    expect(openPosition(planOf({ stopLevel }), executionOf(price), 1).stop).toBe(stop);
  });

  it('keeps its first stop when the entry fills further', () => {
    const more = enlargePosition(frozen(positionOf()), executionOf('102', '3'));
    expect(more).toMatchObject({
      entryQuantity: unitsOf('4'),
      quantity: unitsOf('4'),
      entryCost: unitsOf('406'), // 100 + 3 × 102
      entryFee: unitsOf('1.624'), // 0.4 % of 406
      stop: 97,
      entryMs: positionOf().entryMs,
    });
    expect(textOf(averagePrices(more).entry)).toBe('101.5');
  });
});

describe('a position that is sold', () => {
  const bought = frozen(openPosition(planOf(), executionOf('100', '3'), 1));
  const half = frozen(reducePosition(bought, executionOf('110', '1', TICK_MS)));
  const closed = reducePosition(half, executionOf('104', '2', TICK_MS + HOUR_MS));

  it('keeps what is not sold yet', () => {
    expect(half).toMatchObject({ quantity: unitsOf('2'), entryQuantity: unitsOf('3'), exitMs: TICK_MS });
    expect(averagePrices(bought).exit).toBeNull();
    expect(textOf(averagePrices(half).exit ?? 0n)).toBe('110');
  });

  it('ends at its last part, at the average price', () => {
    expect(closed).toMatchObject({ quantity: 0n, exitMs: TICK_MS + HOUR_MS });
    expect(textOf(averagePrices(closed).exit ?? 0n)).toBe('106'); // (110 + 2 × 104) / 3
  });

  it('has won what it was sold for less what it cost less both fees', () => {
    // 318 − 300 − 0.004 × 318 − 0.004 × 300
    expect(textOf(netProfit(closed))).toBe('15.528');
  });

  it('cannot be sold beyond what is held', () => {
    expect(() => reducePosition(half, executionOf('104', '2.00000001'))).toThrow('Bug: BTC/USD sold beyond');
  });
});

describe('a ratchet', () => {
  it.each([
    ['above the stop lifts it', [98.5], 98.5, true],
    ['between two ticks lifts it to the upper one', [98.41], 98.5, true],
    ['that is tightest counts', [98, 99.2, 97.5], 99.2, true],
    ['at the stop is none', [97], 97, false],
    ['that reaches only the stop once rounded up is none', [96.95], 97, false],
    ['below the stop is none', [90], 97, false],
    ['without a value is none', [Number.NaN], 97, false],
    ['without a value does not hide another', [Number.NaN, 99, Number.NaN], 99, true],
    ['of nobody is none', [], 97, false],
  ])('%s', (_, trails, stop, isRatcheted) => {
    const position = frozen(positionOf());
    const raised = ratchet(position, trails, 1);
    expect({ stop: raised.stop, isRatcheted: raised.isRatcheted }).toEqual({ stop, isRatcheted });
    if (!isRatcheted) expect(raised).toBe(position);
  });

  it('only ever tightens, and says so when it did', () => {
    const trails = fc.array(fc.oneof(fc.double({ min: 80, max: 130, noNaN: true }), fc.constant(Number.NaN)));
    fc.assert(
      fc.property(trails, (levels) => {
        let position = positionOf();
        for (const level of levels) {
          const next = ratchet(position, [level], 1);
          expect(next.stop).toBeGreaterThanOrEqual(position.stop);
          expect(next.isRatcheted).toBe(position.isRatcheted || next.stop > position.stop);
          if (!Number.isNaN(level)) expect(next.stop).toBeGreaterThanOrEqual(level);
          position = next;
        }
        expect(position.firstStop).toBe(97);
      }),
    );
  });

  it('gives the stop the name TRAIL for ever', () => {
    const raised = ratchet(positionOf(), [98], 1);
    expect(stopReason(positionOf())).toBe('STOP');
    expect(stopReason(ratchet(raised, [90], 1))).toBe('TRAIL');
  });
});

describe('the exit signals of supporters', () => {
  const position = frozen(positionOf());

  it('latch the supporter that leaves, and nobody else', () => {
    const latched = latch(position, new Set(['turtle@4h', 'turtle@1d']));
    expect(latched.supporters.map(({ isLatched }) => isLatched)).toEqual([false, true]);
  });

  it('of others, or of one that has left before, change nothing', () => {
    expect(latch(position, new Set(['ichimoku@1d', 'turtle@1d']))).toBe(position);
    const latched = frozen(latch(position, new Set(['turtle@4h'])));
    expect(latch(latched, new Set(['turtle@4h']))).toBe(latched);
    expect(latch(latched, new Set())).toBe(latched);
  });

  it.each([
    ['less than half of the weight', [0.6, 0.5], 1, false],
    ['more than half of the weight', [0.6, 0.5], 0, true],
    ['exactly half', [0.5, 0.5], 0, true],
    ['half but for the last digits', [0.3, 0.1, 0.2], 0, true], // half of the sum is 0.30000000000000004
    ['a slack of 1e-9 less than half', [0.5, 0.5 + 1.8e-9], 0, true],
    ['more than that less than half', [0.5, 0.5 + 2.2e-9], 0, false],
  ])('close the position at %s', (_, weights, leaving, expected) => {
    const supporters = weights.map((weight, i) => ({
      instance: `s${i}@4h`,
      weight,
      isLatched: i === leaving,
    }));
    expect(isLatchedOut({ supporters })).toBe(expected);
  });

  it('add up over the bars on which they fire', () => {
    const first = latch(position, new Set(['turtle@4h']));
    expect(isLatchedOut(first)).toBe(false);
    expect(isLatchedOut(latch(first, new Set(['trend_ema@4h'])))).toBe(true);
  });
});

describe('the target', () => {
  it.each([
    [110, 109.9, false],
    [110, 110, true],
    [110.04, 110, false], // compared unrounded
    [110.04, 110.1, true],
    [null, 1e9, false],
  ])('%d at a close of %d is reached: %s', (target, close, expected) => {
    expect(isTargetReached(positionOf({ target }), close)).toBe(expected);
  });
});

describe('the time stop', () => {
  const filledMs = positionOf().entryMs;

  it.each([
    ['has run out at its last millisecond', 80 * HOUR_MS, 80 * HOUR_MS, true],
    ['runs until then', 80 * HOUR_MS, 80 * HOUR_MS - 1, false],
    ['of none never runs out', null, 1e12, false],
  ])('%s', (_, timeStopMs, passedMs, expected) => {
    expect(isTimeUp(positionOf({ timeStopMs }), filledMs + passedMs)).toBe(expected);
  });
});

describe('a requested exit', () => {
  it('keeps its first reason', () => {
    const leaving = requestExit(frozen(positionOf()), 'TARGET', TICK_MS);
    expect(leaving.exit).toEqual({ reason: 'TARGET', atMs: TICK_MS });
    expect(requestExit(leaving, 'SIGNAL', TICK_MS + 1)).toBe(leaving);
  });
});

describe('an order that ended', () => {
  const position = frozen(positionOf());
  const ended = (purpose: 'entry' | 'stop' | 'exit', isCancelRequested: boolean, of = position) =>
    orderEnded(of, { purpose, isCancelRequested }, TICK_MS);

  it('is counted by its purpose', () => {
    expect(ended('exit', false)).toEqual({ ...position, exitsEnded: 1 });
    expect(ended('stop', true)).toEqual({ ...position, stopsEnded: 1 });
    expect(ended('entry', false)).toBe(position);
  });

  it('and was a stop that nobody cancelled is followed by a sale under its name', () => {
    expect(ended('stop', false)).toEqual({
      ...position,
      stopsEnded: 1,
      exit: { reason: 'STOP', atMs: TICK_MS },
    });
    expect(ended('stop', false, ratchet(position, [98], 1)).exit?.reason).toBe('TRAIL');
    expect(ended('stop', false, requestExit(position, 'TARGET', 5)).exit).toEqual({
      reason: 'TARGET',
      atMs: 5,
    });
  });
});
