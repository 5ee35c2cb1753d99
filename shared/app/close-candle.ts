import type { Mark } from '../core/execution/books.ts';
import { isTargetReached, type Position, ratchet, requestExit } from '../core/execution/position.ts';
import type { EpochMs } from '../core/market/timeframes.ts';
import type { Action } from '../ports/state-store.ts';
import type { Account, Session } from './account.ts';
import type { Analyst } from './analysis.ts';
import { tryCommit } from './commit.ts';
import { equityAt } from './equity.ts';
import { guard } from './guard.ts';
import { bodyOf, keys, sortableMs } from './items.ts';
import { carryOutRequests } from './requests.ts';
import { rulesOf, type Trader } from './trader.ts';

/** What holds once an exec candle has finished: step 4 of the clock. Running it again changes nothing. */
interface Finished {
  readonly analyst: Analyst;
  readonly atMs: EpochMs;
}

/**
 * Ratchets the stops from the candles closed by `atMs`, applies the watched targets to the close of the exec
 * candle that ended there, and marks the equity. All in one transaction; done already, it does nothing.
 */
export async function closeCandle(session: Session, { analyst, atMs }: Finished): Promise<void> {
  // A breaker that a person moves meanwhile is looked at again, after what came with it: measured from before a
  // reset, it would trip once more.
  while (!(await tryToClose(session, { analyst, atMs }))) await carryOutRequests(session, atMs);
}

async function tryToClose(session: Session, { analyst, atMs }: Finished): Promise<boolean> {
  const { trader, account } = session;
  const { markedMs } = account.head.value;
  if (markedMs !== null && markedMs >= atMs) return true;
  const changed: Position[] = [];
  for (const [symbol, { value: position }] of account.positions) {
    if (position.exit !== null) continue;
    const next = await followed(trader, position, { symbol, analyst, atMs });
    if (next !== position) changed.push(next);
  }
  const equity = await equityAt(trader, account, atMs);
  const { standing, tripped } = await guard(session, { atMs, equity, isTick: false });
  return tryCommit(session, {
    head: { markedMs: atMs, standing },
    positions: changed,
    breakers: tripped,
    items: [markAction(account, { atMs, equity, cash: account.cash.value })],
  });
}

async function followed(
  trader: Trader,
  position: Position,
  { symbol, analyst, atMs }: Finished & { readonly symbol: string },
): Promise<Position> {
  const trails = await analyst.trails(
    symbol,
    atMs,
    position.supporters.map(({ instance }) => instance),
  );
  const { tickDecimals } = rulesOf(trader, symbol).instrument;
  const raised = ratchet(position, trails, tickDecimals);
  const close = await trader.feed.lastClose(symbol, atMs);
  return isTargetReached(raised, close) ? requestExit(raised, 'TARGET', atMs) : raised;
}

function markAction({ id }: Account, mark: Mark): Action {
  return {
    kind: 'put',
    ...keys.history(id, mark.atMs, `MARK#${sortableMs(mark.atMs)}`),
    expect: 'absent',
    body: bodyOf(mark),
  };
}
