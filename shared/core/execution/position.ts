import { assert } from '../assert.ts';
import { divide, numberOf, type Units } from '../decimal.ts';
import type { EpochMs } from '../market/timeframes.ts';
import type { Purpose } from './client-id.ts';
import { ceilToTick, clampStop, WEIGHT_SLACK } from './levels.ts';

/**
 * Why a position was closed. TRAIL is a stop that was ever ratcheted; MANUAL is a person's wish; DUST is too little to be
 * sold.
 */
export const exitReasons = ['STOP', 'TRAIL', 'TARGET', 'SIGNAL', 'TIME', 'MANUAL', 'DUST'] as const;

export type ExitReason = (typeof exitReasons)[number];

/** An instance that voted for the entry, with its weight then, and whether its exit signal has fired since. */
export interface Supporter {
  readonly instance: string;
  readonly weight: number;
  readonly isLatched: boolean;
}

/** What an entry order becomes when it fills: decided at the tick, kept with the order. */
export interface EntryPlan {
  readonly symbol: string;
  readonly tickMs: EpochMs;
  /** Weighted median of the supporters' stops, not yet clamped around the fill. */
  readonly stopLevel: number;
  /** ATR(14, 4h) of the decision. */
  readonly atr: number;
  readonly target: number | null;
  readonly timeStopMs: number | null;
  readonly supporters: readonly Supporter[];
}

/** An execution as the books see it. */
export interface Execution {
  readonly atMs: EpochMs;
  readonly price: Units;
  readonly quantity: Units;
  readonly cost: Units;
  readonly fee: Units;
}

/** One long position of a symbol, from its first fill until its quantity is sold. */
export interface Position {
  readonly plan: EntryPlan;
  readonly entryMs: EpochMs;
  readonly entryQuantity: Units;
  readonly entryCost: Units;
  readonly entryFee: Units;
  /** What is still held. */
  readonly quantity: Units;
  readonly exitCost: Units;
  readonly exitFee: Units;
  readonly exitMs: EpochMs | null;
  /** Price of the resting stop, on the tick. */
  readonly stop: number;
  readonly firstStop: number;
  readonly isRatcheted: boolean;
  readonly supporters: readonly Supporter[];
  /** Set once the position is to be sold at the next open; its stop is cancelled then. */
  readonly exit: { readonly reason: ExitReason; readonly atMs: EpochMs } | null;
  /** Stop and exit orders that have ended: the number in the next one's client id. */
  readonly stopsEnded: number;
  readonly exitsEnded: number;
}

/** The first stop of what is bought at a price: the decided level, 1 to 4 ATR below it, rounded up to the tick. */
export function firstStop({ stopLevel, atr }: EntryPlan, price: Units, tickDecimals: number): number {
  return ceilToTick(clampStop(stopLevel, numberOf(price), atr), tickDecimals);
}

/** Opens a position with its first stop. */
export function openPosition(plan: EntryPlan, fill: Execution, tickDecimals: number): Position {
  const stop = firstStop(plan, fill.price, tickDecimals);
  return {
    plan,
    entryMs: fill.atMs,
    entryQuantity: fill.quantity,
    entryCost: fill.cost,
    entryFee: fill.fee,
    quantity: fill.quantity,
    exitCost: 0n,
    exitFee: 0n,
    exitMs: null,
    stop,
    firstStop: stop,
    isRatcheted: false,
    supporters: plan.supporters,
    exit: null,
    stopsEnded: 0,
    exitsEnded: 0,
  };
}

/** Adds a further fill of the entry; the first stop stays. */
export function enlargePosition(position: Position, fill: Execution): Position {
  return {
    ...position,
    entryQuantity: position.entryQuantity + fill.quantity,
    entryCost: position.entryCost + fill.cost,
    entryFee: position.entryFee + fill.fee,
    quantity: position.quantity + fill.quantity,
  };
}

/** Sells a part or all of it. @throws Error `Bug: …` when more is sold than held */
export function reducePosition(position: Position, fill: Execution): Position {
  assert(fill.quantity <= position.quantity, `${position.plan.symbol} sold beyond what is held`);
  return {
    ...position,
    quantity: position.quantity - fill.quantity,
    exitCost: position.exitCost + fill.cost,
    exitFee: position.exitFee + fill.fee,
    exitMs: fill.atMs,
  };
}

/** Gives up what is too little to be sold: it stays in the owner's account and leaves the books. */
export function writeOff(position: Position, atMs: EpochMs): Position {
  return { ...requestExit(position, 'DUST', atMs), quantity: 0n, exitMs: position.exitMs ?? atMs };
}

/** Money won or lost after both fees, of a closed position. */
export function netProfit({ entryCost, entryFee, exitCost, exitFee }: Position): Units {
  return exitCost - exitFee - entryCost - entryFee;
}

/** Average price of what was bought and of what was sold so far. */
export function averagePrices(position: Position): { readonly entry: Units; readonly exit: Units | null } {
  const sold = position.entryQuantity - position.quantity;
  return {
    entry: divide(position.entryCost, position.entryQuantity),
    exit: sold === 0n ? null : divide(position.exitCost, sold),
  };
}

/** The reason under which a resting stop sells. */
export function stopReason(position: Position): 'STOP' | 'TRAIL' {
  return position.isRatcheted ? 'TRAIL' : 'STOP';
}

/** Marks the position for sale at the next open. The first reason stays. */
export function requestExit(position: Position, reason: ExitReason, atMs: EpochMs): Position {
  return position.exit === null ? { ...position, exit: { reason, atMs } } : position;
}

/**
 * Counts an order of the position that ended, for the client id of the next one.
 * A stop that ended without our asking (triggered in part, cancelled or refused) is followed by a sale.
 */
export function orderEnded(
  position: Position,
  { purpose, isCancelRequested }: { readonly purpose: Purpose; readonly isCancelRequested: boolean },
  atMs: EpochMs,
): Position {
  if (purpose === 'exit') return { ...position, exitsEnded: position.exitsEnded + 1 };
  if (purpose !== 'stop') return position;
  const counted = { ...position, stopsEnded: position.stopsEnded + 1 };
  return isCancelRequested ? counted : requestExit(counted, stopReason(counted), atMs);
}

/**
 * Lifts the stop to the tightest trail, rounded up to the tick; a lower trail changes nothing.
 * @param trails of the supporters that trail, each at its newest closed candle; NaN is none
 */
export function ratchet(position: Position, trails: readonly number[], tickDecimals: number): Position {
  let tightest = Number.NEGATIVE_INFINITY;
  for (const trail of trails) if (trail > tightest) tightest = trail;
  if (!(tightest > position.stop)) return position;
  return { ...position, stop: ceilToTick(tightest, tickDecimals), isRatcheted: true };
}

/** Whether the watched target is reached at the close of a finished candle. */
export function isTargetReached({ plan }: Position, close: number): boolean {
  return plan.target !== null && close >= plan.target;
}

/** Latches the supporters whose instance leaves at this tick: its exit signal, or a short vote. */
export function latch(position: Position, leaving: ReadonlySet<string>): Position {
  const fires = (supporter: Supporter) => !supporter.isLatched && leaving.has(supporter.instance);
  if (!position.supporters.some(fires)) return position;
  return {
    ...position,
    supporters: position.supporters.map((one) => (fires(one) ? { ...one, isLatched: true } : one)),
  };
}

/** Whether half of the entry weight has latched. */
export function isLatchedOut({ supporters }: Pick<Position, 'supporters'>): boolean {
  let whole = 0;
  let latched = 0;
  for (const { weight, isLatched } of supporters) {
    whole += weight;
    if (isLatched) latched += weight;
  }
  return latched >= whole / 2 - WEIGHT_SLACK;
}

/** Whether the time stop of the heaviest supporter has run out at `atMs`. */
export function isTimeUp({ plan, entryMs }: Position, atMs: EpochMs): boolean {
  return plan.timeStopMs !== null && atMs - entryMs >= plan.timeStopMs;
}
