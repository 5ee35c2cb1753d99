import { describe, expect, it } from 'vitest';
import { type DecideInput, decide } from '../../../shared/core/decision/decide.ts';
import { latch, requestExit } from '../../../shared/core/execution/position.ts';
import { DAY_MS, HOUR_MS } from '../../../shared/core/market/timeframes.ts';
import {
  decideInput,
  decideRules,
  frozen,
  positionOf,
  readingOf,
  signalOf,
  TICK_MS,
} from '../../helpers/decisions.ts';

const trend = signalOf('trend_ema@4h', { weight: 0.6, stop: 96 });
const turtle = signalOf('turtle@4h', { weight: 0.5, stop: 97 });
const decided = (change: Partial<DecideInput>) => decide(frozen(decideInput(change)), frozen(decideRules));

describe('without a position', () => {
  it('a vote that meets the rule enters, sized by the clamped stop', () => {
    // N1 = 10,000 × 0.005 × 100 / 4 × ½ = 625: the market is taken for a random walk
    expect(decided({ signals: [trend] })).toMatchObject({
      action: 'ENTER',
      code: null,
      position: null,
      exitReason: null,
      stop: 96,
      size: { n1: 625, binding: 'N1', quantity: '6.25000000' },
      plan: {
        symbol: 'BTC/USD',
        tickMs: TICK_MS,
        stopLevel: 96,
        atr: 2,
        target: null,
        timeStopMs: null,
        supporters: [{ instance: 'trend_ema@4h', weight: 0.6, isLatched: false }],
      },
    });
  });

  it('in a trend risks all of it', () => {
    expect(decided({ signals: [trend], regime: readingOf('STRONG_TREND') }).size?.n1).toBe(1250);
  });

  it.each([
    [99, 98], // 1 ATR
    [50, 92], // 4 ATR
  ])('a stop at %d is sized at %d and kept as it was for the fill', (level, stop) => {
    const decision = decided({ signals: [{ ...trend, stop: level }] });
    expect(decision.stop).toBe(stop);
    expect(decision.plan?.stopLevel).toBe(level);
  });

  it('the stop is the weighted median of the supporters’ stops', () => {
    expect(decided({ signals: [trend, turtle] }).plan?.stopLevel).toBe(96); // 0.6 of 1.1 at the loosest
    const heavier = { ...turtle, weight: 0.7 };
    expect(decided({ signals: [trend, heavier] }).plan?.stopLevel).toBe(97); // 0.6 of 1.3 is less than half
    const equal = { ...turtle, weight: 0.6 };
    expect(decided({ signals: [trend, equal] }).plan?.stopLevel).toBe(96); // the looser of two equal ones
  });

  it.each([
    ['of the one that has one, with more than half of the weight', 0.7, 120, Number.NaN, 120],
    ['of the one that has one, with half of the weight', 0.5, 120, Number.NaN, 120],
    ['none, with less than half of the weight', 0.4, 120, Number.NaN, null],
    ['the farther of two equal ones', 0.5, 120, 130, 130],
    ['the heavier of two', 0.6, 120, 130, 120],
    ['none, of nobody', 0.6, Number.NaN, Number.NaN, null],
  ])('the target is %s', (_, weight, target, otherTarget, expected) => {
    const signals = [
      { ...trend, weight, target },
      { ...turtle, target: otherTarget },
    ];
    expect(decided({ signals }).plan?.target).toBe(expected);
  });

  it.each([
    ['of the heaviest', 0.6, 0.5, 8 * HOUR_MS],
    ['of the first by id among equals', 0.5, 0.5, 8 * HOUR_MS],
    ['of nobody, when the heaviest has none', 0.5, 0.6, null],
  ])('the time stop is that %s', (_, first, second, expected) => {
    const signals = [
      { ...trend, weight: first, timeStopMs: 8 * HOUR_MS },
      { ...turtle, weight: second },
    ];
    expect(decided({ signals }).plan?.timeStopMs).toBe(expected);
  });

  it.each<[string, Partial<DecideInput>]>([
    ['nobody votes', {}],
    ['the score is too low', { signals: [{ ...trend, weight: 0.44 }] }],
    ['an opponent weighs more than half', { signals: [{ ...trend, vote: -1, weight: 0.3 }, turtle] }],
    ['only shorts vote: shorts open nothing', { signals: [{ ...trend, vote: -1 }] }],
    ['an entry order has not ended: nothing is entered twice', { signals: [trend], isEntering: true }],
  ])('it waits when %s', (_, change) => {
    expect(decided(change)).toMatchObject({
      action: 'WAIT',
      code: null,
      codes: [],
      plan: null,
      size: null,
      position: null,
    });
  });

  it.each<[string, Partial<DecideInput>, string]>([
    ['the candles do not suffice', { fault: 'a hole in the candles' }, 'INSUFFICIENT_DATA'],
    ['the tick was missed', { isMissed: true }, 'MISSED'],
    ['the tick was missed and the candles do not suffice', { isMissed: true, fault: 'x' }, 'MISSED'],
  ])('it waits and names the code when %s', (_, change, code) => {
    expect(decided({ signals: [trend], ...change })).toMatchObject({
      action: 'WAIT',
      code,
      plan: null,
      size: null,
    });
  });

  it('it waits and names the binding term when the size is too small', () => {
    const decision = decided({ signals: [trend], funds: { equity: 10_000, exposure: 0, free: 0.4 } });
    expect(decision).toMatchObject({
      action: 'WAIT',
      code: 'SIZE_BELOW_MIN',
      plan: null,
      size: { binding: 'N5', tooSmall: 'cost below the minimum of 0.5' },
    });
  });
});

describe('with a position', () => {
  const held = frozen(positionOf()); // trend_ema@4h 0.6, turtle@4h 0.5
  const leaves = (instance: string) => signalOf(instance, { vote: 0, isExit: true });

  it('it holds while nobody leaves, and does not enter again', () => {
    const decision = decided({ position: held, signals: [trend, turtle] });
    expect(decision).toMatchObject({ action: 'HOLD', code: null, plan: null, size: null, exitReason: null });
    expect(decision.codes).toEqual([]);
    expect(decision.position).toBe(held);
    expect(decision.position?.supporters).toEqual(held.supporters); // a later vote adds nothing
  });

  it('a supporter that leaves latches', () => {
    const { action, position } = decided({ position: held, signals: [leaves('turtle@4h')] });
    expect(action).toBe('HOLD');
    expect(position?.supporters.map(({ isLatched }) => isLatched)).toEqual([false, true]);
  });

  it('it leaves when half of the entry weight has latched, over several bars', () => {
    const before = frozen(latch(held, new Set(['turtle@4h'])));
    expect(decided({ position: before, signals: [leaves('trend_ema@4h')] })).toMatchObject({
      action: 'EXIT',
      exitReason: 'SIGNAL',
      position: { exit: { reason: 'SIGNAL', atMs: TICK_MS } },
    });
  });

  it('the tick that closes does not open', () => {
    const signals = [{ ...trend, isExit: true }, turtle];
    expect(decided({ position: held, signals })).toMatchObject({ action: 'EXIT', plan: null, size: null });
  });

  it('the same strategy on another timeframe latches nothing', () => {
    const { action, position } = decided({ position: held, signals: [leaves('trend_ema@1d')] });
    expect(action).toBe('HOLD');
    expect(position).toBe(held);
  });

  it('a short vote is an exit signal of its instance', () => {
    const signals = [signalOf('trend_ema@4h', { vote: -1, weight: 0.3 })];
    expect(decided({ position: held, signals })).toMatchObject({ action: 'EXIT', exitReason: 'SIGNAL' });
  });

  it('it leaves when the other side meets the rule of an entry', () => {
    const shorts = [signalOf('ichimoku@4h', { vote: -1, weight: 0.45 })];
    expect(decided({ position: held, signals: shorts })).toMatchObject({
      action: 'EXIT',
      exitReason: 'SIGNAL',
    });
    const opposed = [...shorts, { ...trend, weight: 0.3 }]; // 0.45 is less than twice that
    expect(decided({ position: held, signals: opposed }).action).toBe('HOLD');
  });

  it('it leaves when its time is up', () => {
    const timed = frozen(positionOf({ timeStopMs: DAY_MS })); // filled a day before the tick
    expect(decided({ position: timed })).toMatchObject({ action: 'EXIT', exitReason: 'TIME' });
    expect(decided({ position: timed, atMs: TICK_MS - 4 * HOUR_MS }).action).toBe('HOLD');
  });

  it('a signal is named before the time', () => {
    const timed = frozen(positionOf({ timeStopMs: DAY_MS }));
    expect(decided({ position: timed, signals: [leaves('trend_ema@4h')] }).exitReason).toBe('SIGNAL');
  });

  it('one that is being sold stays as it is', () => {
    const leaving = frozen(requestExit(held, 'TARGET', TICK_MS - HOUR_MS));
    const decision = decided({ position: leaving, signals: [leaves('trend_ema@4h'), turtle] });
    expect(decision).toMatchObject({ action: 'HOLD', exitReason: null, plan: null });
    expect(decision.position).toBe(leaving);
  });

  describe('and candles that do not suffice', () => {
    const fault = 'the newest candle is missing';

    it('nothing latches and the other side is not heard', () => {
      const signals = [leaves('trend_ema@4h'), signalOf('turtle@1d', { vote: -1, weight: 2 })];
      const decision = decided({ position: held, signals, fault });
      expect(decision).toMatchObject({ action: 'HOLD', code: 'INSUFFICIENT_DATA' });
      expect(decision.position).toBe(held);
    });

    it('the time stop still works', () => {
      const timed = frozen(positionOf({ timeStopMs: DAY_MS }));
      expect(decided({ position: timed, fault })).toMatchObject({
        action: 'EXIT',
        exitReason: 'TIME',
        code: 'INSUFFICIENT_DATA',
      });
    });
  });

  it('a missed tick still leaves and latches', () => {
    const missed = { position: held, isMissed: true };
    expect(decided({ ...missed, signals: [leaves('trend_ema@4h')] })).toMatchObject({
      action: 'EXIT',
      code: 'MISSED',
      exitReason: 'SIGNAL',
    });
    const { position } = decided({ ...missed, signals: [leaves('turtle@4h')] });
    expect(position?.supporters.map(({ isLatched }) => isLatched)).toEqual([false, true]);
  });
});

it('the same input gives the same decision', () => {
  const inputs = [
    decideInput({ signals: [trend, turtle] }),
    decideInput({ position: positionOf(), signals: [{ ...trend, isExit: true }] }),
    decideInput({ signals: [trend], funds: { equity: 1, exposure: 0, free: 1 } }),
  ];
  for (const input of inputs) {
    expect(decide(structuredClone(input), decideRules)).toEqual(decide(input, decideRules));
  }
});
