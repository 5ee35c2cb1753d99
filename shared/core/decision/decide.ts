import type { Config } from '../config.ts';
import { numberOf } from '../decimal.ts';
import { isMaker, limitUnder } from '../execution/chase.ts';
import { clampStop, WEIGHT_SLACK, weightedMedian } from '../execution/levels.ts';
import {
  type EntryPlan,
  type ExitReason,
  isLatchedOut,
  isTimeUp,
  latch,
  type Position,
  requestExit,
} from '../execution/position.ts';
import type { Instrument } from '../market/instruments.ts';
import type { EpochMs } from '../market/timeframes.ts';
import { correlationScale } from '../risk/correlation.ts';
import { type Kelly, kellyOf, riskOf } from '../risk/kelly.ts';
import { type Size, sizeEntry } from '../risk/size.ts';
import { enters, type Side, sideOf } from './ensemble.ts';
import { type Gate, type GateCode, type Guard, gatesOf } from './gates.ts';
import type { RegimeReading } from './regime.ts';
import type { InstanceSignal } from './signals.ts';
import { regimeSize } from './weights.ts';

/** Why an entry that the ensemble wants, or could have wanted, does not happen. */
export type RejectCode = GateCode | 'INSUFFICIENT_DATA' | 'MISSED' | 'SIZE_BELOW_MIN';

/** What is worth knowing of a decision beside its outcome: Kelly sees no edge, and the size is a probe. */
export type DecisionNote = 'KELLY_NEGATIVE';

/** The account as a decision sees it: quote currency, float64. */
interface Funds {
  readonly equity: number;
  readonly exposure: number;
  readonly free: number;
}

/** Everything that the decision of one symbol at one tick depends on. */
export interface DecideInput {
  readonly atMs: EpochMs;
  readonly symbol: string;
  /** Of the instances whose candle closed now and whose lookback suffices, by id. */
  readonly signals: readonly InstanceSignal[];
  /** Why the 4h lookback cannot carry a decision, or null. */
  readonly fault: string | null;
  readonly regime: RegimeReading;
  /** Close and ATR(14) of the newest 4h candle. */
  readonly close: number;
  readonly atr: number;
  /** Annual, of the last thirty days of 4h returns. */
  readonly volatility: number;
  /** Highest correlation with a symbol that is held, or null. */
  readonly correlation: number | null;
  readonly position: Position | undefined;
  /** An entry order of this symbol has not ended yet. */
  readonly isEntering: boolean;
  /** The tick is not the newest, or too late: nothing is entered. */
  readonly isMissed: boolean;
  readonly funds: Funds;
  readonly guard: Guard;
}

/** The parts of the configuration that decide. */
export interface DecideRules {
  readonly ensemble: Config['ensemble'];
  readonly risk: Config['risk'];
  readonly entry: Config['entry'];
  /** Taker fee + half-spread + slippage of a taking order. */
  readonly takeCost: number;
  readonly instrument: Instrument;
}

/** What an entry may put at risk, and why. */
interface Stake {
  readonly kelly: Kelly | null;
  /** Fraction of the equity. */
  readonly risk: number;
  readonly correlationScale: number;
}

/** What one symbol does after one tick, with all that led to it. */
export interface Decision {
  /** ENTER: `plan` and `size` say what. EXIT: sell at the next open. HOLD: a position stays. WAIT: nothing is held. */
  readonly action: 'ENTER' | 'EXIT' | 'HOLD' | 'WAIT';
  /** The first of `codes`, or null. */
  readonly code: RejectCode | null;
  /** Everything that forbids the entry, in the order of the gates. */
  readonly codes: readonly RejectCode[];
  readonly notes: readonly DecisionNote[];
  /** Every gate, when the ensemble wants to enter. */
  readonly gates: readonly Gate[];
  readonly long: Side;
  readonly short: Side;
  readonly exitReason: ExitReason | null;
  /** The position after latches and exit, when one is held. */
  readonly position: Position | null;
  /** Stop of the decision, clamped around the close; null without an entry. */
  readonly stop: number | null;
  readonly stake: Stake | null;
  readonly size: Size | null;
  /** What the entry is reckoned at: the close, or the limit at which it rests; null without one. */
  readonly price: number | null;
  readonly plan: EntryPlan | null;
}

/** Decides one symbol at one tick. Pure: the same input gives the same decision in every mode. */
export function decide(input: DecideInput, rules: DecideRules): Decision {
  const long = sideOf(input.signals, 1);
  const short = sideOf(input.signals, -1);
  const nothing = {
    code: null,
    codes: [],
    notes: [],
    gates: [],
    long,
    short,
    exitReason: null,
    position: null,
    stop: null,
    stake: null,
    size: null,
    price: null,
    plan: null,
  };
  if (input.position !== undefined)
    return { ...nothing, ...decideExit(input, input.position, { long, short }, rules) };
  const code = faultCode(input);
  if (code !== null) return { ...nothing, action: 'WAIT', ...forbidden([code]) };
  if (input.isEntering || !enters(long, short, rules.ensemble)) return { ...nothing, action: 'WAIT' };
  return { ...nothing, ...decideEntry(input, long, rules) };
}

function faultCode({ isMissed, fault }: DecideInput): 'MISSED' | 'INSUFFICIENT_DATA' | null {
  if (isMissed) return 'MISSED';
  return fault === null ? null : 'INSUFFICIENT_DATA';
}

function forbidden(codes: readonly RejectCode[]): Pick<Decision, 'code' | 'codes'> {
  return { code: codes[0] ?? null, codes };
}

type Sides = Pick<Decision, 'long' | 'short'>;

function decideExit(
  input: DecideInput,
  held: Position,
  { long, short }: Sides,
  rules: DecideRules,
): Pick<Decision, 'action' | 'code' | 'codes' | 'exitReason' | 'position'> {
  const fault = faultCode(input);
  const codes = forbidden(fault === null ? [] : [fault]);
  if (held.exit !== null) return { action: 'HOLD', ...codes, exitReason: null, position: held };
  const isBlind = input.fault !== null;
  const leaving = input.signals.filter(({ isExit, vote }) => isExit || vote === -1);
  const position = isBlind ? held : latch(held, new Set(leaving.map(({ instance }) => instance)));
  const isSignal = isLatchedOut(position) || (!isBlind && enters(short, long, rules.ensemble));
  const exitReason = isSignal ? 'SIGNAL' : isTimeUp(position, input.atMs) ? 'TIME' : null;
  if (exitReason === null) return { action: 'HOLD', ...codes, exitReason, position };
  return { action: 'EXIT', ...codes, exitReason, position: requestExit(position, exitReason, input.atMs) };
}

type Terms = 'stop' | 'stake' | 'size' | 'price' | 'plan';

function decideEntry(
  input: DecideInput,
  long: Side,
  rules: DecideRules,
): Pick<Decision, 'action' | 'code' | 'codes' | 'notes' | 'gates' | Terms> {
  const { risk, takeCost, instrument } = rules;
  const { atMs, symbol, close, atr, regime, volatility, guard } = input;
  const plan = planEntry(input, long);
  const price = entryPrice(input, rules);
  const stop = clampStop(plan.stopLevel, price, atr);
  const entry = { atMs, symbol, close, atr, stop, target: plan.target, takeCost };
  const gates = gatesOf(entry, guard, risk);
  const stake = stakeOf(input, risk);
  const terms = { ...input.funds, ...stake, entry: price, stop, volatility, takeCost };
  const size = sizeEntry(
    {
      ...terms,
      regimeSize: regimeSize(regime.regime),
      volatilityTarget: risk.volatilityTarget,
      maxSymbolFraction: risk.maxSymbolFraction,
    },
    instrument,
  );
  const failed = gates.filter(({ outcome }) => outcome === 'failed').map(({ code }) => code);
  const codes: readonly RejectCode[] = size.tooSmall === null ? failed : [...failed, 'SIZE_BELOW_MIN'];
  const hasNoEdge = stake.kelly !== null && !(stake.kelly.edge > 0);
  const notes: readonly DecisionNote[] = hasNoEdge ? ['KELLY_NEGATIVE'] : [];
  const found = { ...forbidden(codes), notes, gates, stop, stake, size, price };
  return codes.length > 0 ? { action: 'WAIT', ...found, plan: null } : { action: 'ENTER', ...found, plan };
}

/** A taker meets the open after this close; a maker rests a tick below it. */
function entryPrice({ close, guard }: DecideInput, { entry, instrument }: DecideRules): number {
  return isMaker(entry, guard.execMs) ? numberOf(limitUnder(close, instrument.tickDecimals)) : close;
}

function stakeOf({ correlation, guard }: DecideInput, risk: Config['risk']): Stake {
  const { riskPerTrade, kellyPositions, kellyProbe, correlationFree } = risk;
  const kelly = kellyOf(guard.standing.netRs.slice(-kellyPositions));
  return {
    kelly,
    risk: riskOf(kelly, { riskPerTrade, probe: kellyProbe }),
    correlationScale: correlationScale(correlation, correlationFree),
  };
}

function planEntry({ symbol, atMs, atr }: DecideInput, { supporters, score }: Side): EntryPlan {
  const levels = (of: 'stop' | 'target') => supporters.map((one) => ({ price: one[of], weight: one.weight }));
  const targets = levels('target').filter(({ price }) => Number.isFinite(price));
  const targetWeight = targets.reduce((sum, { weight }) => sum + weight, 0);
  const leader = supporters.reduce((a, b) => (b.weight > a.weight + WEIGHT_SLACK ? b : a));
  return {
    symbol,
    tickMs: atMs,
    stopLevel: weightedMedian(levels('stop'), 'lowest'),
    atr,
    target:
      targets.length > 0 && targetWeight >= score / 2 - WEIGHT_SLACK
        ? weightedMedian(targets, 'highest')
        : null,
    timeStopMs: leader.timeStopMs,
    supporters: supporters.map(({ instance, weight }) => ({ instance, weight, isLatched: false })),
  };
}
