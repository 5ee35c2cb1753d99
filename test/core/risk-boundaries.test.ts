import { describe, expect, it } from 'vitest';
import { textOf, unitsOfNumber } from '../../shared/core/decimal.ts';
import { type DecideInput, type DecideRules, decide } from '../../shared/core/decision/decide.ts';
import type { GateCode, Guard } from '../../shared/core/decision/gates.ts';
import { afterWrite } from '../../shared/core/risk/breakers.ts';
import { correlationScale } from '../../shared/core/risk/correlation.ts';
import { kellyOf } from '../../shared/core/risk/kelly.ts';
import { type SizeInput, sizeEntry } from '../../shared/core/risk/size.ts';
import { afterClose, newStanding } from '../../shared/core/risk/standing.ts';
import { trippedAt } from '../../shared/core/risk/trips.ts';
import { caseFiles } from '../helpers/case-files.ts';
import { breakersOf, closedAt } from '../helpers/closed.ts';
import { decideInput, decideRules, guardOf, signalOf } from '../helpers/decisions.ts';
import { worldConfig } from '../helpers/world.ts';

/** A case of the file: its name, what is given and what is expected, all beside each other. */
type Case = Readonly<Record<string, unknown>> & { readonly id: string };

/** The number of a case by its key. */
const of = (given: Case) => (key: string) => {
  const value = given[key];
  if (typeof value !== 'number') throw new Error(`${given.id} has no number '${key}'`);
  return value;
};

/** Whoever decides in these cases: a market without costs or minimum, an account that no limit holds up. */
const instrument = {
  ...decideRules.instrument,
  tickDecimals: 18,
  lotDecimals: 18,
  minQuantity: textOf(0n),
  minCost: textOf(0n),
};
const free = worldConfig(['BTC/USD']).risk;
const rulesOf = (risk: Partial<DecideRules['risk']>): DecideRules => ({
  ...decideRules,
  takeCost: 0,
  instrument,
  risk: { ...free, minAtrFraction: 0, maxSpreadBps: 100, ...risk },
});

interface Asked {
  readonly guard?: Partial<Guard>;
  readonly input?: Partial<DecideInput>;
  readonly risk: Partial<DecideRules['risk']>;
}

/** Whether the gate forbids the entry. No other does, so that the decision itself says it. */
function isBlocked(code: GateCode, { guard = {}, input = {}, risk }: Asked): boolean {
  const price = input.close ?? 100;
  const vote = signalOf('trend_ema@4h', { weight: 1, stop: price * 0.99 });
  const given = { atr: price / 100, signals: [vote], ...input, guard: guardOf(guard) };
  const decision = decide(decideInput(given), rulesOf(risk));
  const isFailed = decision.gates.find((gate) => gate.code === code)?.outcome === 'failed';
  expect(decision).toMatchObject(
    isFailed ? { action: 'WAIT', codes: [code] } : { action: 'ENTER', codes: [] },
  );
  return isFailed;
}

function dailyLoss(given: Case) {
  const number = of(given);
  const dayStart = unitsOfNumber(number('dayStartEquity'));
  const guard = {
    standing: { ...newStanding(dayStart, 0), dayStart },
    equity: unitsOfNumber(number('equityNow')),
  };
  return { blocked: isBlocked('DAILY_LOSS', { guard, risk: { dailyLossMax: number('limit') } }) };
}

/** The tick trips the latch, and the gate reads it. */
function drawdown(given: Case) {
  const number = of(given);
  const { atMs } = decideInput();
  const equity = unitsOfNumber(number('equityNow'));
  const standing = newStanding(unitsOfNumber(number('peak')), atMs);
  const risk = { ...free, drawdownMax: number('limit') };
  // The breaker of a day's loss has nothing to say here.
  const breakers = { ...worldConfig(['BTC/USD']).breakers, portfolioLoss: 1 };
  const moment = { atMs, equity, isTick: true, windows: [] };
  const tripped = trippedAt(new Map(), standing, { moment, config: { risk, breakers } });
  const guard = {
    standing,
    equity,
    breakers: breakersOf(...tripped.map((breaker) => afterWrite(undefined, breaker))),
  };
  return { blocked: isBlocked('DRAWDOWN', { guard, risk }) };
}

/** A position is closed with a loss, and another perhaps with a gain. */
function cooldown(given: Case) {
  const number = of(given);
  const never = { losses: 20, lossesLockMinutes: 1 };
  const capital = guardOf().equity;
  const lost = afterClose(newStanding(capital, 0), closedAt(90, number('lossAt')), never);
  const standing = 'winAt' in given ? afterClose(lost, closedAt(110, number('winAt')), never) : lost;
  const risk = { cooldownMinutes: number('cooldownMin') };
  const input = { atMs: number('now') };
  return { blocked: isBlocked('COOLDOWN', { guard: { standing }, input, risk }) };
}

function atrFloor(given: Case) {
  const number = of(given);
  const input = { atr: number('atr'), close: number('price') };
  return { blocked: isBlocked('ATR_TOO_LOW', { input, risk: { minAtrFraction: number('minAtrPct') } }) };
}

function spread(given: Case) {
  const number = of(given);
  const quote = { bid: number('bid'), ask: number('ask') };
  const risk = { maxSpreadBps: number('maxBps') };
  const guard = { quote };
  const { gates } = decide(
    decideInput({ signals: [signalOf('trend_ema@4h', { weight: 1, stop: 99 })], guard: guardOf(guard) }),
    rulesOf(risk),
  );
  return {
    spreadBps: gates.find(({ code }) => code === 'SPREAD')?.value,
    blocked: isBlocked('SPREAD', { guard, risk }),
  };
}

function kelly(given: Case) {
  const number = of(given);
  const times = (count: number, r: number) => Array.from({ length: count }, () => r);
  const found = kellyOf([...times(number('wins'), 1), ...times(number('losses'), -1)]);
  return { kellyFraction: found?.fraction ?? null };
}

function correlated(given: Case) {
  const number = of(given);
  return { scale: correlationScale(number('maxCorr'), number('threshold')) };
}

/** The cases state their own caps; cash, exposure and volatility bind nothing. */
function size(given: Case) {
  const number = of(given);
  const equity = number('equity');
  const input: SizeInput = {
    equity,
    exposure: 0,
    free: Number.MAX_SAFE_INTEGER,
    entry: number('entry'),
    stop: number('stop'),
    risk: number('riskPerTrade'),
    regimeSize: 1,
    correlationScale: 1,
    volatility: Number.NaN,
    volatilityTarget: 1,
    maxSymbolFraction: number('notionalCapFraction'),
    takeCost: 0,
  };
  const { n1, quantity, tooSmall } = sizeEntry(input, instrument);
  expect(tooSmall).toBeNull();
  return { qty: n1 / input.entry, qtyAfterCap: Number(quantity) };
}

const drivers: Readonly<Record<string, (given: Case) => Readonly<Record<string, unknown>>>> = {
  R01: dailyLoss,
  R02: dailyLoss,
  R03: drawdown,
  R04: drawdown,
  R05: cooldown,
  R06: cooldown,
  R07: cooldown,
  R08: atrFloor,
  R09: atrFloor,
  R10: spread,
  R11: kelly,
  R12: correlated,
  R13: correlated,
  R14: correlated,
  R15: correlated,
  R16: size,
  R17: size,
};

/** Keys that say what comes out; a driver has an answer to each of them that its case has. */
const answers = ['spreadBps', 'blocked', 'kellyFraction', 'scale', 'qty', 'qtyAfterCap'];

describe.each(caseFiles<{ readonly cases: readonly Case[] }>('risk_boundaries.json'))(
  'the boundary cases ($where)',
  ({ content: { cases } }) => {
    it('are all played', () => {
      const numbers = cases.map(({ id }) => id.slice(0, 3)).sort();
      expect(numbers).toEqual(Object.keys(drivers));
    });

    it.each(cases.map((one) => [one.id, one] as const))('%s', (id, given) => {
      const found = drivers[id.slice(0, 3)]?.(given) ?? {};
      expect(Object.keys(found).sort()).toEqual(answers.filter((key) => key in given).sort());
      for (const [key, value] of Object.entries(found)) {
        const expected = given[key];
        if (typeof expected !== 'number') expect(value, key).toBe(expected);
        else expect(Math.abs(Number(value) - expected), key).toBeLessThanOrEqual(1e-10 * Math.abs(expected));
      }
    });
  },
);
