import { type DecimalText, textOf } from '../decimal.ts';
import { clientOrderId } from '../execution/client-id.ts';
import type { Position } from '../execution/position.ts';
import { isTripped, symbolScope } from '../risk/breakers.ts';
import type { DecideInput, DecideRules, Decision } from './decide.ts';
import { entryRule } from './ensemble.ts';
import { nearestText, ratio, stopText, trimmed } from './figures.ts';
import { reasonsOf } from './reasons.ts';
import type {
  CandleWindow,
  DecisionRecord,
  HeldRecord,
  OtherWindow,
  SizeRecord,
  StandingRecord,
} from './record.ts';
import type { RegimeReading } from './regime.ts';

/** What a record names besides the decision itself. */
export interface RecordContext {
  readonly account: string;
  readonly configHash: string;
  readonly codeVersion: string;
  readonly windows: readonly CandleWindow[];
  readonly others: readonly OtherWindow[];
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
      others: context.others,
      close: price(input.close),
      atr: price(input.atr),
      regime: regimeRecord(input.regime),
      volatility: ratio(input.volatility),
      correlation: ratio(input.correlation),
      standing: standingRecord(input, decision, rules),
      equity: context.equity,
      exposure: context.exposure,
      free: context.free,
      held: input.position === undefined ? null : heldRecord(input.position, tickDecimals),
      isEntering: input.position === undefined && input.isEntering,
      isMissed: input.isMissed,
      execMs: input.guard.execMs,
      quote: input.guard.quote,
      isBalanceShort: input.guard.isBalanceShort,
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
    size: sizeRecord(decision, tickDecimals),
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
    timeStopMs: plan.timeStopMs,
    exit: exit?.reason ?? null,
    supporters: supporters.map(({ instance, weight, isLatched }) => ({ instance, weight, isLatched })),
  };
}

function regimeRecord({ hurst, z, adx, confidence }: RegimeReading): DecisionRecord['inputs']['regime'] {
  return { hurst: ratio(hurst), z: ratio(z), adx: ratio(adx), confidence: ratio(confidence) };
}

function standingRecord(
  { atMs, symbol, guard }: DecideInput,
  { stake }: Decision,
  { risk }: DecideRules,
): StandingRecord {
  const { peak, dayStart, losses, lastLossMs } = guard.standing;
  const netRs = guard.standing.netRs.slice(-risk.kellyPositions);
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
    results: netRs.length,
    netRs: stake === null ? null : netRs,
    open: guard.open,
    breakers: own
      .filter((breaker) => isTripped(breaker, atMs))
      .map(({ scope, version, untilMs, why, by }) => ({ scope, version, untilMs, why, by }))
      .sort((a, b) => (a.scope < b.scope ? -1 : 1)),
  };
}

function sizeRecord({ size, stop, stake, price }: Decision, tickDecimals: number): SizeRecord | null {
  if (size === null || stop === null || stake === null || price === null) return null;
  const cents = (value: number) => nearestText(value, CENT);
  return {
    entry: nearestText(price, tickDecimals),
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
