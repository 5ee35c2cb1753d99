import { describe, expect, it } from 'vitest';
import { type DecideInput, decide } from '../../../shared/core/decision/decide.ts';
import type { InstanceSignal } from '../../../shared/core/decision/signals.ts';
import { recordOf } from '../../../shared/core/decision/write-record.ts';
import { requestExit } from '../../../shared/core/execution/position.ts';
import {
  decideInput,
  positionOf,
  readingOf,
  recordContext,
  decideRules as rules,
  signalOf,
  TICK_MS,
  windowOf,
} from '../../helpers/decisions.ts';

function reasonsOf(change: Partial<DecideInput>, { windows = [windowOf()], own = rules } = {}) {
  const fault = windows.find(({ timeframe }) => timeframe === '4h')?.fault ?? null;
  const input = decideInput({ fault, ...change });
  const context = { ...recordContext, windows };
  return recordOf(input, decide(input, own), { rules: own, context }).reasons;
}

const trend = signalOf('trend_ema@4h', { weight: 0.6 });
const turtle = signalOf('turtle@4h');
const short = signalOf('supertrend@4h', { vote: -1, weight: 0.3 });
const leaves = (instance: string, weight = 0.5) => signalOf(instance, { vote: 0, isExit: true, weight });
const hole = windowOf({ fault: 'a hole in the candles' });
const shortDay = windowOf({ timeframe: '1d', rows: 700, fault: '700 of 720 candles' });
const position = positionOf();

describe('two who say the same', () => {
  it('vote in one sentence', () => {
    expect(reasonsOf({ signals: [trend, turtle] })[0]).toBe(
      'trend_ema@4h (0.60) and turtle@4h (0.50) vote long.',
    );
  });

  it('vote without weight in one sentence, each for its side', () => {
    const idle = [signalOf('dual@4h', { weight: 0 }), signalOf('rubber@4h', { weight: 0, vote: -1 })];
    expect(reasonsOf({ signals: idle })[0]).toBe(
      'dual@4h (long) and rubber@4h (short) vote, but without weight in such a market.',
    );
  });

  it('give an exit signal in one sentence, also one without weight', () => {
    expect(reasonsOf({ position, signals: [leaves('macd@4h'), leaves('rsi@4h', 0)] }).slice(0, -1)).toEqual([
      'macd@4h and rsi@4h give an exit signal, but did not vote for this entry.',
    ]);
  });

  it('count once each where both vote on two timeframes', () => {
    const twice = [trend, turtle].flatMap((one) => [
      { ...one, instance: one.instance.replace('4h', '1d') },
      one,
    ]);
    expect(reasonsOf({ signals: twice }).slice(-3)[0]).toBe(
      'The long score of 1.10 (trend_ema and turtle count once) is enough for an entry.',
    );
  });
});

describe('what the long side lacks', () => {
  const outcomeOf = (ensemble: Partial<typeof rules.ensemble>, ...signals: readonly InstanceSignal[]) =>
    reasonsOf({ signals }, { own: { ...rules, ensemble: { ...rules.ensemble, ...ensemble } } }).at(-1);
  const idle = signalOf('macd@4h', { weight: 0 });

  it('is told without those who vote short, or without weight', () => {
    expect(outcomeOf({ minSupporters: 3 }, idle, short, trend, turtle)).toBe(
      'No entry: the 2 strategies that vote long are too few.',
    );
    const score = 'No entry: the long score of 0.60 is below the 0.7 needed.';
    const day = { ...trend, instance: 'trend_ema@1d', weight: 0.2 };
    expect(outcomeOf({ threshold: 0.7 }, { ...day, vote: -1 }, trend)).toBe(score);
    expect(outcomeOf({ threshold: 0.7 }, { ...day, weight: 0 }, trend)).toBe(score);
  });

  it('is a vote, where somebody votes short only', () => {
    expect(reasonsOf({ signals: [short] })).toEqual([
      'supertrend@4h (0.30) votes short.',
      'Nothing is held, and no strategy votes long.',
    ]);
  });
});

describe('a short vote', () => {
  it('is told once, though it is an exit signal too', () => {
    expect(reasonsOf({ position, signals: [{ ...short, isExit: true }] })).toEqual([
      'supertrend@4h (0.30) votes short.',
      'The short score of 0.30 is not enough to sell.',
      'Hold 1 BTC, with its stop at 97.',
    ]);
  });

  it('is not weighed against what is being sold already', () => {
    const leaving = requestExit(position, 'TARGET', TICK_MS);
    expect(reasonsOf({ position: leaving, signals: [short] })).toEqual([
      'supertrend@4h (0.30) votes short.',
      '1 BTC is being sold already: its target was reached (TARGET).',
    ]);
  });
});

describe('what a person reads', () => {
  it.each([
    ['STRONG_TREND', 'a strong trend'],
    ['WEAK_TREND', 'a weak trend'],
    ['MEAN_REVERTING', 'mean reversion'],
    ['RANDOM_WALK', 'a random walk'],
  ] as const)('of %s is %s', (regime, words) => {
    expect(reasonsOf({ signals: [trend], regime: readingOf(regime) })[1]).toBe(
      `The market is taken for ${words} (Hurst exponent 0.50, ADX 22).`,
    );
  });

  it.each([
    ['STOP', 'its stop was reached'],
    ['TRAIL', 'its raised stop was reached'],
    ['TARGET', 'its target was reached'],
    ['SIGNAL', 'the strategies are against it'],
    ['TIME', 'its time was up'],
    ['MANUAL', 'a person closes it'],
  ] as const)('of a sale by %s is that %s', (reason, words) => {
    expect(reasonsOf({ position: requestExit(position, reason, TICK_MS) })).toEqual([
      `1 BTC is being sold already: ${words} (${reason}).`,
    ]);
  });
});

describe('candles that do not suffice', () => {
  const dayFault = 'The 1d candles do not suffice (700 of 720 candles): nothing on them votes.';
  const riskFault =
    'The 4h candles do not suffice (a hole in the candles): no vote and no exit signal counts.';

  it('of another timeframe silence nobody else, and are told beside those of 4h', () => {
    expect(reasonsOf({ signals: [trend] }, { windows: [shortDay, windowOf()] }).slice(0, 2)).toEqual([
      dayFault,
      'trend_ema@4h (0.60) votes long.',
    ]);
    expect(reasonsOf({ signals: [trend] }, { windows: [hole, shortDay] })).toEqual([
      dayFault,
      'No entry: the 4h candles do not suffice (a hole in the candles).',
    ]);
  });

  it('are told where the outcome does not tell them', () => {
    expect(reasonsOf({ signals: [trend], isMissed: true }, { windows: [hole] })).toEqual([
      riskFault,
      'No entry: this tick was missed or came too late.',
    ]);
    expect(reasonsOf({ position }, { windows: [hole] })).toEqual([
      riskFault,
      'Hold 1 BTC, with its stop at 97.',
    ]);
  });
});

describe('a figure that is none', () => {
  it('has a dash in its place', () => {
    const regime = { ...readingOf('RANDOM_WALK'), hurst: Number.NaN, adx: Number.NaN };
    expect(reasonsOf({ signals: [trend], regime })[1]).toBe(
      'The market is taken for a random walk (Hurst exponent –, ADX –).',
    );
  });

  it('of a correlation whose symbols are not told is with what is held', () => {
    expect(reasonsOf({ signals: [trend], correlation: 0.9 })[3]).toContain('for it moves with what is held)');
  });
});
