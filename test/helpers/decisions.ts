import { textOf, unitsOf } from '../../shared/core/decimal.ts';
import type { DecideInput, DecideRules } from '../../shared/core/decision/decide.ts';
import type { Guard } from '../../shared/core/decision/gates.ts';
import type { CandleWindow } from '../../shared/core/decision/record.ts';
import type { Regime, RegimeReading } from '../../shared/core/decision/regime.ts';
import type { InstanceSignal } from '../../shared/core/decision/signals.ts';
import type { RecordContext } from '../../shared/core/decision/write-record.ts';
import {
  type EntryPlan,
  type Execution,
  openPosition,
  type Position,
} from '../../shared/core/execution/position.ts';
import { DAY_MS, HOUR_MS, isTimeframe } from '../../shared/core/market/timeframes.ts';
import { newStanding } from '../../shared/core/risk/standing.ts';
import type { Family } from '../../shared/core/strategies/strategy.ts';
import { worldConfig } from './world.ts';

/** 2024-01-02T00:00Z: a tick of every timeframe. */
export const TICK_MS = 1_704_153_600_000;

const families: Readonly<Record<string, Family>> = { trend_ema: 'trend', turtle: 'breakout' };

/** What `turtle@4h` says: a long vote of weight 0.5 with its stop at 97, unless told otherwise. */
export function signalOf(instance: string, change: Partial<InstanceSignal> = {}): InstanceSignal {
  const [strategy = '', timeframe = ''] = instance.split('@');
  return {
    instance,
    strategy,
    family: families[strategy] ?? 'momentum',
    timeframe: isTimeframe(timeframe) ? timeframe : '4h',
    weight: 0.5,
    vote: 1,
    isExit: false,
    stop: 97,
    target: Number.NaN,
    timeStopMs: null,
    ...change,
  };
}

/** A regime with the measures of a market that has no memory. */
export function readingOf(regime: Regime): RegimeReading {
  return { regime, hurst: 0.5, z: 0, adx: 22, confidence: 0 };
}

/** The guard of an account of 10,000 USD that has done nothing yet, on 4h exec candles. */
export function guardOf(change: Partial<Guard> = {}): Guard {
  const capital = unitsOf('10000');
  return {
    standing: newStanding(capital, TICK_MS),
    breakers: new Map(),
    equity: capital,
    open: 0,
    execMs: 4 * HOUR_MS,
    quote: null,
    isBalanceShort: false,
    ...change,
  };
}

/** An account of 10,000 USD without position or vote; price 100, average true range 2, volatility at its target. */
export function decideInput(change: Partial<DecideInput> = {}): DecideInput {
  return {
    atMs: TICK_MS,
    symbol: 'BTC/USD',
    signals: [],
    fault: null,
    regime: readingOf('RANDOM_WALK'),
    close: 100,
    atr: 2,
    volatility: 0.15,
    correlation: null,
    position: undefined,
    isEntering: false,
    isMissed: false,
    funds: { equity: 10_000, exposure: 0, free: 10_000 },
    guard: guardOf(),
    ...change,
  };
}

/** The default rules on a market with ticks of 0.1: taker fee 0.4 %, half-spread 1 bp, slippage 2 bps. */
export const decideRules: DecideRules = {
  ensemble: { threshold: 0.45, minSupporters: 1, minFamilies: 1 },
  risk: worldConfig(['BTC/USD'], { risk: {} }).risk,
  entry: 'taker',
  takeCost: 0.0043,
  instrument: {
    symbol: 'BTC/USD',
    tickDecimals: 1,
    lotDecimals: 8,
    minQuantity: textOf(unitsOf('0.00005')),
    minCost: textOf(unitsOf('0.5')),
    makerFee: textOf(unitsOf('0.0025')),
    takerFee: textOf(unitsOf('0.004')),
  },
};

/** An entry of trend_ema@4h (0.6) and turtle@4h (0.5), decided a day before `TICK_MS` with its stop at 97. */
export function planOf(change: Partial<EntryPlan> = {}): EntryPlan {
  return {
    symbol: 'BTC/USD',
    tickMs: TICK_MS - DAY_MS,
    stopLevel: 97,
    atr: 2,
    target: null,
    timeStopMs: null,
    supporters: [
      { instance: 'trend_ema@4h', weight: 0.6, isLatched: false },
      { instance: 'turtle@4h', weight: 0.5, isLatched: false },
    ],
    ...change,
  };
}

/** An execution at `price` of `quantity`, with a fee of 0.4 %. */
export function executionOf(price: string, quantity = '1', atMs = TICK_MS - DAY_MS): Execution {
  const cost = (unitsOf(price) * unitsOf(quantity)) / unitsOf('1');
  return { atMs, price: unitsOf(price), quantity: unitsOf(quantity), cost, fee: cost / 250n };
}

/** The position of that plan, filled at 100. */
export function positionOf(plan: Partial<EntryPlan> = {}, change: Partial<Position> = {}): Position {
  return { ...openPosition(planOf(plan), executionOf('100'), 1), ...change };
}

/** A window of 720 candles that closed at `TICK_MS`. */
export function windowOf(change: Partial<CandleWindow> = {}): CandleWindow {
  const firstMs = TICK_MS - 720 * 4 * HOUR_MS;
  const lastMs = TICK_MS - 4 * HOUR_MS;
  return { timeframe: '4h', rows: 720, firstMs, lastMs, hash: 'abc', fault: null, ...change };
}

export const recordContext: RecordContext = {
  account: 'paper-synthetic',
  configHash: 'config',
  codeVersion: '0.1.0',
  windows: [windowOf()],
  others: [],
  equity: textOf(unitsOf('10000')),
  exposure: textOf(0n),
  free: textOf(unitsOf('10000')),
};

/** Freezes a value and all that it holds: a write to it throws. */
export function frozen<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) frozen(inner);
  }
  return value;
}
