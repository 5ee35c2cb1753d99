import * as z from 'zod';
import { isDecimalText, numberOf, unitsOf } from '../core/decimal.ts';
import type { DecideInput } from '../core/decision/decide.ts';
import { AppError } from '../core/errors.ts';
import { exitReasons, type Position } from '../core/execution/position.ts';
import { isoMinute } from '../core/market/calendar.ts';
import { timeframes } from '../core/market/timeframes.ts';
import type { SeenBreaker } from '../core/risk/breakers.ts';
import { newStanding } from '../core/risk/standing.ts';
import type { ItemBody } from '../ports/state-store.ts';

const units = z.string().refine(isDecimalText).transform(unitsOf);
const ms = z.int();

const span = { rows: z.int(), firstMs: ms.nullable(), lastMs: ms.nullable(), hash: z.string() };

const standing = z.object({
  peak: units,
  dayStart: units,
  losses: z.int(),
  lastLossMs: ms.nullable(),
  results: z.int(),
  netRs: z.array(z.number()).nullable(),
  open: z.int(),
  breakers: z.array(
    z.object({
      scope: z.string(),
      version: z.int(),
      untilMs: ms.nullable(),
      why: z.string(),
      by: z.string(),
    }),
  ),
});

const held = z.object({
  entryMs: ms,
  quantity: units,
  stop: z.string().transform(Number),
  target: z.string().transform(Number).nullable(),
  timeStopMs: z.number().nullable(),
  exit: z.enum(exitReasons).nullable(),
  supporters: z.array(z.object({ instance: z.string(), weight: z.number(), isLatched: z.boolean() })),
});

/** What of a stored decision is read to decide it again. */
const recordSchema = z.object({
  atMs: ms,
  symbol: z.string(),
  config: z.string(),
  codeVersion: z.string(),
  inputs: z.object({
    candles: z.array(z.object({ timeframe: z.enum(timeframes), ...span })),
    others: z.array(z.object({ symbol: z.string(), ...span })),
    standing,
    equity: units,
    exposure: units,
    free: units,
    held: held.nullable(),
    isEntering: z.boolean(),
    isMissed: z.boolean(),
    execMs: z.int(),
    quote: z.object({ bid: z.number(), ask: z.number() }).nullable(),
    isBalanceShort: z.boolean(),
  }),
});

/** A stored decision as far as it is read to decide it again. */
export type Recorded = z.output<typeof recordSchema>;

/**
 * Reads a stored decision.
 * @throws AppError `state-invalid` naming what is missing: an earlier version kept less
 */
export function readRecorded(body: ItemBody): Recorded {
  const result = recordSchema.safeParse(body);
  if (result.success) return result.data;
  const fields = [...new Set(result.error.issues.map(({ path }) => path.join('.')))];
  const [atMs, symbol] = [body['atMs'], body['symbol']];
  throw new AppError(
    'state-invalid',
    `The decision about ${symbol} of ${typeof atMs === 'number' ? isoMinute(atMs) : atMs} UTC cannot be computed ` +
      `again: its record does not tell all that was read (${fields.join(', ')}).`,
    'An earlier version wrote it, which kept less. Its sentences still say why: leave --replay out.',
  );
}

/** Everything that a decision reads and that no candle tells, as it was. */
export function inputsOf({
  atMs,
  symbol,
  inputs,
}: Recorded): Pick<
  DecideInput,
  'atMs' | 'symbol' | 'position' | 'isEntering' | 'isMissed' | 'funds' | 'guard'
> {
  const { equity, exposure, free, execMs, quote, isBalanceShort, isEntering, isMissed } = inputs;
  const { peak, dayStart, losses, lastLossMs, results, netRs, open, breakers } = inputs.standing;
  const tripped = breakers.map((one): [string, SeenBreaker] => [
    one.scope,
    { ...one, state: 'tripped', atMs },
  ]);
  // Where nobody read the results, only their number is told.
  const told = netRs ?? Array.from({ length: results }, () => 0);
  return {
    atMs,
    symbol,
    position: inputs.held === null ? undefined : positionOf(inputs.held, { atMs, symbol }),
    isEntering,
    isMissed,
    funds: { equity: numberOf(equity), exposure: numberOf(exposure), free: numberOf(free) },
    guard: {
      standing: { ...newStanding(peak, atMs), dayStart, losses, lastLossMs, netRs: told },
      breakers: new Map(tripped),
      equity,
      open,
      execMs,
      quote,
      isBalanceShort,
    },
  };
}

/** The position that was held. What neither a decision nor its record reads of one is nothing. */
function positionOf(
  { entryMs, quantity, stop, target, timeStopMs, exit, supporters }: z.output<typeof held>,
  { atMs, symbol }: Pick<Recorded, 'atMs' | 'symbol'>,
): Position {
  const nothing = { entryCost: 0n, entryFee: 0n, exitCost: 0n, exitFee: 0n, stopsEnded: 0, exitsEnded: 0 };
  return {
    ...nothing,
    plan: { symbol, tickMs: entryMs, stopLevel: stop, atr: 0, target, timeStopMs, supporters },
    entryMs,
    entryQuantity: quantity,
    quantity,
    exitMs: null,
    stop,
    firstStop: stop,
    isRatcheted: false,
    supporters,
    exit: exit === null ? null : { reason: exit, atMs },
  };
}
