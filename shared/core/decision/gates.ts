import { numberOf, type Units, unitsOf, unitsOfNumber } from '../decimal.ts';
import { type EpochMs, MINUTE_MS } from '../market/timeframes.ts';
import {
  type BreakerScope,
  FLASH_EXEC_MS_MAX,
  isTripped,
  type SeenBreaker,
  symbolScope,
} from '../risk/breakers.ts';
import { hasFallen, type Limit, reaches } from '../risk/limits.ts';
import type { Standing } from '../risk/standing.ts';

/** What can forbid an entry that the ensemble wants, in the order in which the first is named. */
export type GateCode =
  | 'BREAKER_MANUAL'
  | 'BREAKER_PORTFOLIO'
  | 'BREAKER_CONSECUTIVE_LOSSES'
  | 'BREAKER_ASSET'
  | 'BREAKER_FLASH'
  | 'DAILY_LOSS'
  | 'DRAWDOWN'
  | 'MAX_OPEN'
  | 'COOLDOWN'
  | 'ATR_TOO_LOW'
  | 'SPREAD'
  | 'MIN_EDGE'
  | 'BALANCE_SHORT';

/** One gate as an entry met it. */
export interface Gate {
  readonly code: GateCode;
  /** `unknown`: there was nothing to judge it by, as a spread in a backtest (NOT_EVALUABLE). */
  readonly outcome: 'passed' | 'failed' | 'unknown';
  /** What was measured: a fraction, a count, basis points, or the instant at which it ends; null for none. */
  readonly value: number | null;
  readonly limit: number | null;
}

/** The best prices of a market. */
export interface Quote {
  readonly bid: number;
  readonly ask: number;
}

/** The account and the market as the gates see them. */
export interface Guard {
  readonly standing: Standing;
  /** Every breaker of the account that exists. */
  readonly breakers: ReadonlyMap<BreakerScope, SeenBreaker>;
  readonly equity: Units;
  /** Positions, and entries that have not ended. */
  readonly open: number;
  readonly execMs: number;
  /** Null where nobody quotes, as in a backtest. */
  readonly quote: Quote | null;
  /** The venue holds less than the books say. */
  readonly isBalanceShort: boolean;
}

/** Limits of the gates. */
export interface GateRules {
  readonly dailyLossMax: Limit;
  readonly drawdownMax: Limit;
  readonly maxOpen: number;
  readonly cooldownMinutes: number;
  readonly minAtrFraction: number;
  readonly maxSpreadBps: number;
}

/** The entry that is asked for. Prices in quote currency. */
export interface GateEntry {
  readonly atMs: EpochMs;
  readonly symbol: string;
  readonly close: number;
  readonly atr: number;
  /** Clamped around the close. */
  readonly stop: number;
  readonly target: number | null;
  /** Fraction of its cost that a taking order costs. */
  readonly takeCost: number;
}

/**
 * Every gate in order, each judged whatever the others say. Limits are inclusive, except where being at the limit
 * is still good enough (ATR, spread, edge). Prices are compared as the decimals that they spell: as floats, one at
 * its limit would often pass for one beyond it.
 * @see spec: §14, gates; quant: §6
 */
export function gatesOf(entry: GateEntry, guard: Guard, rules: GateRules): readonly Gate[] {
  return [
    ...breakerGates(entry, guard),
    ...accountGates(entry, guard, rules),
    ...marketGates(entry, guard, rules),
    gate('BALANCE_SHORT', guard.isBalanceShort, { value: null, limit: null }),
  ];
}

function breakerGates({ atMs, symbol }: GateEntry, { breakers, execMs }: Guard): readonly Gate[] {
  const of = (code: GateCode, scope: BreakerScope): Gate => {
    const breaker = breakers.get(scope);
    const isHeld = isTripped(breaker, atMs);
    return gate(code, isHeld, { value: isHeld ? (breaker?.untilMs ?? null) : null, limit: null });
  };
  const flash = of('BREAKER_FLASH', symbolScope('flash', symbol));
  const isBlind = execMs > FLASH_EXEC_MS_MAX && flash.outcome === 'passed';
  return [
    of('BREAKER_MANUAL', 'manual'),
    of('BREAKER_PORTFOLIO', 'portfolio'),
    of('BREAKER_CONSECUTIVE_LOSSES', 'losses'),
    of('BREAKER_ASSET', symbolScope('asset', symbol)),
    isBlind ? { ...flash, outcome: 'unknown' } : flash,
  ];
}

function accountGates(
  { atMs }: GateEntry,
  { standing, breakers, equity, open }: Guard,
  { dailyLossMax, drawdownMax, maxOpen, cooldownMinutes }: GateRules,
): readonly Gate[] {
  const { dayStart, peak, lastLossMs } = standing;
  const coolMs = lastLossMs === null ? null : lastLossMs + cooldownMinutes * MINUTE_MS;
  const isCooling = coolMs !== null && atMs < coolMs;
  return [
    gate('DAILY_LOSS', hasFallen(dayStart, equity, dailyLossMax), {
      value: fallOf(dayStart, equity),
      limit: known(dailyLossMax),
    }),
    gate('DRAWDOWN', isTripped(breakers.get('drawdown'), atMs), {
      value: fallOf(peak, equity),
      limit: known(drawdownMax),
    }),
    gate('MAX_OPEN', open >= maxOpen, { value: open, limit: maxOpen }),
    gate('COOLDOWN', isCooling, { value: isCooling ? coolMs : null, limit: cooldownMinutes }),
  ];
}

function marketGates(
  { close, atr, stop, target, takeCost }: GateEntry,
  { quote }: Guard,
  { minAtrFraction, maxSpreadBps }: GateRules,
): readonly Gate[] {
  const price = unitsOfNumber(close);
  // Without a target twice the risk stands for it.
  const way = target === null ? 2n * (price - unitsOfNumber(stop)) : unitsOfNumber(target) - price;
  const edge = 2 * (2 * takeCost);
  return [
    gate('ATR_TOO_LOW', !reaches(unitsOfNumber(atr), price, minAtrFraction), {
      value: atr / close,
      limit: minAtrFraction,
    }),
    spreadGate(quote, maxSpreadBps),
    gate('MIN_EDGE', !reaches(way, price, edge), { value: numberOf(way) / close, limit: edge }),
  ];
}

/** Basis points of a whole, for a mid that is half of a sum. */
const BASIS_POINTS = unitsOf('20000');

function spreadGate(quote: Quote | null, maxSpreadBps: number): Gate {
  if (quote === null) return { code: 'SPREAD', outcome: 'unknown', value: null, limit: maxSpreadBps };
  const bid = unitsOfNumber(quote.bid);
  const ask = unitsOfNumber(quote.ask);
  const isTooWide = (ask - bid) * BASIS_POINTS > unitsOfNumber(maxSpreadBps) * (ask + bid);
  const value = (numberOf(ask - bid) / numberOf(ask + bid)) * 20_000;
  return gate('SPREAD', isTooWide, { value, limit: maxSpreadBps });
}

function gate(code: GateCode, isFailed: boolean, measured: Pick<Gate, 'value' | 'limit'>): Gate {
  return { code, outcome: isFailed ? 'failed' : 'passed', ...measured };
}

/** Fall from one equity to another as a fraction; 0 where there is none. */
function fallOf(from: Units, to: Units): number {
  return from > 0n && to < from ? numberOf(from - to) / numberOf(from) : 0;
}

function known(limit: Limit): number | null {
  return limit === 'off' ? null : limit;
}
