import { textOf } from '../core/decimal.ts';
import { moveOrder, type Order } from '../core/execution/order.ts';
import { type Position, requestExit } from '../core/execution/position.ts';
import type { EpochMs } from '../core/market/timeframes.ts';
import { afterFlow, forgetLosses, resetPeak, resetPortfolio, type Standing } from '../core/risk/standing.ts';
import type { Item } from '../ports/state-store.ts';
import type { Session } from './account.ts';
import { equityAt } from './close-candle.ts';
import { type Changes, commit } from './commit.ts';
import { bodyOf, keys, type Outcome, type Request, readItem, requestPartition, sortableMs } from './items.ts';
import { isUnsent } from './place.ts';
import { reconcile } from './reconcile.ts';
import { reservedBefore } from './room.ts';

/** What carrying a request out changes, and the sentence that says how it ended. */
interface Answer extends Changes {
  readonly isDone: boolean;
  readonly outcome: string;
}

/**
 * Carries out what operators asked, in the order in which they asked. Each is done and recorded in one transaction,
 * so that whoever comes after a crash does it once; what reaches the exchange before that may be done twice.
 * @param atMs instant on the account's clock
 */
export async function carryOutRequests(session: Session, atMs: EpochMs): Promise<void> {
  const { trader, account } = session;
  for (const item of await trader.store.query(requestPartition(account.id))) {
    const request = readItem('request', item);
    const { isDone, outcome, ...changes } = await answer(session, request, atMs);
    await commit(session, {
      ...changes,
      items: recorded(account.id, item, { request, atMs, isDone, outcome }),
    });
  }
}

/** The request leaves what is waiting and enters the history. */
function recorded(account: string, { pk, sk, version }: Item, outcome: Outcome) {
  const { atMs, request } = outcome;
  const key = keys.history(account, atMs, `REQUEST#${sortableMs(atMs)}#${request.id}`);
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
  const orders = await withdrawEntries(session, () => true);
  return { orders, isDone: true, outcome: 'Entries are withdrawn; positions stay, with their stops.' };
}

/** Sells what is meant at the next open, and withdraws its entries. */
async function leave(
  session: Session,
  { atMs, isMeant }: { readonly atMs: EpochMs; readonly isMeant: (symbol: string) => boolean },
): Promise<Answer> {
  const orders = await withdrawEntries(session, isMeant);
  const positions: Position[] = [...session.account.positions.values()]
    .map(({ value }) => value)
    .filter(({ plan, exit }) => isMeant(plan.symbol) && exit === null)
    .map((position) => requestExit(position, 'MANUAL', atMs));
  if (positions.length === 0)
    return { orders, isDone: true, outcome: 'Nothing is held that is not being sold.' };
  const symbols = positions.map(({ plan }) => plan.symbol).join(', ');
  return { orders, positions, isDone: true, outcome: `${symbols} will be sold at the next open.` };
}

/**
 * Ends entries: those that certainly were not sent here, the others at the exchange, as far as it still can.
 * @returns the orders that end without the exchange
 */
async function withdrawEntries(
  session: Session,
  isMeant: (symbol: string) => boolean,
): Promise<readonly Order[]> {
  const { trader, account } = session;
  const expired: Order[] = [];
  for (const { value: order } of account.orders.values()) {
    if (order.purpose !== 'entry' || !isMeant(order.symbol)) continue;
    if (await isUnsent(trader, order)) expired.push(moveOrder(order, 'EXPIRED', { refusal: 'withdrawn' }));
    else await trader.exchange.cancel(order.clientOrderId);
  }
  await reconcile(session);
  return expired;
}

/** After a reset, what the breaker measures from is what there is now. */
async function measureAnew(
  { trader, account }: Session,
  { atMs, scope }: { readonly atMs: EpochMs; readonly scope: string },
): Promise<Answer> {
  const equity = await equityAt(trader, account, atMs);
  const { standing } = account.head.value;
  const anew: Readonly<Record<string, Standing>> = {
    drawdown: resetPeak(standing, equity),
    portfolio: resetPortfolio(standing, equity),
    losses: forgetLosses(standing),
  };
  const outcome = `The breaker ${scope} was reset.`;
  return { head: { standing: anew[scope] ?? standing }, isDone: true, outcome };
}
