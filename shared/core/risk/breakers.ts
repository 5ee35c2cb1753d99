import type { Units } from '../decimal.ts';
import type { Candles } from '../market/candles.ts';
import { symbolKey } from '../market/instruments.ts';
import { type EpochMs, HOUR_MS, MINUTE_MS } from '../market/timeframes.ts';
import { hasFallen, hasMoved, type Limit } from './limits.ts';
import type { Standing } from './standing.ts';

/** Of the account: `manual portfolio drawdown losses`; of a symbol: `asset:BTC-USD`, `flash:BTC-USD`. */
export type BreakerScope = string;

/** Forbids entries while it is tripped. Exits always pass. */
export interface Breaker {
  readonly scope: BreakerScope;
  /** `tripped` holds until `untilMs`, or without one until a person resets it. */
  readonly state: 'closed' | 'tripped';
  readonly untilMs: EpochMs | null;
  /** Instant on the account's clock of the last change. */
  readonly atMs: EpochMs;
  /** Why, as a sentence. */
  readonly why: string;
  /** `engine`, or the person. */
  readonly by: string;
}

/** A breaker as it was read; its version grows by one with every write of it, whoever writes. */
export interface SeenBreaker extends Breaker {
  readonly version: number;
}

/** The breaker as it will be read once it is written over what was there. */
export function afterWrite(before: SeenBreaker | undefined, written: Breaker): SeenBreaker {
  return { ...written, version: (before?.version ?? 0) + 1 };
}

/** Who trips a breaker by the rules, and closes it when its time is over. */
export const ENGINE = 'engine';

/** Scopes that hold up the whole account, in the order of their gates. */
export const accountScopes = ['manual', 'portfolio', 'losses', 'drawdown'] as const;

/** The scope of a breaker of one symbol. */
export function symbolScope(kind: 'asset' | 'flash', symbol: string): BreakerScope {
  return `${kind}:${symbolKey(symbol)}`;
}

/** Every scope that an account of these symbols can have. */
export function scopesOf(symbols: readonly string[]): readonly BreakerScope[] {
  return [
    ...accountScopes,
    ...symbols.flatMap((symbol) => [symbolScope('asset', symbol), symbolScope('flash', symbol)]),
  ];
}

/** Whether a breaker holds entries up at an instant; one that does not exist never does. */
export function isTripped(breaker: Pick<Breaker, 'state' | 'untilMs'> | undefined, atMs: EpochMs): boolean {
  return breaker?.state === 'tripped' && (breaker.untilMs === null || atMs < breaker.untilMs);
}

/**
 * What entries of some symbols write of the breakers over them, which must be closed for them: one that never existed
 * is made, one whose time is over is closed.
 */
export function closedFor(
  known: ReadonlyMap<BreakerScope, Breaker>,
  { symbols, atMs }: { readonly symbols: readonly string[]; readonly atMs: EpochMs },
): readonly Breaker[] {
  return scopesOf(symbols).flatMap((scope): readonly Breaker[] => {
    const breaker = known.get(scope);
    if (breaker?.state === 'closed' || isTripped(breaker, atMs)) return [];
    const why = breaker === undefined ? 'Never tripped.' : 'Its time was over.';
    return [{ scope, state: 'closed', untilMs: null, atMs, why, by: ENGINE }];
  });
}

/** A cause that trips a breaker. */
export type Trip = Omit<Breaker, 'state'>;

/**
 * The breaker after a trip. A trip only ever lengthens it: what holds as long already keeps its first reason.
 * @returns `before` itself when nothing changes
 */
export function trip(before: Breaker | undefined, cause: Trip): Breaker {
  if (before !== undefined && isTripped(before, cause.atMs) && lasts(before) >= lasts(cause)) return before;
  return { ...cause, state: 'tripped' };
}

function lasts({ untilMs }: Pick<Breaker, 'untilMs'>): number {
  return untilMs ?? Number.POSITIVE_INFINITY;
}

/** Limits that trip, and for how long. */
export interface BreakerRules {
  readonly assetFall: number;
  readonly assetLockMinutes: number;
  readonly portfolioLoss: number;
  readonly flashMove: number;
}

/** The loss of the day trips the portfolio, at every mark and tick. */
export function portfolioTrip(
  { portfolioFrom }: Standing,
  { equity, atMs, limit }: { readonly equity: Units; readonly atMs: EpochMs; readonly limit: number },
): readonly Trip[] {
  if (!hasFallen(portfolioFrom, equity, limit)) return [];
  const why = `The account lost ${percent(limit)} or more since 00:00 UTC.`;
  return [{ scope: 'portfolio', untilMs: null, atMs, why, by: ENGINE }];
}

/** The fall from the peak trips the drawdown, at every tick. */
export function drawdownTrip(
  { peak }: Standing,
  { equity, atMs, limit }: { readonly equity: Units; readonly atMs: EpochMs; readonly limit: Limit },
): readonly Trip[] {
  if (limit === 'off' || !hasFallen(peak, equity, limit)) return [];
  const why = `The account fell ${percent(limit)} or more below its highest equity.`;
  return [{ scope: 'drawdown', untilMs: null, atMs, why, by: ENGINE }];
}

/** Losing positions in a row, as they were counted when the last of them was closed. */
export function lossesTrip({ losses, lockedUntilMs, lastLossMs }: Standing, atMs: EpochMs): readonly Trip[] {
  if (lockedUntilMs === null || atMs >= lockedUntilMs) return [];
  // A win may have come since: the lock holds, and the count says nothing any more.
  const why =
    losses > 1
      ? `${losses} losing positions in a row.`
      : 'Too many losing positions in a row, or another one while entries were locked.';
  return [{ scope: 'losses', untilMs: lockedUntilMs, atMs: lastLossMs ?? atMs, why, by: ENGINE }];
}

/** How far back the breaker of a symbol looks; one exec candle where these are longer. */
export const ASSET_WINDOW_MS = HOUR_MS;
const FLASH_WINDOW_MS = 15 * MINUTE_MS;
/** Exec candles up to which a flash can be seen. */
export const FLASH_EXEC_MS_MAX = MINUTE_MS;

/** The exec candles of a symbol at an instant. */
export interface ExecWindow {
  readonly symbol: string;
  readonly atMs: EpochMs;
  /** Oldest first; those before the windows are passed over. */
  readonly exec: Candles;
  /** How many of them are closed. */
  readonly closed: number;
  readonly execMs: number;
  readonly tickMs: number;
  /** What a person has reset is not tripped again by what was seen before that. */
  readonly breakers: ReadonlyMap<BreakerScope, Breaker>;
}

/** What the newest exec candles of a symbol trip: a fall within an hour, and a flash within a quarter of one. */
export function symbolTrips(window: ExecWindow, rules: BreakerRules): readonly Trip[] {
  const isFallen = hasFallenWithin(window, ASSET_WINDOW_MS, rules.assetFall);
  const isFlash = hasFlashedWithin(window, FLASH_WINDOW_MS, rules.flashMove);
  if (!isFallen && !isFlash) return NOTHING;
  return [...(isFallen ? assetTrip(window, rules) : []), ...(isFlash ? flashTrip(window, rules) : [])];
}

const NOTHING: readonly Trip[] = [];

function assetTrip(window: ExecWindow, { assetFall, assetLockMinutes }: BreakerRules): readonly Trip[] {
  const { symbol, atMs } = window;
  const scope = symbolScope('asset', symbol);
  if (!hasFallenWithin(window, sinceReset(window, scope, ASSET_WINDOW_MS), assetFall)) return NOTHING;
  const why = `${symbol} traded ${percent(assetFall)} or more below the high of the last hour.`;
  const untilMs = atMs + assetLockMinutes * MINUTE_MS;
  return [{ scope, untilMs, atMs, why, by: ENGINE }];
}

function flashTrip(window: ExecWindow, { flashMove }: BreakerRules): readonly Trip[] {
  const { symbol, atMs, tickMs } = window;
  const scope = symbolScope('flash', symbol);
  if (!hasFlashedWithin(window, sinceReset(window, scope, FLASH_WINDOW_MS), flashMove)) return NOTHING;
  const why = `A one-minute candle of ${symbol} moved ${percent(flashMove)} or more.`;
  // This decision and the next: it ends at the second tick after.
  const untilMs = (Math.floor(atMs / tickMs) + 2) * tickMs;
  return [{ scope, untilMs, atMs, why, by: ENGINE }];
}

/** Whether the lowest low of a window lies a limit or more under its highest high. */
function hasFallenWithin(window: ExecWindow, windowMs: number, limit: number): boolean {
  const { exec, closed } = window;
  const first = firstRow(window, windowMs);
  if (first >= closed) return false;
  let highest = 0;
  let lowest = Number.POSITIVE_INFINITY;
  for (let i = first; i < closed; i++) {
    if (exec.high[i]! > highest) highest = exec.high[i]!;
    if (exec.low[i]! < lowest) lowest = exec.low[i]!;
  }
  return hasMoved(highest, lowest, limit);
}

/**
 * Whether a one-minute candle of a window has a range of a limit or more, or such a move from the close a minute
 * before. A range is measured from its low, the stricter of the possible readings.
 */
function hasFlashedWithin(window: ExecWindow, windowMs: number, limit: number): boolean {
  const { exec, closed, execMs } = window;
  if (execMs > FLASH_EXEC_MS_MAX) return false;
  const isFollowing = (i: number) => i > 0 && exec.openMs[i]! - exec.openMs[i - 1]! === execMs;
  for (let i = firstRow(window, windowMs); i < closed; i++) {
    if (hasMoved(exec.low[i]!, exec.high[i]!, limit)) return true;
    if (isFollowing(i) && hasMoved(exec.close[i - 1]!, exec.close[i]!, limit)) return true;
  }
  return false;
}

/** The first row of those that ended within a window before the instant, or of the last candle where it is longer. */
function firstRow({ exec, closed, execMs, atMs }: ExecWindow, windowMs: number): number {
  const fromMs = atMs - Math.max(windowMs, execMs);
  let row = closed;
  while (row > 0 && exec.openMs[row - 1]! >= fromMs) row--;
  return row;
}

/** A window that ends where a person last reset the breaker: only candles that ended after that count. */
function sinceReset({ breakers, atMs, execMs }: ExecWindow, scope: BreakerScope, windowMs: number): number {
  const known = breakers.get(scope);
  if (known?.state !== 'closed' || known.by === ENGINE) return windowMs;
  return Math.min(Math.max(windowMs, execMs), atMs - known.atMs + execMs - 1);
}

function percent(fraction: number): string {
  return `${Number((100 * fraction).toFixed(2))} %`;
}
