import type { Units } from '../decimal.ts';
import { type Candles, rowsBefore } from '../market/candles.ts';
import { symbolKey } from '../market/instruments.ts';
import { type EpochMs, HOUR_MS, MINUTE_MS } from '../market/timeframes.ts';
import { hasFallen, type Limit } from './limits.ts';
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
export function isTripped(breaker: Breaker | undefined, atMs: EpochMs): boolean {
  return breaker?.state === 'tripped' && (breaker.untilMs === null || atMs < breaker.untilMs);
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

const ENGINE = 'engine';

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

/** The newest exec candles of a symbol at an instant. */
export interface ExecWindow {
  readonly symbol: string;
  readonly atMs: EpochMs;
  /** Closed ones, oldest first; those before the windows are passed over. */
  readonly exec: Candles;
  readonly execMs: number;
  readonly tickMs: number;
  /** What a person has reset is not tripped again by what was seen before that. */
  readonly breakers: ReadonlyMap<BreakerScope, Breaker>;
}

/** What the newest exec candles of a symbol trip: a fall within an hour, and a flash within a quarter of one. */
export function symbolTrips(window: ExecWindow, rules: BreakerRules): readonly Trip[] {
  return [...assetTrip(window, rules), ...flashTrip(window, rules)];
}

function assetTrip(window: ExecWindow, { assetFall, assetLockMinutes }: BreakerRules): readonly Trip[] {
  const { symbol, atMs, exec } = window;
  const scope = symbolScope('asset', symbol);
  const { first, end } = rowsOf(window, scope, ASSET_WINDOW_MS);
  let highest = 0;
  let lowest = Number.POSITIVE_INFINITY;
  for (let i = first; i < end; i++) {
    if (exec.high[i]! > highest) highest = exec.high[i]!;
    if (exec.low[i]! < lowest) lowest = exec.low[i]!;
  }
  if (!((highest - lowest) / highest >= assetFall)) return [];
  const why = `${symbol} traded ${percent(assetFall)} or more below the high of the last hour.`;
  const untilMs = atMs + assetLockMinutes * MINUTE_MS;
  return [{ scope, untilMs, atMs, why, by: ENGINE }];
}

/** The range of a candle is measured from its low, the stricter of the possible readings. */
function flashTrip(window: ExecWindow, { flashMove }: BreakerRules): readonly Trip[] {
  const { symbol, atMs, exec, execMs, tickMs } = window;
  if (execMs > FLASH_EXEC_MS_MAX) return [];
  const scope = symbolScope('flash', symbol);
  const { first, end } = rowsOf(window, scope, FLASH_WINDOW_MS);
  // What lies before a hole depends on how far back one looks, and was not a minute ago.
  const isFollowing = (i: number) => i > 0 && exec.openMs[i]! - exec.openMs[i - 1]! === execMs;
  let largest = 0;
  for (let i = first; i < end; i++) {
    largest = Math.max(largest, (exec.high[i]! - exec.low[i]!) / exec.low[i]!);
    if (isFollowing(i)) largest = Math.max(largest, Math.abs(exec.close[i]! / exec.close[i - 1]! - 1));
  }
  if (largest < flashMove) return [];
  const why = `A one-minute candle of ${symbol} moved ${percent(flashMove)} or more.`;
  // This decision and the next: it ends at the second tick after.
  const untilMs = (Math.floor(atMs / tickMs) + 2) * tickMs;
  return [{ scope, untilMs, atMs, why, by: ENGINE }];
}

/** Rows of the exec candles that ended within a window before an instant, or of the last one where it is longer. */
function rowsOf(
  { exec, execMs, atMs, breakers }: ExecWindow,
  scope: BreakerScope,
  windowMs: number,
): { readonly first: number; readonly end: number } {
  const known = breakers.get(scope);
  const resetMs = known?.state === 'closed' && known.by !== ENGINE ? known.atMs : 0;
  const fromMs = Math.max(atMs - Math.max(windowMs, execMs), resetMs - execMs + 1);
  return { first: rowsBefore(exec, fromMs), end: rowsBefore(exec, atMs - execMs + 1) };
}

function percent(fraction: number): string {
  return `${Number((100 * fraction).toFixed(2))} %`;
}
