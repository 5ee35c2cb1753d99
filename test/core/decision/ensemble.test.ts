import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { enters, entryRule, sideOf } from '../../../shared/core/decision/ensemble.ts';
import type { InstanceSignal } from '../../../shared/core/decision/signals.ts';
import type { Family } from '../../../shared/core/strategies/strategy.ts';
import { signalOf } from '../../helpers/decisions.ts';

/** The rule that holds once all strategies exist (execution §3). */
const finalRule = { threshold: 1.2, minSupporters: 2, minFamilies: 2 };
const names = (signals: readonly InstanceSignal[]) => signals.map(({ instance }) => instance);
const nobody = sideOf([], -1);

const trend = (weight: number) => signalOf('trend_ema@4h', { weight });
const breakout = (weight: number) => signalOf('turtle@4h', { weight });
const against = (weight: number) => sideOf([signalOf('ichimoku@4h', { vote: -1, weight })], -1);

describe('a side of the vote', () => {
  it('adds the weights of those that vote for it, and of nobody else', () => {
    const signals = [
      signalOf('ichimoku@4h', { vote: -1, weight: 0.3 }),
      signalOf('supertrend@4h', { vote: 0, weight: 0.7 }),
      trend(0.6),
      breakout(0.5),
    ];
    expect(sideOf(signals, 1).score).toBeCloseTo(1.1, 12);
    expect(names(sideOf(signals, 1).supporters)).toEqual(['trend_ema@4h', 'turtle@4h']);
    expect(sideOf(signals, -1).score).toBe(0.3);
  });

  it('counts two instances of a strategy as one: the heavier', () => {
    const signals = [signalOf('turtle@1d', { weight: 0.4 }), signalOf('turtle@4h', { weight: 0.5 })];
    expect(sideOf(signals, 1)).toEqual({ score: 0.5, supporters: [signals[1]] });
  });

  it.each([
    ['exactly', 0.5, 0.5],
    ['but for the last digits', 0.5, 0.5 + 1e-12],
  ])('of instances that are equal %s counts the longer timeframe', (_, long, short) => {
    const signals = [signalOf('turtle@1d', { weight: long }), signalOf('turtle@4h', { weight: short })];
    expect(names(sideOf(signals, 1).supporters)).toEqual(['turtle@1d']);
    expect(names(sideOf([...signals].reverse(), 1).supporters)).toEqual(['turtle@1d']);
  });

  it('lets an instance on each side of one strategy speak for its own side', () => {
    const signals = [signalOf('turtle@1d', { vote: -1 }), signalOf('turtle@4h')];
    expect(names(sideOf(signals, 1).supporters)).toEqual(['turtle@4h']);
    expect(names(sideOf(signals, -1).supporters)).toEqual(['turtle@1d']);
  });

  it('does not see an instance of weight 0', () => {
    expect(sideOf([trend(0), breakout(0.5)], 1)).toEqual({ score: 0.5, supporters: [breakout(0.5)] });
    expect(against(0)).toEqual({ score: 0, supporters: [] });
  });
});

describe('the rule of an entry', () => {
  const twoFamilies = (weight: number) => sideOf([trend(0.6), breakout(weight)], 1);

  it.each([
    ['at the threshold, but for the last digits of the sum', 0.6, true], // 0.6 + 0.6 = 1.2
    ['a slack of 1e-9 below it', 0.6 - 0.9e-9, true],
    ['more than that below it', 0.6 - 1.1e-9, false],
  ])('%s', (_, weight, expected) => {
    expect(enters(twoFamilies(weight), nobody, finalRule)).toBe(expected);
  });

  it('passes a sum that floats spell below the threshold', () => {
    const side = sideOf([signalOf('a@4h', { weight: 0.7 }), signalOf('b@4h', { weight: 0.1 })], 1);
    expect(side.score).toBeLessThan(0.8); // 0.7999999999999999
    expect(enters(side, nobody, { threshold: 0.8, minSupporters: 2, minFamilies: 1 })).toBe(true);
  });

  it('wants two strategies, not two instances', () => {
    const one = sideOf([signalOf('turtle@1d', { weight: 1.3 }), breakout(1.3)], 1);
    expect(entryRule(one, nobody, finalRule)).toEqual({
      isHeavyEnough: true,
      hasSupporters: false,
      hasFamilies: false,
      isDominant: true,
    });
    expect(enters(one, nobody, finalRule)).toBe(false);
  });

  it('wants two families, not two strategies of one', () => {
    const signals = [trend(0.6), signalOf('ichimoku@4h', { family: 'trend', weight: 0.7 })];
    expect(entryRule(sideOf(signals, 1), nobody, finalRule)).toMatchObject({
      hasSupporters: true,
      hasFamilies: false,
    });
  });

  it.each([
    ['half of it', 0.65, true],
    ['half of it and the slack', 0.65 + 0.4e-9, true], // twice that is 0.8e-9 above
    ['more than half of it', 0.65 + 0.6e-9, false],
  ])('bears opponents that weigh %s', (_, weight, expected) => {
    expect(enters(twoFamilies(0.7), against(weight), finalRule)).toBe(expected);
  });

  it('is not met by nobody, whatever is wanted', () => {
    expect(enters(nobody, nobody, { threshold: 1e-12, minSupporters: 1, minFamilies: 1 })).toBe(false);
  });
});

describe('an added agreeing vote', () => {
  const strategies = ['a', 'b', 'c', 'd', 'e'];
  const timeframes = ['1d', '1h', '4h'];
  const all = strategies
    .flatMap((strategy) => timeframes.map((timeframe) => `${strategy}@${timeframe}`))
    .sort();
  const familyOf = (id: string): Family => (id < 'c' ? 'trend' : 'breakout');
  const weight = fc.integer({ min: 0, max: 20 }).map((tenths) => tenths / 10);
  const signals = fc
    .tuple(...all.map(() => fc.tuple(fc.constantFrom(-1, 0, 1), weight, fc.boolean())))
    .map((says) =>
      says.flatMap(([vote, heavy, isAbsent], i) => {
        const id = all[i] ?? '';
        return isAbsent ? [] : [signalOf(id, { vote, weight: heavy, family: familyOf(id) })];
      }),
    );
  const rule = fc.record({
    threshold: fc.integer({ min: 1, max: 60 }).map((tenths) => tenths / 10),
    minSupporters: fc.integer({ min: 1, max: 4 }),
    minFamilies: fc.integer({ min: 1, max: 2 }),
  });

  it('never turns an entry into none', () => {
    let entries = 0;
    fc.assert(
      fc.property(signals, rule, fc.constantFrom(...all), weight, (before, rules, id, heavy) => {
        if (before.some(({ instance }) => instance === id)) return;
        const added = signalOf(id, { weight: heavy, family: familyOf(id) });
        const after = [...before, added].sort((a, b) => (a.instance < b.instance ? -1 : 1));
        if (!enters(sideOf(before, 1), sideOf(before, -1), rules)) return;
        entries++;
        expect(enters(sideOf(after, 1), sideOf(after, -1), rules)).toBe(true);
        expect(sideOf(after, 1).score).toBeGreaterThanOrEqual(sideOf(before, 1).score - 1e-9);
      }),
      { numRuns: 2000 },
    );
    expect(entries).toBeGreaterThan(50);
  });
});
