import { textOf } from '../core/decimal.ts';
import { AppError } from '../core/errors.ts';
import { moveOrder, type Order } from '../core/execution/order.ts';
import { orderEnded } from '../core/execution/position.ts';
import { type EpochMs, MINUTE_MS } from '../core/market/timeframes.ts';
import { isTripped } from '../core/risk/breakers.ts';
import type { OrderRequest } from '../ports/exchange.ts';
import type { Account, Session } from './account.ts';
import { commit } from './commit.ts';
import type { Trader } from './trader.ts';

/** How long a sent order may still arrive at the exchange: only after it does absence prove anything. */
const ARRIVAL_MS_MAX = 15_000;
const DEADLINE_MS = 10_000;
/** How old a mark may be when its order is sent: an older one may belong to a holder that was overtaken. */
const MARK_MS_MAX = 3_000;

/** An instant on the clock, and whether entries decided at it come too late. */
export interface SendAt {
  readonly atMs: EpochMs;
  readonly isMissed: boolean;
}

/**
 * Sends those of some orders that are decided and not sent, and those whose sending had an unknown outcome and which
 * the exchange, asked after the last moment of arrival, does not know. Each is marked before it is sent, and its
 * answer recorded after. A call that throws leaves the mark: the next run looks the order up.
 * An entry that has become too late, or a sale of what is no longer held, expires instead.
 */
export async function sendPending(session: Session, orders: readonly Order[], at: SendAt): Promise<void> {
  const { trader, account } = session;
  for (const order of orders) {
    if (order.isCancelRequested || !(await isUnsent(trader, order))) continue;
    const refusal = refusalOf(trader, account, { order, ...at });
    if (refusal === null) await send(session, { order, atMs: at.atMs });
    else await commit(session, { orders: [moveOrder(order, 'EXPIRED', { refusal })] });
  }
}

/** Whether the exchange certainly does not have the order: never sent, or sent and proven absent. */
export async function isUnsent(trader: Trader, order: Order): Promise<boolean> {
  return order.state === 'PENDING' || (await isLost(trader, order));
}

/** Why an order that was decided may not be sent any more, or null. */
function refusalOf(
  { config }: Trader,
  { positions, breakers }: Account,
  { order, atMs, isMissed }: SendAt & { readonly order: Order },
): string | null {
  if (order.purpose !== 'entry') return positions.has(order.symbol) ? null : 'nothing is held any more';
  const isLate = isMissed || atMs - order.tickMs > config.maxLateMinutes * MINUTE_MS;
  if (isLate) return 'too late to enter';
  // A person said halt after it was decided.
  return isTripped(breakers.get('manual')?.value, atMs) ? 'the manual breaker is tripped' : null;
}

async function isLost(trader: Trader, { state, mark, clientOrderId }: Order): Promise<boolean> {
  if (state !== 'SENDING' || mark === null) return false;
  if (!trader.exchange.answersAtOnce && trader.wallMs() < mark.sentAtMs + ARRIVAL_MS_MAX) return false;
  return (await trader.exchange.find(clientOrderId)) === undefined;
}

async function send(
  session: Session,
  { order, atMs }: { readonly order: Order; readonly atMs: EpochMs },
): Promise<void> {
  const { trader, account } = session;
  const sentAtMs = trader.wallMs();
  const mark = { sentAtMs, deadlineMs: sentAtMs + DEADLINE_MS, nonce: '0' };
  const marked = moveOrder(order, 'SENDING', { mark, attempts: order.attempts + 1 });
  await commit(session, { orders: [marked] });
  if (trader.wallMs() - sentAtMs > MARK_MS_MAX) throw stoodStill(order);
  const answer = await trader.exchange.place(requestOf(order), { atMs, mark });
  if (answer.kind === 'accepted') {
    await commit(session, { orders: [moveOrder(marked, 'OPEN')] });
    return;
  }
  const position = account.positions.get(order.symbol)?.value;
  await commit(session, {
    orders: [moveOrder(marked, 'REJECTED', { refusal: answer.why })],
    ...(position !== undefined && { positions: [orderEnded(position, order, atMs)] }),
  });
}

/** Too late to send under this mark: another may hold the account by now. The next run looks the order up. */
function stoodStill({ symbol, purpose }: Order): AppError {
  return new AppError(
    'state-contended',
    `The process stood still while it sent the ${purpose} of ${symbol}.`,
    'Nothing is lost: the next run looks whether the order arrived, and carries on.',
  );
}

function requestOf({
  clientOrderId,
  symbol,
  side,
  kind,
  quantity,
  triggerPrice,
  budget,
  purpose,
}: Order): OrderRequest {
  return {
    clientOrderId,
    symbol,
    side,
    kind,
    isEntry: purpose === 'entry',
    quantity: textOf(quantity),
    ...(triggerPrice !== null && { triggerPrice: textOf(triggerPrice) }),
    ...(budget !== null && { budget: textOf(budget) }),
  };
}
