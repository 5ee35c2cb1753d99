import type { Config } from '../config.ts';
import { floorTo, multiply, numberOf, type Units, unitsOf, unitsOfNumber } from '../decimal.ts';
import type { Instrument } from '../market/instruments.ts';
import { type EpochMs, MINUTE_MS } from '../market/timeframes.ts';
import { type BreakerScope, isTripped, type SeenBreaker, scopesOf } from '../risk/breakers.ts';
import { tickOf } from './costs.ts';
import type { Position } from './position.ts';

/** How often a limit entry follows the market, once a watch; in the watch after that its rest crosses. */
const STEPS = 3;

/** What the rest may cost at most, in closes of the decision: ten basis points more. */
const CROSS_MAX = unitsOf('1.001');

/** Whether entries rest at a limit first. On longer exec candles nobody knows when a limit was reached. */
export function isMaker(entry: Config['entry'], execMs: number): boolean {
  return entry === 'maker' && execMs === MINUTE_MS;
}

/** Where a limit entry rests after a close: a tick below it, on the tick, and never at nothing. */
export function limitUnder(close: number, tickDecimals: number): Units {
  const tick = tickOf(tickDecimals);
  const limit = floorTo(unitsOfNumber(close), tickDecimals) - tick;
  return limit > tick ? limit : tick;
}

/** The worst price at which the rest of an entry crosses, from the close of its decision. */
export function crossPrice(close: number, tickDecimals: number): Units {
  return floorTo(multiply(unitsOfNumber(close), CROSS_MAX, 'down'), tickDecimals);
}

/** The instant at which the rest of an entry crosses, when nobody was late. */
export function crossDecidedMs(tickMs: EpochMs, execMs: number): EpochMs {
  return tickMs + (STEPS + 1) * execMs;
}

/** A limit entry that has not ended. */
interface Chase {
  /** The tick that decided it. */
  readonly tickMs: EpochMs;
  /** Whether any of it was bought. */
  readonly isFilled: boolean;
  /** What of it was not. */
  readonly rest: Units;
  readonly crossPrice: Units;
}

/** What a watch knows of the market and the account when it looks at a limit entry. */
interface ChaseMoment {
  readonly atMs: EpochMs;
  readonly execMs: number;
  /** After this long an entry is too late. */
  readonly lateMs: number;
  /** What was bought of it so far, as far as it is still held. */
  readonly position: Position | undefined;
  /** A breaker forbids entries. */
  readonly isHeldUp: boolean;
  /** What was bought is too little for a stop of its own at this exchange. */
  readonly isBare: boolean;
  readonly instrument: Instrument;
}

/**
 * - `wait`: it rests on.
 * - `follow`: it goes to the tick below the newest close.
 * - `cross`: it ends, and its rest is bought at the next open.
 * - `leave`: it ends, for no more is wanted of it: what was bought is sold or to be sold, or its rest is dust.
 * - `abandon`: it ends, for an entry is not allowed any more.
 */
type ChaseStep = 'wait' | 'follow' | 'cross' | 'leave' | 'abandon';

/**
 * What becomes of a limit entry in a watch. It follows from the instant alone, so that a watch may be left out or
 * run again.
 * @see spec: execution §6, §7 (`validUntil`)
 */
export function chaseStep({ tickMs, isFilled, rest, crossPrice: most }: Chase, at: ChaseMoment): ChaseStep {
  const { atMs, execMs, lateMs, position, isHeldUp, isBare, instrument } = at;
  if (position === undefined ? isFilled : position.exit !== null) return 'leave';
  if (isHeldUp || atMs - tickMs > lateMs) return 'abandon';
  const steps = Math.floor((atMs - tickMs) / execMs);
  if (steps > STEPS || isBare) return isDust(rest, most, instrument) ? 'leave' : 'cross';
  return steps < 1 ? 'wait' : 'follow';
}

/**
 * Where a limit entry follows to; null once that is not above the stop of what was bought.
 * @param close of the newest exec candle; NaN before there was any: it stays where it is
 */
export function followedLimit(
  limit: Units,
  close: number,
  { position, tickDecimals }: { readonly position: Position | undefined; readonly tickDecimals: number },
): Units | null {
  const next = Number.isNaN(close) ? limit : limitUnder(close, tickDecimals);
  return position !== undefined && numberOf(next) <= position.stop ? null : next;
}

/** Whether a quantity is too small for an order of its own. */
function isDust(quantity: Units, price: Units, { minQuantity, minCost }: Instrument): boolean {
  return quantity < unitsOf(minQuantity) || multiply(quantity, price, 'down') < unitsOf(minCost);
}

/** Whether any breaker forbids entries of a symbol. */
export function isHeldUp(
  breakers: ReadonlyMap<BreakerScope, Pick<SeenBreaker, 'state' | 'untilMs'>>,
  { symbol, atMs }: { readonly symbol: string; readonly atMs: EpochMs },
): boolean {
  return scopesOf([symbol]).some((scope) => isTripped(breakers.get(scope), atMs));
}
