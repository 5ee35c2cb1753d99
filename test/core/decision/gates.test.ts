import { describe, expect, it } from 'vitest';
import { unitsOf } from '../../../shared/core/decimal.ts';
import {
  type Gate,
  type GateCode,
  type GateEntry,
  type GateRules,
  type Guard,
  gatesOf,
} from '../../../shared/core/decision/gates.ts';
import { HOUR_MS, MINUTE_MS } from '../../../shared/core/market/timeframes.ts';
import { newStanding } from '../../../shared/core/risk/standing.ts';
import { breakersOf, trippedUntil } from '../../helpers/closed.ts';
import { decideRules, frozen, guardOf, TICK_MS } from '../../helpers/decisions.ts';
import { gateCodes, worstGuard } from '../../helpers/guards.ts';

/** The default limits: 2 % a day, 10 % from the peak, 2 positions, 240 minutes, 0.3 % of ATR, 10 bps of spread. */
const rules = frozen(decideRules.risk);
const standing = newStanding(unitsOf('10000'), TICK_MS);
const entry: GateEntry = {
  atMs: TICK_MS,
  symbol: 'BTC/USD',
  close: 100,
  atr: 2,
  stop: 97,
  target: null,
  takeCost: 0.0043,
};

interface Change {
  readonly entry?: Partial<GateEntry>;
  readonly guard?: Partial<Guard>;
  readonly rules?: Partial<GateRules>;
}
const judged = (change: Change) =>
  gatesOf({ ...entry, ...change.entry }, guardOf(change.guard), { ...rules, ...change.rules });

function gate(code: GateCode, change: Change): Gate {
  const found = judged(change).find((one) => one.code === code);
  if (found === undefined) throw new Error(`no gate ${code}`);
  return found;
}

describe('the gates', () => {
  it('are judged in the order of their names', () => {
    expect(judged({}).map(({ code }) => code)).toEqual(gateCodes);
  });

  it('pass an account that stands well; a backtest knows no flash and no spread', () => {
    const unknown = judged({}).filter(({ outcome }) => outcome !== 'passed');
    expect(unknown).toEqual([
      { code: 'BREAKER_FLASH', outcome: 'unknown', value: null, limit: null },
      { code: 'SPREAD', outcome: 'unknown', value: null, limit: 10 },
    ]);
    const live = judged({ guard: { execMs: MINUTE_MS, quote: { bid: 99.99, ask: 100.01 } } });
    expect(live.filter(({ outcome }) => outcome !== 'passed')).toEqual([]);
  });

  it('are each judged whatever the others say', () => {
    const all = gatesOf({ ...entry, atr: 0.29, stop: 99.71 }, worstGuard(), rules);
    expect(all.map(({ code, outcome }) => [code, outcome])).toEqual(
      gateCodes.map((code) => [code, 'failed']),
    );
  });
});

describe('a gate of a breaker', () => {
  const untilMs = TICK_MS + HOUR_MS;

  it.each<[GateCode, string]>([
    ['BREAKER_MANUAL', 'manual'],
    ['BREAKER_PORTFOLIO', 'portfolio'],
    ['BREAKER_CONSECUTIVE_LOSSES', 'losses'],
    ['BREAKER_ASSET', 'asset:BTC-USD'],
    ['BREAKER_FLASH', 'flash:BTC-USD'],
  ])('%s fails while %s holds, and no other gate does', (code, scope) => {
    const breakers = breakersOf(trippedUntil(scope, untilMs));
    const failed = judged({ guard: { breakers } }).filter(({ outcome }) => outcome === 'failed');
    expect(failed).toEqual([{ code, outcome: 'failed', value: untilMs, limit: null }]);
    const over = { guard: { breakers: breakersOf(trippedUntil(scope, TICK_MS)) } };
    expect(gate(code, over)).toMatchObject({ value: null });
    expect(gate(code, over).outcome).not.toBe('failed');
  });

  it('names no end where a person must reset it', () => {
    const breakers = breakersOf(trippedUntil('manual', null));
    expect(gate('BREAKER_MANUAL', { guard: { breakers } })).toMatchObject({ outcome: 'failed', value: null });
  });

  it('does not look at other symbols', () => {
    const breakers = breakersOf(trippedUntil('asset:ETH-USD', null), trippedUntil('flash:ETH-USD', null));
    expect(judged({ guard: { breakers } }).filter(({ outcome }) => outcome === 'failed')).toEqual([]);
  });

  it('sees a flash on candles of a minute and no longer ones', () => {
    expect(gate('BREAKER_FLASH', { guard: { execMs: MINUTE_MS } }).outcome).toBe('passed');
    expect(gate('BREAKER_FLASH', { guard: { execMs: 5 * MINUTE_MS } }).outcome).toBe('unknown');
  });
});

describe('the gates of the account', () => {
  it.each([
    ['9800', 0.02, 'failed', 0.02], // at the limit
    ['9800.01', 0.02, 'passed', 0.019999],
    ['10100', 0.02, 'passed', 0],
    ['1', 'off', 'passed', 0.9999],
  ] as const)('DAILY_LOSS at an equity of %s with a limit of %s has %s', (equity, limit, outcome, value) => {
    const found = gate('DAILY_LOSS', { guard: { equity: unitsOf(equity) }, rules: { dailyLossMax: limit } });
    expect(found).toEqual({
      code: 'DAILY_LOSS',
      outcome,
      value: expect.closeTo(value, 12),
      limit: limit === 'off' ? null : limit,
    });
  });

  it('DAILY_LOSS of a day that began with nothing has no fraction', () => {
    const guard = { standing: { ...standing, dayStart: 0n }, equity: -1n };
    expect(gate('DAILY_LOSS', { guard })).toMatchObject({ outcome: 'passed', value: 0 });
  });

  it('DRAWDOWN fails by the latch alone, and shows the fall', () => {
    const low = { standing: { ...standing, peak: unitsOf('12500') } };
    expect(gate('DRAWDOWN', { guard: low })).toEqual({
      code: 'DRAWDOWN',
      outcome: 'passed', // 20 %: the tick trips the latch before it decides
      value: expect.closeTo(0.2, 12),
      limit: 0.1,
    });
    const breakers = breakersOf(trippedUntil('drawdown', null));
    expect(gate('DRAWDOWN', { guard: { breakers } })).toEqual({
      code: 'DRAWDOWN',
      outcome: 'failed', // whatever the equity has become
      value: 0,
      limit: 0.1,
    });
    expect(gate('DRAWDOWN', { guard: { breakers }, rules: { drawdownMax: 'off' } }).limit).toBeNull();
  });

  it.each([
    [1, 'passed'],
    [2, 'failed'],
    [3, 'failed'],
  ])('MAX_OPEN with %d of 2 has %s', (open, outcome) => {
    expect(gate('MAX_OPEN', { guard: { open } })).toEqual({
      code: 'MAX_OPEN',
      outcome,
      value: open,
      limit: 2,
    });
  });

  const untilMs = TICK_MS + MINUTE_MS;
  it.each([
    ['a minute before its end', untilMs - 240 * MINUTE_MS, 240, 'failed', untilMs],
    ['in its last millisecond', TICK_MS + 1 - 240 * MINUTE_MS, 240, 'failed', TICK_MS + 1],
    ['at its end', TICK_MS - 240 * MINUTE_MS, 240, 'passed', null],
    ['without a loss', null, 240, 'passed', null],
    ['of no minutes', TICK_MS, 0, 'passed', null],
  ])('COOLDOWN %s', (_, lastLossMs, cooldownMinutes, outcome, value) => {
    const found = gate('COOLDOWN', {
      guard: { standing: { ...standing, lastLossMs } },
      rules: { cooldownMinutes },
    });
    expect(found).toEqual({ code: 'COOLDOWN', outcome, value, limit: cooldownMinutes });
  });

  it.each([
    [true, 'failed'],
    [false, 'passed'],
  ])('BALANCE_SHORT of a venue that holds less: %s, has %s', (isBalanceShort, outcome) => {
    const found = gate('BALANCE_SHORT', { guard: { isBalanceShort } });
    expect(found).toStrictEqual({ code: 'BALANCE_SHORT', outcome, value: null, limit: null });
  });
});

describe('the gates of the market', () => {
  it.each([
    [0.3, 100, 'passed'], // at the floor it is still good
    [0.2999, 100, 'failed'],
    [0.2244714, 74.8238, 'passed'], // 0.003 × 74.8238; as floats 0.0029999999999999996
  ])('ATR_TOO_LOW with %d of a price of %d has %s', (atr, close, outcome) => {
    const found = gate('ATR_TOO_LOW', { entry: { atr, close, stop: close * 0.9 } });
    expect(found).toEqual({
      code: 'ATR_TOO_LOW',
      outcome,
      value: expect.closeTo(atr / close, 12),
      limit: 0.003,
    });
  });

  it.each([
    [99.95, 100.05, 'passed', 10], // at the limit it is still good
    [99.949, 100.05, 'failed', 10.1],
    [2146.926, 2149.074, 'passed', 10], // 0.1 % of 2148; as floats 10.000000000000645
  ])('SPREAD of %d to %d has %s', (bid, ask, outcome, value) => {
    const found = gate('SPREAD', { guard: { quote: { bid, ask } } });
    expect(found).toMatchObject({ outcome, limit: 10 });
    expect(found.value).toBeCloseTo(value, 1);
  });

  // Twice a round trip of 2 × 0.43 % is 1.72 %.
  it.each([
    ['to the target', { target: 101.72, stop: 99 }, 'passed', 0.0172],
    ['to the target', { target: 101.71, stop: 50 }, 'failed', 0.0171],
    ['to a target that has been passed', { target: 99, stop: 50 }, 'failed', -0.01],
    ['of twice the risk', { target: null, stop: 99.14 }, 'passed', 0.0172],
    ['of twice the risk', { target: null, stop: 99.15 }, 'failed', 0.017],
  ])('MIN_EDGE on the way %s (%j) has %s', (_, change, outcome, value) => {
    expect(gate('MIN_EDGE', { entry: change })).toEqual({
      code: 'MIN_EDGE',
      outcome,
      value: expect.closeTo(value, 12),
      limit: expect.closeTo(0.0172, 12),
    });
  });
});
