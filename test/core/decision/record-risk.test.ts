import { describe, expect, it } from 'vitest';
import { textOf, unitsOf } from '../../../shared/core/decimal.ts';
import { type DecideInput, decide } from '../../../shared/core/decision/decide.ts';
import { recordOf } from '../../../shared/core/decision/write-record.ts';
import { HOUR_MS, MINUTE_MS } from '../../../shared/core/market/timeframes.ts';
import type { SeenBreaker } from '../../../shared/core/risk/breakers.ts';
import { newStanding } from '../../../shared/core/risk/standing.ts';
import { breakersOf, trippedUntil } from '../../helpers/closed.ts';
import {
  recordContext as context,
  decideInput,
  decideRules,
  frozen,
  guardOf,
  signalOf,
  TICK_MS,
} from '../../helpers/decisions.ts';
import { troubles } from '../../helpers/guards.ts';

const trend = signalOf('trend_ema@4h', { weight: 0.6, stop: 96 });
const recordedOf = (change: Partial<DecideInput>, rules = decideRules) => {
  const input = frozen(decideInput(change));
  return recordOf(input, frozen(decide(input, rules)), { rules, context });
};
const standing = newStanding(unitsOf('10000'), TICK_MS);

describe('the record of a regime', () => {
  it('holds what it was read from, to six places', () => {
    const regime = {
      regime: 'STRONG_TREND',
      hurst: 0.58765432,
      z: 2.1234567,
      adx: 31.5,
      confidence: 1 / 3,
    } as const;
    const record = recordedOf({ regime });
    expect(record.regime).toBe('STRONG_TREND');
    expect(record.inputs.regime).toEqual({ hurst: 0.587654, z: 2.123457, adx: 31.5, confidence: 0.333333 });
  });
});

describe('the record of a standing', () => {
  it('holds what the limits are measured from', () => {
    const guard = guardOf({
      standing: {
        ...standing,
        peak: unitsOf('12000.5'),
        dayStart: unitsOf('9900'),
        losses: 2,
        lastLossMs: TICK_MS - HOUR_MS,
        netRs: [1, -1],
      },
      open: 1,
    });
    expect(recordedOf({ guard }).inputs.standing).toEqual({
      peak: '12000.5',
      dayStart: '9900',
      losses: 2,
      lastLossMs: TICK_MS - HOUR_MS,
      results: 2,
      netRs: null,
      open: 1,
      breakers: [],
    });
  });

  it('counts the results that Kelly looked back on, not all that are kept', () => {
    const netRs = Array.from({ length: 30 }, () => -1);
    const rules = { ...decideRules, risk: { ...decideRules.risk, kellyPositions: 20 } };
    expect(
      recordedOf({ guard: guardOf({ standing: { ...standing, netRs } }) }, rules).inputs.standing,
    ).toMatchObject({
      results: 20,
    });
  });

  it('holds these results where an entry is sized by them, and not where nobody reads them', () => {
    const netRs = [0.1 + 0.2, -1, ...Array.from({ length: 50 }, () => 1)];
    const guard = guardOf({ standing: { ...standing, netRs } });
    const entered = recordedOf({ signals: [trend], guard }).inputs.standing;
    expect(entered.netRs).toEqual(netRs.slice(2));
    expect(recordedOf({ guard }).inputs.standing.netRs).toBeNull();
  });

  it('names the breakers that hold this symbol up, by their scope', () => {
    const given: readonly SeenBreaker[] = [
      { ...trippedUntil('manual', null), version: 7 },
      trippedUntil('flash:BTC-USD', TICK_MS + 1),
      trippedUntil('asset:BTC-USD', TICK_MS + HOUR_MS),
      trippedUntil('losses', TICK_MS), // over
      trippedUntil('asset:ETH-USD', null), // another symbol's
      { ...trippedUntil('portfolio', null), state: 'closed' },
    ];
    const namedOf = (breakers: readonly SeenBreaker[]) =>
      recordedOf({ guard: guardOf({ breakers: breakersOf(...breakers) }) }).inputs.standing.breakers;
    expect(namedOf(given.toReversed())).toEqual(namedOf(given));
    expect(namedOf(given)).toEqual([
      {
        scope: 'asset:BTC-USD',
        version: 1,
        untilMs: TICK_MS + HOUR_MS,
        why: 'asset:BTC-USD was seen.',
        by: 'engine',
      },
      {
        scope: 'flash:BTC-USD',
        version: 1,
        untilMs: TICK_MS + 1,
        why: 'flash:BTC-USD was seen.',
        by: 'engine',
      },
      { scope: 'manual', version: 7, untilMs: null, why: 'manual was seen.', by: 'engine' },
    ]);
  });
});

describe('the record of an entry that is forbidden', () => {
  const record = recordedOf({ signals: [trend], guard: guardOf(troubles.COOLDOWN), correlation: 0.87654321 });

  it('holds every code and gate, and the size that it would have had', () => {
    expect(record).toMatchObject({ action: 'WAIT', code: 'COOLDOWN', codes: ['COOLDOWN'], entry: null });
    expect(record.gates).toContainEqual({
      code: 'COOLDOWN',
      outcome: 'failed',
      value: TICK_MS + 239 * MINUTE_MS,
      limit: 240,
    });
    expect(record.gates).toContainEqual({ code: 'MIN_EDGE', outcome: 'passed', value: 0.08, limit: 0.0172 });
    expect(record.size).toMatchObject({
      n2: '10000',
      n4: '10000',
      risk: 0.005,
      kellyEdge: null,
      tooSmall: null,
    });
  });

  it('holds volatility, correlation and what they leave', () => {
    // 1 − ½ × 0.07654321 / 0.2 = 0.808642; of 625 that is 505.40
    expect(record.inputs).toMatchObject({ volatility: 0.15, correlation: 0.876543 });
    expect(record.size).toMatchObject({ correlationScale: 0.808642, n1: '505.4' });
  });
});

describe('the record of a probe', () => {
  it('holds the note, what Kelly found, and the risk that is left', () => {
    const of = (netRs: readonly number[]) =>
      recordedOf({ signals: [trend], guard: guardOf({ standing: { ...standing, netRs } }) });
    const times = (count: number, r: number) => Array.from({ length: count }, () => r);
    // 0.3 − 0.7 / 1 = −0.4
    expect(of([...times(3, 1), ...times(7, -1)])).toMatchObject({
      notes: ['KELLY_NEGATIVE'],
      size: { kellyEdge: -0.4, risk: 0.00125 },
    });
    expect(of(times(10, -1))).toMatchObject({
      notes: ['KELLY_NEGATIVE'],
      size: { kellyEdge: null }, // −∞ is no figure
    });
  });
});

describe('a record of an account that has lost much', () => {
  it('spells amounts exactly and ratios to six places', () => {
    const guard = guardOf({ ...troubles.DRAWDOWN, equity: unitsOf('9000.000000000000000001') });
    const { gates, inputs } = recordedOf({ signals: [trend], guard });
    expect(inputs.standing.peak).toBe(textOf(unitsOf('12500')));
    expect(gates).toContainEqual({ code: 'DRAWDOWN', outcome: 'failed', value: 0.28, limit: 0.1 });
  });
});
