import { unitsOfNumber } from '../core/decimal.ts';
import { jsonHash, sha256 } from '../core/hash.ts';
import type { MarketData } from '../core/market/market-data.ts';
import type { EpochMs } from '../core/market/timeframes.ts';
import { openAccount } from './account.ts';
import { type DriveHooks, drive, type Paper } from './drive.ts';
import { dataHash } from './load-market-data.ts';
import { type Kept, readResults } from './results.ts';

/** The span of a replay: ticks from the first instant to the last, at which nothing fills any more. */
export interface ReplaySpan {
  readonly fromMs: EpochMs;
  readonly toMs: EpochMs;
}

/** The account of a replay: named by all that determines it, so that an unfinished one resumes. */
export function replayAccount(config: unknown, data: MarketData, { fromMs, toMs }: ReplaySpan): string {
  const cause = [jsonHash(config), ...dataHash(data), `${fromMs}`, `${toMs}`, data.execTimeframe];
  return `replay-${sha256(cause.join('\n')).slice(0, 16)}`;
}

/**
 * Runs the real tick and watch over stored candles on the simulated clock.
 * Killed anywhere and begun again, it ends in the same state; finished, it only reads what it found.
 */
export async function replay(paper: Paper, span: ReplaySpan, hooks: DriveHooks = {}): Promise<Kept> {
  const { trader } = paper;
  await openAccount(trader.store, {
    account: trader.account,
    source: 'stored',
    capital: unitsOfNumber(trader.config.capital),
    createdMs: span.fromMs,
  });
  await drive(paper, span, hooks);
  return readResults(trader.store, trader.account, span);
}
