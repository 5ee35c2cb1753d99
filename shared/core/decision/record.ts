import { type DecimalText, textOf } from '../decimal.ts';
import { clientOrderId } from '../execution/client-id.ts';
import type { ExitReason, Position, Supporter } from '../execution/position.ts';
import type { EpochMs, Timeframe } from '../market/timeframes.ts';
import { type Breaker, isTripped, symbolScope } from '../risk/breakers.ts';
import type { Size } from '../risk/size.ts';
import type { DecideInput, DecideRules, Decision, DecisionNote, RejectCode } from './decide.ts';
import { type EntryRule, entryRule } from './ensemble.ts';
import { nearestText, ratio, stopText, trimmed } from './figures.ts';
import type { Gate } from './gates.ts';
import { reasonsOf } from './reasons.ts';
import type { Regime, RegimeReading } from './regime.ts';

/** The candles of one timeframe that a decision saw, by number, span and content. */
export interface CandleWindow {
  readonly timeframe: Timeframe;
  readonly rows: number;
  readonly firstMs: EpochMs | null;
  readonly lastMs: EpochMs | null;
  readonly hash: string;
  /** Why instances of this timeframe are absent, or null. */
  readonly fault: string | null;
}

/** One instance that said something. Levels are rounded to the tick, as orders are. */
interface VoteRecord {
  readonly instance: string;
  readonly vote: number;
  readonly weight: number;
  readonly exit: boolean;
  readonly stop: DecimalText | null;
  readonly target: DecimalText | null;
}

/** The position as the decision found it, before its own latches. */
interface HeldRecord {
  readonly entryMs: EpochMs;
  readonly quantity: DecimalText;
  readonly stop: DecimalText;
  readonly target: DecimalText | null;
  /** Why it is being sold already, or null. */
  readonly exit: ExitReason | null;
  readonly supporters: readonly Supporter[];
}

/** What the account's limits were measured from, and the breakers that held this symbol up. */
interface StandingRecord {
  readonly peak: DecimalText;
  readonly dayStart: DecimalText;
  readonly losses: number;
  readonly lastLossMs: EpochMs | null;
  /** Closed positions that Kelly looked back on. */
  readonly results: number;
  readonly open: number;
  readonly breakers: readonly Pick<Breaker, 'scope' | 'untilMs' | 'why' | 'by'>[];
}

interface SizeRecord {
  readonly entry: DecimalText;
  readonly stop: DecimalText;
  /** Fraction of the equity at risk, after Kelly. */
  readonly risk: number | null;
  /** Kelly's f*; null where it says nothing, or nothing finite. */
  readonly kellyEdge: number | null;
  readonly correlationScale: number | null;
  readonly n1: DecimalText;
  readonly n2: DecimalText;
  readonly n3: DecimalText;
  readonly n4: DecimalText;
  readonly n5: DecimalText;
  readonly binding: Size['binding'];
  readonly quantity: DecimalText;
  readonly tooSmall: string | null;
}

/**
 * The receipt of one decision: every input, vote, gate and term, and the sentences that follow from them.
 * It holds no wall time and no run id, so equal inputs give equal bytes in every mode.
 * Figures that come from indicators are rounded (prices to the tick, money to the cent): the last digits of an
 * average depend on how long its history is, and no order does.
 */
export interface DecisionRecord {
  readonly atMs: EpochMs;
  readonly symbol: string;
  readonly action: Decision['action'];
  readonly code: RejectCode | null;
  readonly codes: readonly RejectCode[];
  readonly notes: readonly DecisionNote[];
  readonly exitReason: ExitReason | null;
  readonly regime: Regime;
  readonly inputs: {
    readonly candles: readonly CandleWindow[];
    readonly close: DecimalText | null;
    readonly atr: DecimalText | null;
    /** Hurst exponent of the 4h returns, how many standard errors it lies from a half, ADX, and how sure that is. */
    readonly regime: { readonly [Field in Exclude<keyof RegimeReading, 'regime'>]: number | null };
    readonly volatility: number | null;
    readonly correlation: number | null;
    readonly standing: StandingRecord;
    readonly equity: DecimalText;
    readonly exposure: DecimalText;
    readonly free: DecimalText;
    readonly held: HeldRecord | null;
    /** Of a symbol that holds nothing: its entry order has not ended. */
    readonly isEntering: boolean;
    readonly isMissed: boolean;
    readonly takeCost: number;
    readonly instrument: DecideRules['instrument'];
  };
  readonly instances: readonly string[];
  readonly votes: readonly VoteRecord[];
  readonly score: { readonly long: number; readonly short: number; readonly threshold: number };
  readonly rule: EntryRule | null;
  readonly gates: readonly Gate[];
  readonly size: SizeRecord | null;
  readonly entry: {
    readonly clientOrderId: string;
    readonly quantity: DecimalText;
    readonly stop: DecimalText;
    readonly target: DecimalText | null;
    readonly supporters: readonly { readonly instance: string; readonly weight: number }[];
  } | null;
  readonly latched: readonly string[];
  readonly config: string;
  readonly codeVersion: string;
  readonly reasons: readonly string[];
}

/** What a record names besides the decision itself. */
export interface RecordContext {
  readonly account: string;
  readonly configHash: string;
  readonly codeVersion: string;
  readonly windows: readonly CandleWindow[];
  readonly equity: DecimalText;
  readonly exposure: DecimalText;
  readonly free: DecimalText;
}

const CENT = 2;

/** Writes the receipt of a decision. */
export function recordOf(
  input: DecideInput,
  decision: Decision,
  { rules, context }: { readonly rules: DecideRules; readonly context: RecordContext },
): DecisionRecord {
  const { tickDecimals } = rules.instrument;
  const price = (value: number) => (Number.isFinite(value) ? nearestText(value, tickDecimals) : null);
  const { long, short } = decision;
  const draft = {
    atMs: input.atMs,
    symbol: input.symbol,
    action: decision.action,
    code: decision.code,
    codes: decision.codes,
    notes: decision.notes,
    exitReason: decision.exitReason,
    regime: input.regime.regime,
    inputs: {
      candles: context.windows,
      close: price(input.close),
      atr: price(input.atr),
      regime: regimeRecord(input.regime),
      volatility: ratio(input.volatility),
      correlation: ratio(input.correlation),
      standing: standingRecord(input, rules),
      equity: context.equity,
      exposure: context.exposure,
      free: context.free,
      held: input.position === undefined ? null : heldRecord(input.position, tickDecimals),
      isEntering: input.position === undefined && input.isEntering,
      isMissed: input.isMissed,
      takeCost: rules.takeCost,
      instrument: rules.instrument,
    },
    instances: input.signals.map(({ instance }) => instance),
    votes: input.signals
      .filter(({ vote, isExit }) => vote !== 0 || isExit)
      .map(({ instance, vote, weight, isExit, stop, target }) => ({
        instance,
        vote,
        weight,
        exit: isExit,
        stop: vote === 1 ? price(stop) : null,
        target: vote === 1 ? price(target) : null,
      })),
    score: { long: long.score, short: short.score, threshold: rules.ensemble.threshold },
    rule: long.supporters.length > 0 ? entryRule(long, short, rules.ensemble) : null,
    gates: decision.gates.map((gate) => ({ ...gate, value: ratio(gate.value), limit: ratio(gate.limit) })),
    size: sizeRecord(input, decision, tickDecimals),
    entry: entryRecord(decision, context.account, tickDecimals),
    latched: decision.position?.supporters.filter((one) => one.isLatched).map((one) => one.instance) ?? [],
    config: context.configHash,
    codeVersion: context.codeVersion,
  };
  return { ...draft, reasons: reasonsOf(draft) };
}

function heldRecord(
  { plan, entryMs, quantity, stop, exit, supporters }: Position,
  tickDecimals: number,
): HeldRecord {
  return {
    entryMs,
    quantity: textOf(quantity),
    stop: nearestText(stop, tickDecimals),
    target: plan.target === null ? null : nearestText(plan.target, tickDecimals),
    exit: exit?.reason ?? null,
    supporters: supporters.map(({ instance, weight, isLatched }) => ({ instance, weight, isLatched })),
  };
}

function regimeRecord({ hurst, z, adx, confidence }: RegimeReading): DecisionRecord['inputs']['regime'] {
  return { hurst: ratio(hurst), z: ratio(z), adx: ratio(adx), confidence: ratio(confidence) };
}

function standingRecord({ atMs, symbol, guard }: DecideInput, { risk }: DecideRules): StandingRecord {
  const { peak, dayStart, losses, lastLossMs, netRs } = guard.standing;
  const own = [...guard.breakers.values()].filter(
    ({ scope }) =>
      !scope.includes(':') ||
      scope === symbolScope('asset', symbol) ||
      scope === symbolScope('flash', symbol),
  );
  return {
    peak: textOf(peak),
    dayStart: textOf(dayStart),
    losses,
    lastLossMs,
    results: Math.min(netRs.length, risk.kellyPositions),
    open: guard.open,
    breakers: own
      .filter((breaker) => isTripped(breaker, atMs))
      .map(({ scope, untilMs, why, by }) => ({ scope, untilMs, why, by }))
      .sort((a, b) => (a.scope < b.scope ? -1 : 1)),
  };
}

function sizeRecord(
  input: DecideInput,
  { size, stop, stake }: Decision,
  tickDecimals: number,
): SizeRecord | null {
  if (size === null || stop === null || stake === null) return null;
  const cents = (value: number) => nearestText(value, CENT);
  return {
    entry: nearestText(input.close, tickDecimals),
    stop: stopText(stop, tickDecimals),
    risk: ratio(stake.risk),
    kellyEdge: ratio(stake.kelly?.edge ?? null),
    correlationScale: ratio(stake.correlationScale),
    n1: cents(size.n1),
    n2: cents(size.n2),
    n3: cents(size.n3),
    n4: cents(size.n4),
    n5: cents(size.n5),
    binding: size.binding,
    quantity: trimmed(size.quantity),
    tooSmall: size.tooSmall,
  };
}

function entryRecord(
  { plan, size, stop }: Decision,
  account: string,
  tickDecimals: number,
): DecisionRecord['entry'] {
  if (plan === null || size === null || stop === null) return null;
  const { symbol, tickMs, target, supporters } = plan;
  return {
    clientOrderId: clientOrderId({ account, symbol, tickMs, purpose: 'entry', number: 0 }),
    quantity: trimmed(size.quantity),
    stop: stopText(stop, tickDecimals),
    target: target === null ? null : nearestText(target, tickDecimals),
    supporters: supporters.map(({ instance, weight }) => ({ instance, weight })),
  };
}
