import { textOf } from '../core/decimal.ts';
import { moveOrder, type Order } from '../core/execution/order.ts';
import { requestExit } from '../core/execution/position.ts';
import type { EpochMs } from '../core/market/timeframes.ts';
import { afterFlow, forgetLosses, resetPeak, resetPortfolio, type Standing } from '../core/risk/standing.ts';
import type { Item } from '../ports/state-store.ts';
import { inTurn, type Session } from './account.ts';
import { adoptOrphan, ignoreOrphan } from './adopt.ts';
import { withdraw } from './chase.ts';
import { type Changes, commit } from './commit.ts';
import { equityAt } from './equity.ts';
import { bodyOf, keys, type Outcome, type Request, readItem, requestPartition, sortableMs } from './items.ts';

import { reconcile } from './reconcile.ts';
import { isUnsent } from './resolve.ts';
import { reservedBefore } from './room.ts';

/** What carrying a request out changes, and the sentence that says how it ended; null while it has not. */
interface Answer extends Changes {
  readonly isDone: boolean;
  readonly outcome: string | null;
}

/**
 * Carries out what operators asked, in the order in which they asked. Each is done and recorded in one transaction,
 * so that whoever comes after a crash does it once; what reaches the exchange before that may be done twice.
 * @param atMs instant on the account's clock
 * @throws the first error of a request, after all others had their turn; at once when nothing more may be written
 */
export async function carryOutRequests(session: Session, atMs: EpochMs): Promise<void> {
  const { trader, account } = session;
  const waiting = await trader.store.query(requestPartition(account.id));
  const errors = await inTurn(session, waiting, (item) => carryOut(session, item, atMs));
  if (errors.length > 0) throw errors[0];
}

async function carryOut(session: Session, item: Item, atMs: EpochMs): Promise<void> {
  const request = readItem('request', item);
  const { isDone, outcome, ...changes } = await answer(session, request, atMs);
  const { orders = [], positions = [] } = changes;
  if (outcome === null && orders.length + positions.length === 0) return;
  const id = session.account.id;
  const items = outcome === null ? [] : recorded(id, item, { request, atMs, isDone, outcome });
  await commit(session, { ...changes, items });
}

/** The request leaves what is waiting and enters the history. */
function recorded(account: string, { pk, sk, version }: Item, outcome: Outcome) {
  const { atMs } = outcome;
  // What one run carries out stays in the order of asking.
  const key = keys.history(account, atMs, `REQUEST#${sortableMs(atMs)}#${sk}`);
  return [
    { kind: 'remove', pk, sk, expect: version },
    { kind: 'put', ...key, expect: 'absent', body: bodyOf(outcome) },
  ] as const;
}

function answer(session: Session, request: Request, atMs: EpochMs): Promise<Answer> {
  switch (request.kind) {
    case 'capital':
      return moveCapital(session, request.amount);
    case 'close':
      return leave(session, { atMs, isMeant: (symbol) => symbol === request.symbol });
    case 'halt':
      return halt(session, { atMs, isFlatten: request.isFlatten });
    case 'trip':
      return Promise.resolve({ isDone: true, outcome: `The breaker ${request.scope} was tripped.` });
    case 'reset':
      return measureAnew(session, { atMs, scope: request.scope });
    case 'adopt':
      return adoptOrphan(session, request.order, atMs);
    case 'ignore':
      return ignoreOrphan(session, request.order);
  }
}

async function moveCapital({ account }: Session, amount: bigint): Promise<Answer> {
  const { capital, standing } = account.head.value;
  const free = account.cash.value - reservedBefore(account);
  if (free + amount < 0n) {
    return { isDone: false, outcome: `Only ${textOf(free)} USD are free: nothing was taken out.` };
  }
  const [verb, size] = amount < 0n ? ['taken out', -amount] : ['added', amount];
  return {
    head: { capital: capital + amount, standing: afterFlow(standing, amount) },
    cash: account.cash.value + amount,
    isDone: true,
    outcome: `${textOf(size)} USD were ${verb}; the account is allotted ${textOf(capital + amount)} USD.`,
  };
}

async function halt(
  session: Session,
  { atMs, isFlatten }: { readonly atMs: EpochMs; readonly isFlatten: boolean },
): Promise<Answer> {
  if (isFlatten) return leave(session, { atMs, isMeant: () => true });
  const { orders, areOver } = await withdrawEntries(session, () => true);
  const outcome = areOver ? 'Entries are withdrawn; positions stay, with their stops.' : null;
  return { orders, isDone: true, outcome };
}

/** Sells what is meant at the next open, and withdraws its entries. */
async function leave(
  session: Session,
  { atMs, isMeant }: { readonly atMs: EpochMs; readonly isMeant: (symbol: string) => boolean },
): Promise<Answer> {
  const { orders, areOver } = await withdrawEntries(session, isMeant);
  const held = [...session.account.positions.values()]
    .map(({ value }) => value)
    .filter(({ plan }) => isMeant(plan.symbol));
  const positions = held
    .filter(({ exit }) => exit === null)
    .map((position) => requestExit(position, 'MANUAL', atMs));
  const symbols = held.map(({ plan }) => plan.symbol).join(', ');
  const outcome = held.length === 0 ? 'Nothing is held.' : `${symbols} will be sold at the next open.`;
  return { orders, positions, isDone: true, outcome: areOver ? outcome : null };
}

/**
 * Ends entries: those that certainly were not sent here, the others at the exchange, as far as it still can.
 * @returns the orders that end without the exchange, and whether no other is left. One whose sending has an unknown
 * outcome is: it may still arrive and buy, and whoever asked for this would not hear of it
 */
async function withdrawEntries(
  session: Session,
  isMeant: (symbol: string) => boolean,
): Promise<{ readonly orders: readonly Order[]; readonly areOver: boolean }> {
  const { trader, account } = session;
  const meant = () =>
    [...account.orders.values()]
      .map(({ value }) => value)
      .filter(({ purpose, symbol }) => purpose === 'entry' && isMeant(symbol));
  const unsent: Order[] = [];
  for (const order of meant()) {
    if (await isUnsent(session, order)) unsent.push(order);
    else if (order.kind === 'market') await trader.exchange.cancel(order);
    else await withdraw(session, order, null);
  }
  await reconcile(session);
  return {
    orders: unsent.map((order) => moveOrder(order, 'EXPIRED', { refusal: 'withdrawn' })),
    areOver: meant().length === unsent.length,
  };
}

/** After a reset, what the breaker measures from is what there is now. */
async function measureAnew(
  { trader, account }: Session,
  { atMs, scope }: { readonly atMs: EpochMs; readonly scope: string },
): Promise<Answer> {
  const equity = await equityAt(trader, account, atMs);
  const { standing, armedMs } = account.head.value;
  const anew: Readonly<Record<string, Standing>> = {
    drawdown: resetPeak(standing, equity),
    portfolio: resetPortfolio(standing, equity),
    losses: forgetLosses(standing),
  };
  const outcome = `The breaker ${scope} was reset.`;
  const arming = scope === 'manual' && armedMs === null ? { armedMs: atMs } : {};
  return { head: { standing: anew[scope] ?? standing, ...arming }, isDone: true, outcome };
}
