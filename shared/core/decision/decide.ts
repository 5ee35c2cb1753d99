import type { Config } from '../config.ts';
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
import { type Size, sizeEntry } from '../risk/size.ts';
import { enters, type Side, sideOf } from './ensemble.ts';
import type { Regime } from './regime.ts';
import type { InstanceSignal } from './signals.ts';
import { regimeSize } from './weights.ts';

/** Why an entry that the ensemble wants, or could have wanted, does not happen. */
export type RejectCode = 'INSUFFICIENT_DATA' | 'MISSED' | 'SIZE_BELOW_MIN';

/** The account as a decision sees it: quote currency, float64. */
interface Funds {
  readonly equity: number;
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
  readonly regime: Regime;
  /** Close and ATR(14) of the newest 4h candle. */
  readonly close: number;
  readonly atr: number;
  readonly position: Position | undefined;
  /** An entry order of this symbol has not ended yet. */
  readonly isEntering: boolean;
  /** The tick is not the newest, or too late: nothing is entered. */
  readonly isMissed: boolean;
  readonly funds: Funds;
}

/** The parts of the configuration that decide. */
export interface DecideRules {
  readonly ensemble: Config['ensemble'];
  readonly risk: Config['risk'];
  /** Taker fee + half-spread + slippage of a taking order. */
  readonly takeCost: number;
  readonly instrument: Instrument;
}

/** What one symbol does after one tick, with all that led to it. */
export interface Decision {
  /** ENTER: `plan` and `size` say what. EXIT: sell at the next open. HOLD: a position stays. WAIT: nothing is held. */
  readonly action: 'ENTER' | 'EXIT' | 'HOLD' | 'WAIT';
  readonly code: RejectCode | null;
  readonly long: Side;
  readonly short: Side;
  readonly exitReason: ExitReason | null;
  /** The position after latches and exit, when one is held. */
  readonly position: Position | null;
  /** Stop of the decision, clamped around the close; null without an entry. */
  readonly stop: number | null;
  readonly size: Size | null;
  readonly plan: EntryPlan | null;
}

/** Decides one symbol at one tick. Pure: the same input gives the same decision in every mode. */
export function decide(input: DecideInput, rules: DecideRules): Decision {
  const long = sideOf(input.signals, 1);
  const short = sideOf(input.signals, -1);
  const nothing = {
    code: null,
    long,
    short,
    exitReason: null,
    position: null,
    stop: null,
    size: null,
    plan: null,
  };
  if (input.position !== undefined)
    return { ...nothing, ...decideExit(input, input.position, { long, short }, rules) };
  const code = input.isMissed ? 'MISSED' : input.fault === null ? null : 'INSUFFICIENT_DATA';
  if (code !== null) return { ...nothing, action: 'WAIT', code };
  if (input.isEntering || !enters(long, short, rules.ensemble)) return { ...nothing, action: 'WAIT' };
  return { ...nothing, ...decideEntry(input, long, rules) };
}

type Sides = Pick<Decision, 'long' | 'short'>;

function decideExit(
  input: DecideInput,
  held: Position,
  { long, short }: Sides,
  rules: DecideRules,
): Pick<Decision, 'action' | 'code' | 'exitReason' | 'position'> {
  const code = input.isMissed ? 'MISSED' : input.fault === null ? null : 'INSUFFICIENT_DATA';
  if (held.exit !== null) return { action: 'HOLD', code, exitReason: null, position: held };
  const isBlind = input.fault !== null;
  const leaving = input.signals.filter(({ isExit, vote }) => isExit || vote === -1);
  const position = isBlind ? held : latch(held, new Set(leaving.map(({ instance }) => instance)));
  const isSignal = isLatchedOut(position) || (!isBlind && enters(short, long, rules.ensemble));
  const exitReason = isSignal ? 'SIGNAL' : isTimeUp(position, input.atMs) ? 'TIME' : null;
  if (exitReason === null) return { action: 'HOLD', code, exitReason, position };
  return { action: 'EXIT', code, exitReason, position: requestExit(position, exitReason, input.atMs) };
}

function decideEntry(
  input: DecideInput,
  long: Side,
  { risk, takeCost, instrument }: DecideRules,
): Pick<Decision, 'action' | 'code' | 'stop' | 'size' | 'plan'> {
  const { close, atr, funds, regime } = input;
  const plan = planEntry(input, long);
  const stop = clampStop(plan.stopLevel, close, atr);
  const size = sizeEntry(
    { ...funds, ...risk, entry: close, stop, regimeSize: regimeSize(regime), takeCost },
    instrument,
  );
  if (size.tooSmall !== null) return { action: 'WAIT', code: 'SIZE_BELOW_MIN', stop, size, plan: null };
  return { action: 'ENTER', code: null, stop, size, plan };
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
