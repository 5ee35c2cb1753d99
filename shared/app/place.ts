import { textOf } from '../core/decimal.ts';
import { AppError } from '../core/errors.ts';
import { moveOrder, type Order } from '../core/execution/order.ts';
import { orderEnded } from '../core/execution/position.ts';
import { type EpochMs, MINUTE_MS } from '../core/market/timeframes.ts';
import { isTripped } from '../core/risk/breakers.ts';
import type { OrderRequest, PlaceResult } from '../ports/exchange.ts';
import type { Account, Session } from './account.ts';
import { attachedStop } from './chase.ts';
import { commit } from './commit.ts';
import { isAnyTripped } from './crossing.ts';
import { haltFor } from './halt.ts';
import { reconcile } from './reconcile.ts';
import { arrivalEndMs, deadlineMsOf, expectRightClock, isUnsent, LOOK_GAP_MS } from './resolve.ts';
import type { Trader } from './trader.ts';

/** How old a mark may be when its order is sent: an older one may belong to a holder that was overtaken. */
const MARK_MS_MAX = 3_000;

/** An instant on the clock, and whether entries decided at it come too late. */
export interface SendAt {
  readonly atMs: EpochMs;
  readonly isMissed: boolean;
}

/**
 * Sends those of some orders that are decided and not sent, and those whose sending had an unknown outcome and which
 * the exchange is proven not to have. Each is marked before it is sent, and its answer recorded after. A call that
 * throws leaves the mark: a later run looks the order up; a stop is looked up in this one.
 * An entry that has become too late, or a sale of what is no longer held, expires instead.
 */
export async function sendPending(session: Session, orders: readonly Order[], at: SendAt): Promise<void> {
  const { trader, account } = session;
  for (const order of orders) {
    if (order.isCancelRequested || !(await isUnsent(session, order))) continue;
    const refusal = refusalOf(trader, account, { order, ...at });
    if (refusal === null) await sendOrResolve(session, { order, atMs: at.atMs });
    else await commit(session, { orders: [moveOrder(order, 'EXPIRED', { refusal })] });
  }
}

/** Why an order that was decided may not be sent any more, or null. */
function refusalOf(
  { config }: Trader,
  account: Account,
  { order, atMs, isMissed }: SendAt & { readonly order: Order },
): string | null {
  if (order.purpose !== 'entry')
    return account.positions.has(order.symbol) ? null : 'nothing is held any more';
  const isLate = isMissed || atMs - order.tickMs > config.maxLateMinutes * MINUTE_MS;
  if (isLate) return 'too late to enter';
  // A person said halt after it was decided, or the market fell.
  if (isTripped(account.breakers.get('manual')?.value, atMs)) return 'the manual breaker is tripped';
  return isAnyTripped(account, { symbol: order.symbol, atMs }) ? 'a breaker is tripped' : null;
}

interface Sending {
  readonly order: Order;
  readonly atMs: EpochMs;
}

/** A stop whose sending has an unknown outcome is not left to the next run: what it protects is bare until then. */
async function sendOrResolve(session: Session, { order, atMs }: Sending): Promise<void> {
  const { trader, account } = session;
  try {
    await send(session, { order, atMs });
  } catch (error) {
    const sent = account.orders.get(order.clientOrderId)?.value;
    const isUnknown = error instanceof AppError && error.code === 'exchange-unavailable';
    if (trader.live === null || order.purpose !== 'stop' || !isUnknown || sent?.state !== 'SENDING')
      throw error;
    const lost = await lookedUp(session, sent);
    if (lost !== undefined) await send(session, { order: lost, atMs });
  }
}

/** Waits until a stop can no longer arrive, and looks twice. @returns it when the exchange does not have it */
async function lookedUp(session: Session, order: Order): Promise<Order | undefined> {
  const { trader, account } = session;
  const { clientOrderId, symbol } = order;
  const now = () => account.orders.get(clientOrderId)?.value;
  // Not until a clock that was set back meanwhile has come there again.
  const wholeMs = arrivalEndMs(order) - (order.mark?.sentAtMs ?? 0);
  await trader.live?.waitMs(Math.min(wholeMs, arrivalEndMs(order) - trader.wallMs()));
  for (let looks = 0; looks < 2; looks++) {
    await reconcile(session, symbol);
    const sent = now();
    if (sent?.state !== 'SENDING') return undefined;
    if (await isUnsent(session, sent)) return now();
    await trader.live?.waitMs(LOOK_GAP_MS);
  }
  return undefined;
}

async function send(session: Session, { order, atMs }: Sending): Promise<void> {
  const { trader } = session;
  const { symbol, purpose } = order;
  // A stop has the nearer deadline: by a clock that is behind, what is bought would never get one.
  if (purpose === 'entry') await expectRightClock(trader);
  const permit = await trader.exchange.permit({ symbol, isEntry: purpose === 'entry' });
  if (permit.kind === 'later') throw notNow(order, permit.why, 'exchange-throttled');
  const sentAtMs = trader.wallMs();
  const mark = { sentAtMs, deadlineMs: deadlineMsOf(purpose, sentAtMs), nonce: permit.nonce };
  const marked = moveOrder(order, 'SENDING', { mark, attempts: order.attempts + 1, absence: null });
  await commit(session, { orders: [marked] });
  const lateMs = trader.wallMs() - sentAtMs;
  // A clock that was set back while it was sent says nothing about how long that took.
  if (lateMs > MARK_MS_MAX || lateMs < 0) throw stoodStill(order);
  await record(session, marked, {
    answer: await trader.exchange.place(requestOf(session, marked), { atMs, mark }),
    atMs,
  });
}

/** Writes down what the exchange answered. */
async function record(
  session: Session,
  marked: Order,
  { answer, atMs }: { readonly answer: PlaceResult; readonly atMs: EpochMs },
): Promise<void> {
  const { account } = session;
  if (answer.kind === 'accepted') {
    await commit(session, { orders: [moveOrder(marked, 'OPEN')] });
    return;
  }
  if (answer.kind === 'refused' && isTooHigh(marked, answer.why)) {
    await commit(session, { orders: [moveOrder(marked, 'PENDING', { mark: null })] });
    return;
  }
  if (answer.kind === 'refused') {
    const position = account.positions.get(marked.symbol)?.value;
    await commit(session, {
      orders: [moveOrder(marked, 'REJECTED', { refusal: answer.why })],
      ...(position !== undefined && { positions: [orderEnded(position, marked, atMs)] }),
    });
    return;
  }
  await commit(session, { orders: [moveOrder(marked, 'PENDING', { mark: null })] });
  if (answer.kind === 'later') throw notNow(marked, answer.why, 'exchange-unavailable');
  await haltFor(session, { why: `The exchange refuses this key: ${answer.why}`, atMs });
  throw new AppError(
    'exchange-misconfigured',
    `The exchange refuses every order of this key: ${answer.why}.`,
    'Entries are halted. Mend the key (docs/live-trading.md), then reset the manual breaker.',
  );
}

/**
 * The market fell to the limit of an entry before it came, and as a taker it may not come: it waits, and the next watch
 * sends it at a lower one.
 */
function isTooHigh({ kind }: Order, why: string): boolean {
  return kind === 'limit' && /post only/i.test(why);
}

function notNow(
  { purpose, symbol }: Order,
  why: string,
  code: 'exchange-throttled' | 'exchange-unavailable',
): AppError {
  return new AppError(
    code,
    `The ${purpose} of ${symbol} could not be sent now: ${why}.`,
    'It was certainly not placed; the next watch sends it.',
  );
}

function stoodStill({ symbol, purpose }: Order): AppError {
  return new AppError(
    'state-contended',
    `The process stood still while it sent the ${purpose} of ${symbol}.`,
    'Nothing is lost: the next run looks whether the order arrived, and carries on.',
  );
}

function requestOf(session: Session, order: Order): OrderRequest {
  const { clientOrderId, symbol, side, kind, purpose } = order;
  const { quantity, triggerPrice, limitPrice, budget } = order;
  return {
    clientOrderId,
    symbol,
    side,
    kind,
    isEntry: purpose === 'entry',
    quantity: textOf(quantity),
    ...(triggerPrice !== null && { triggerPrice: textOf(triggerPrice) }),
    ...(limitPrice !== null && { limitPrice: textOf(limitPrice) }),
    ...(budget !== null && { budget: textOf(budget) }),
    ...attachedStop(session, order),
  };
}
