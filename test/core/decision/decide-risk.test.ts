import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { textOf, unitsOf } from '../../../shared/core/decimal.ts';
import { type DecideInput, type DecideRules, decide } from '../../../shared/core/decision/decide.ts';
import type { GateCode } from '../../../shared/core/decision/gates.ts';
import { latch, requestExit } from '../../../shared/core/execution/position.ts';
import { DAY_MS, HOUR_MS } from '../../../shared/core/market/timeframes.ts';
import { newStanding } from '../../../shared/core/risk/standing.ts';
import {
  decideInput,
  decideRules,
  frozen,
  guardOf,
  positionOf,
  signalOf,
  TICK_MS,
} from '../../helpers/decisions.ts';
import { gateCodes, troubles, worstGuard } from '../../helpers/guards.ts';

const trend = signalOf('trend_ema@4h', { weight: 0.6, stop: 96 });
const rulesOf = (risk: Partial<DecideRules['risk']>): DecideRules => ({
  ...decideRules,
  risk: { ...decideRules.risk, ...risk },
});
const entered = (change: Partial<DecideInput>, rules = decideRules) =>
  decide(frozen(decideInput({ signals: [trend], ...change })), frozen(rules));

/** An average true range of 0.29 is below the floor; a target at 101 is nearer than twice a round trip. */
const alone: Readonly<Record<GateCode, Partial<DecideInput>>> = {
  ...(Object.fromEntries(
    Object.entries(troubles).map(([code, trouble]) => [code, { guard: guardOf(trouble) }]),
  ) as Record<keyof typeof troubles, Partial<DecideInput>>),
  ATR_TOO_LOW: { atr: 0.29, signals: [{ ...trend, target: 110 }] },
  MIN_EDGE: { signals: [{ ...trend, target: 101 }] },
};

describe('an entry that the ensemble wants', () => {
  it.each(gateCodes)('is not made when %s forbids it, and its size is told all the same', (code) => {
    const decision = entered(alone[code]);
    expect(decision).toMatchObject({ action: 'WAIT', code, codes: [code], plan: null, position: null });
    expect(decision.size?.tooSmall).toBeNull();
    expect(decision.gates.map((gate) => gate.code)).toEqual(gateCodes);
  });

  it('names the first of all that forbid it, the size last', () => {
    const near = [{ ...trend, target: 101 }];
    const poor = { equity: 9000, exposure: 0, free: 0.4 };
    expect(entered({ guard: worstGuard(), signals: near, atr: 0.29, funds: poor })).toMatchObject({
      action: 'WAIT',
      code: 'BREAKER_MANUAL',
      codes: [...gateCodes, 'SIZE_BELOW_MIN'],
      size: { binding: 'N5' },
    });
  });

  it('is made when nothing forbids it, with every gate shown', () => {
    const { action, codes, gates } = entered({});
    expect({ action, codes }).toEqual({ action: 'ENTER', codes: [] });
    expect(gates.map(({ code }) => code)).toEqual(gateCodes);
  });

  it.each([
    ['the ensemble does not want', { signals: [] }],
    ['was missed', { isMissed: true }],
    ['has no candles to stand on', { fault: 'a hole in the candles' }],
  ])('but %s is not judged by the gates', (_, change) => {
    expect(entered({ ...change, guard: worstGuard() })).toMatchObject({ gates: [], stake: null, size: null });
  });
});

describe('the risk of an entry', () => {
  const results = (...netRs: readonly number[]) =>
    guardOf({ standing: { ...newStanding(unitsOf('10000'), TICK_MS), netRs } });
  const times = (count: number, r: number) => Array.from({ length: count }, () => r);

  it('is all that the configuration allows while Kelly says nothing', () => {
    expect(entered({ guard: results(...times(9, -1)) })).toMatchObject({
      notes: [],
      stake: { kelly: null, risk: 0.005 },
      size: { n1: 625 },
    });
  });

  it('is a probe, and noted, without an edge', () => {
    // 0.00125 × 10,000 × 100 / 4 × ½, a quarter of 625
    expect(entered({ guard: results(...times(10, -1)) })).toMatchObject({
      action: 'ENTER',
      notes: ['KELLY_NEGATIVE'],
      stake: { kelly: { fraction: 0 }, risk: 0.00125 },
      size: { n1: 156.25 },
    });
    expect(entered({ guard: results(...times(5, 1), ...times(5, -1)) }).notes).toEqual(['KELLY_NEGATIVE']); // 0
  });

  it('is what Kelly says between a probe and all of it', () => {
    // 0.504 − 0.496 = 0.008, half of it 0.004
    const decision = entered(
      { guard: results(...times(126, 1), ...times(124, -1)) },
      rulesOf({ kellyPositions: 250 }),
    );
    expect(decision.notes).toEqual([]);
    expect(decision.stake?.risk).toBeCloseTo(0.004, 12);
  });

  it('looks back on the newest positions only', () => {
    const guard = results(...times(20, -1), ...times(10, 3));
    expect(entered({ guard }, rulesOf({ kellyPositions: 10 })).stake?.kelly).toBeNull(); // none of ten lost
    expect(entered({ guard }, rulesOf({ kellyPositions: 11 })).stake?.kelly).not.toBeNull();
  });

  it('without a probe buys nothing where there is no edge', () => {
    const decision = entered({ guard: results(...times(10, -1)) }, rulesOf({ kellyProbe: 0 }));
    expect(decision).toMatchObject({ code: 'SIZE_BELOW_MIN', size: { binding: 'N1', notional: 0 } });
  });

  it.each([
    [0.8, 1, 625],
    [0.9, 0.75, 468.75],
    [1, 0.5, 312.5],
    [-1, 1, 625],
    [null, 1, 625],
  ])('beside a position of correlation %s is scaled by %d', (correlation, scale, n1) => {
    const { stake, size } = entered({ correlation });
    expect(stake?.correlationScale).toBeCloseTo(scale, 12);
    expect(size?.n1).toBeCloseTo(n1, 9);
  });

  it('never puts more into a volatile symbol than its share of the equity', () => {
    // N1 is 10,000 × 0.02 × 100 / 2 × ½ = 5000; a quarter of the equity is left at six times the volatility
    const tight = [{ ...trend, stop: 98 }];
    const { size } = entered({ signals: tight, volatility: 0.9 }, rulesOf({ riskPerTrade: 0.02 }));
    expect(size).toMatchObject({ n1: 5000, n2: 2500, binding: 'N2', notional: 2500 });
  });
});

describe('an exit', () => {
  const leaves = signalOf('trend_ema@4h', { vote: 0, isExit: true });
  const held = positionOf();
  const positions = [
    held,
    positionOf({ timeStopMs: DAY_MS }),
    latch(held, new Set(['turtle@4h'])),
    requestExit(held, 'TARGET', TICK_MS - HOUR_MS),
  ];
  const signals = [
    [],
    [leaves],
    [signalOf('turtle@4h', { vote: -1, weight: 2 })],
    [trend, signalOf('turtle@4h', { isExit: true })],
  ];
  const guards = [guardOf(), worstGuard(), ...Object.values(troubles).map((trouble) => guardOf(trouble))];

  it('does not depend on gates, breakers, Kelly or cash', () => {
    const reasons = new Set<string | null>();
    fc.assert(
      fc.property(
        fc.constantFrom(...positions),
        fc.constantFrom(...signals),
        fc.constantFrom(...guards),
        fc.record({
          correlation: fc.constantFrom(null, 1),
          isMissed: fc.boolean(),
          atr: fc.constantFrom(0.1, 2),
        }),
        (position, votes, guard, rest) => {
          const given = decideInput({ position, signals: votes, isMissed: rest.isMissed });
          const calm = decide(given, decideRules);
          const poor = { equity: 1, exposure: 1, free: -1 };
          expect(decide({ ...given, ...rest, guard, funds: poor }, decideRules)).toEqual(calm);
          reasons.add(calm.exitReason);
        },
      ),
    );
    expect([...reasons].sort()).toEqual(['SIGNAL', 'TIME', null]);
  });
});

describe('an added agreeing vote', () => {
  const ids = ['ichimoku@4h', 'supertrend@4h', 'trend_ema@4h', 'turtle@1d', 'turtle@4h'];
  const weight = fc.integer({ min: 1, max: 20 }).map((tenths) => tenths / 10);
  const votes = fc
    .tuple(...ids.map(() => fc.tuple(fc.constantFrom(1, 0, -1), weight, fc.integer({ min: 80, max: 99 }))))
    .map((says) =>
      says.map(([vote, heavy, stop], i) => signalOf(ids[i] ?? '', { vote, weight: heavy, stop })),
    );
  /** Nothing is too small to be bought, and no way too short. */
  const rules: DecideRules = {
    ...decideRules,
    ensemble: { threshold: 1, minSupporters: 2, minFamilies: 1 },
    takeCost: 0,
    instrument: { ...decideRules.instrument, minQuantity: textOf(0n), minCost: textOf(0n) },
  };

  it('never turns an entry into waiting', () => {
    let entries = 0;
    fc.assert(
      fc.property(votes, fc.constantFrom(...ids), weight, (before, id, heavy) => {
        const silent = before.map((one) => (one.instance === id ? { ...one, vote: 0 } : one));
        if (decide(decideInput({ signals: silent }), rules).action !== 'ENTER') return;
        entries++;
        const agreed = silent.map((one) => (one.instance === id ? { ...one, vote: 1, weight: heavy } : one));
        expect(decide(decideInput({ signals: agreed }), rules).action).toBe('ENTER');
      }),
      { numRuns: 1000 },
    );
    expect(entries).toBeGreaterThan(50);
  });
});
