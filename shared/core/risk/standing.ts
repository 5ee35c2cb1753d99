import { divide, numberOf, type Units } from '../decimal.ts';
import { netProfit, type Position } from '../execution/position.ts';
import { DAY_MS, type EpochMs, MINUTE_MS } from '../market/timeframes.ts';

/** Closed positions whose results are kept: the most that Kelly may look back on. */
const RESULTS_MAX = 50;

/** How an account stands: what its limits are measured from. Equities in quote currency, exact. */
export interface Standing {
  /** Highest equity, or the equity at the last reset of the drawdown. */
  readonly peak: Units;
  /** 00:00 UTC of the day that `dayStart` belongs to. */
  readonly dayMs: EpochMs;
  /** Equity at that instant, before any fill of it. */
  readonly dayStart: Units;
  /** What the portfolio breaker measures from: the day's start, or the equity at a reset of it during the day. */
  readonly portfolioFrom: Units;
  /** Losing positions in a row. */
  readonly losses: number;
  /** Until when these lock entries, or null. */
  readonly lockedUntilMs: EpochMs | null;
  readonly lastLossMs: EpochMs | null;
  /** Net R of the newest closed positions, oldest first. */
  readonly netRs: readonly number[];
}

/** The standing of an account that has done nothing yet. */
export function newStanding(capital: Units, atMs: EpochMs): Standing {
  return {
    peak: capital,
    dayMs: Math.floor(atMs / DAY_MS) * DAY_MS,
    dayStart: capital,
    portfolioFrom: capital,
    losses: 0,
    lockedUntilMs: null,
    lastLossMs: null,
    netRs: [],
  };
}

/** A new day: its losses are measured from `equity`. */
export function beginDay(standing: Standing, dayMs: EpochMs, equity: Units): Standing {
  return { ...standing, dayMs, dayStart: equity, portfolioFrom: equity };
}

/** Raises the peak to an equity above it. */
export function raisePeak(standing: Standing, equity: Units): Standing {
  return equity > standing.peak ? { ...standing, peak: equity } : standing;
}

/** Capital added (above 0) or taken out: no profit and no loss, so all that equity is compared with moves along. */
export function afterFlow(standing: Standing, amount: Units): Standing {
  return {
    ...standing,
    peak: standing.peak + amount,
    dayStart: standing.dayStart + amount,
    portfolioFrom: standing.portfolioFrom + amount,
  };
}

/** When losses in a row lock entries. */
interface LossRules {
  readonly losses: number;
  readonly lossesLockMinutes: number;
}

/**
 * The standing after a position was closed. A loss counts, and while the lock holds makes it longer at whatever
 * count; a lock that has run out forgets the losses before it; a result of 0 or more forgets them too.
 * @see spec: §10 and §14, consecutive losses
 */
export function afterClose(standing: Standing, closed: Position, rules: LossRules): Standing {
  const atMs = closed.exitMs ?? closed.entryMs;
  const netRs = [...standing.netRs, netR(closed)].slice(-RESULTS_MAX);
  const isOver = standing.lockedUntilMs !== null && atMs >= standing.lockedUntilMs;
  const before = isOver ? { losses: 0, lockedUntilMs: null } : standing;
  if (netProfit(closed) >= 0n) {
    return { ...standing, netRs, losses: 0, lockedUntilMs: before.lockedUntilMs };
  }
  const losses = before.losses + 1;
  const isLocked = losses >= rules.losses || before.lockedUntilMs !== null;
  // A fill that was found late, after a newer one of another symbol, shortens neither lock nor cooldown.
  const untilMs = Math.max(atMs + rules.lossesLockMinutes * MINUTE_MS, before.lockedUntilMs ?? 0);
  const lastLossMs = Math.max(atMs, standing.lastLossMs ?? 0);
  return { ...standing, netRs, losses, lockedUntilMs: isLocked ? untilMs : null, lastLossMs };
}

/** The drawdown is measured from here on: a person reset it. */
export function resetPeak(standing: Standing, equity: Units): Standing {
  return { ...standing, peak: equity };
}

/** The portfolio's loss of this day is measured from here on: a person reset it. The daily loss is not. */
export function resetPortfolio(standing: Standing, equity: Units): Standing {
  return { ...standing, portfolioFrom: equity };
}

/** Losses in a row are forgotten: a person took the lock off. */
export function forgetLosses(standing: Standing): Standing {
  return { ...standing, losses: 0, lockedUntilMs: null };
}

/** What a closed position won in multiples of what it had put at risk between its fill and its first stop, after fees. */
export function netR(position: Position): number {
  const { entryQuantity, entryCost, firstStop } = position;
  const risked = numberOf(entryQuantity) * (numberOf(divide(entryCost, entryQuantity)) - firstStop);
  return numberOf(netProfit(position)) / risked;
}
