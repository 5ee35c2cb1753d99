import { classOf } from '../../shared/adapters/kraken/errors.ts';
import { textOf, unitsOf } from '../../shared/core/decimal.ts';
import { AppError } from '../../shared/core/errors.ts';
import type { EpochMs } from '../../shared/core/market/timeframes.ts';
import type {
  AccountExchange,
  ExchangeFill,
  ExchangeOrder,
  ForeignOrder,
  OrderRequest,
  PlaceResult,
  SendMark,
} from '../../shared/ports/exchange.ts';
import type { AddRequest, BookOrder, BookTrade } from '../kraken-simulator/orders.ts';
import type { Process } from './process.ts';
import { drawNonce, isRefusal, send, unavailable, type Venue } from './wire.ts';

const MARK_MS_MAX = 3_000;
const RATE_LIMITED_SHARE = 0.004;

/** A process's own way to the exchange: the port as the live adapter keeps it, over the simulated book. */
export function connect(venue: Venue, process: Process): AccountExchange {
  const { book, chance, time, on } = venue;
  let permittedMs: EpochMs = 0;
  const ask = async <Result>(name: string, arrive: () => Result): Promise<Result> => {
    if (chance.happens('rate limited', RATE_LIMITED_SHARE)) throw throttled();
    const answer = await send(venue, process, { name, arrive });
    if (isRefusal(answer)) throw failureOf(answer.error);
    return answer;
  };
  return {
    answersAtOnce: false,
    hasMinimums: true,
    async permit() {
      if (chance.happens('rate limited', RATE_LIMITED_SHARE))
        return { kind: 'later', why: 'the budget is spent' };
      permittedMs = time.nowMs();
      return { kind: 'granted', nonce: String(drawNonce(venue, process)) };
    },
    async place(request, { mark }) {
      if (time.nowMs() - permittedMs > MARK_MS_MAX)
        throw new AppError('state-contended', 'The process stood still.', 'The next run looks it up.');
      const { clientOrderId } = request;
      on.sending(clientOrderId, mark, time.nowMs());
      const answer = await send(venue, process, {
        name: `place ${spelled(request)}`,
        nonce: Number(mark.nonce),
        isOrder: true,
        arrive(arrival) {
          const added = book.add(addRequestOf(request, mark), arrival);
          if ('order' in added) on.accepted(added.order);
          else on.refused(clientOrderId, mark.nonce);
          on.answering(process);
          return added;
        },
      });
      if (isRefusal(answer)) on.refused(clientOrderId, mark.nonce);
      return isRefusal(answer) ? placeResultOf(answer.error) : { kind: 'accepted' };
    },
    async find(clOrdId) {
      const name = `find ${clOrdId.slice(0, 4)}`;
      const [open] = await ask(`${name} open`, () => book.openOrders({ nowMs: time.nowMs(), clOrdId }));
      if (open !== undefined) return exchangeOrderOf(open, shownOf(venue, open));
      const [ended] = await ask(`${name} ended`, () => book.closedOrders({ nowMs: time.nowMs(), clOrdId }));
      return ended && exchangeOrderOf(ended, shownOf(venue, ended));
    },
    async amend({ clientOrderId }, { quantity, limitPrice, triggerPrice }) {
      const answer = await send(venue, process, {
        name: `amend ${clientOrderId.slice(0, 4)}`,
        isOrder: true,
        arrive(arrival) {
          hitFirst(venue, clientOrderId);
          return book.amend(
            { clOrdId: clientOrderId },
            {
              ...(quantity !== undefined && { volume: unitsOf(quantity) }),
              ...(limitPrice !== undefined && { limitPrice: unitsOf(limitPrice), isPostOnly: true }),
              ...(triggerPrice !== undefined && { triggerPrice: unitsOf(triggerPrice) }),
            },
            arrival,
          );
        },
      });
      if (!isRefusal(answer)) return true;
      if (placeResultOf(answer.error).kind === 'refused') return false;
      throw failureOf(answer.error);
    },
    async cancel({ clientOrderId }) {
      const answer = await send(venue, process, {
        name: `cancel ${clientOrderId.slice(0, 4)}`,
        isOrder: true,
        arrive(arrival) {
          hitFirst(venue, clientOrderId);
          return book.cancel({ clOrdId: clientOrderId }, arrival);
        },
      });
      if (isRefusal(answer) && placeResultOf(answer.error).kind !== 'refused') throw failureOf(answer.error);
    },
    openOrders: async () =>
      (await ask('open orders', () => book.openOrders({ nowMs: time.nowMs() }))).map(foreignOrderOf),
    async filledSince(sinceMs) {
      const closed = await ask('closed orders', () =>
        book.closedOrders({ nowMs: time.nowMs(), startMs: sinceMs }),
      );
      return closed.filter(({ filled }) => filled > 0n).map(foreignOrderOf);
    },
  };
}

/** Just before a stop is changed or cancelled, the market falls to it. */
function hitFirst({ book, chance, time }: Venue, clOrdId: string): void {
  const order = book.openOrder({ clOrdId });
  if (order?.type !== 'stop-loss' || !chance.happens('stop hit in the worst moment', 0.25)) return;
  book.trade(order.pair.name, { atMs: time.nowMs(), price: order.price, volume: order.volume });
}

function addRequestOf(request: OrderRequest, { deadlineMs }: SendMark): AddRequest {
  const { symbol, side, kind, quantity, triggerPrice, limitPrice, clientOrderId } = request;
  const price = triggerPrice ?? limitPrice;
  return {
    pair: pairOf(symbol),
    side,
    type: kind === 'stop' ? 'stop-loss' : kind === 'market' ? 'market' : 'limit',
    volume: unitsOf(quantity),
    ...(price !== undefined && { price: unitsOf(price) }),
    clOrdId: clientOrderId,
    isPostOnly: kind === 'limit',
    isImmediate: kind === 'capped',
    feeIn: 'quote',
    deadlineMs,
  };
}

/** What a refusal in Kraken's words means for the order. @throws AppError `exchange-unavailable` when it says nothing */
function placeResultOf(why: string): Exclude<PlaceResult, { readonly kind: 'accepted' }> {
  const kind = classOf([why]);
  if (kind === 'unknown') throw unavailable(why);
  return { kind, why };
}

function failureOf(why: string): AppError {
  if (classOf([why]) !== 'misconfigured') return unavailable(why);
  return new AppError('exchange-misconfigured', `The exchange refuses the key: ${why}.`, 'Mend the key.');
}

function throttled(): AppError {
  return new AppError('exchange-throttled', 'The call budget is spent.', 'The next watch carries on.');
}

/** BTC/USD as Kraken's orders spell it. */
export const pairOf = (symbol: string): string => symbol.replace('BTC/', 'XBT/');

const symbolOf = ({ pair }: BookOrder): string => pair.wsname.replace('XBT/', 'BTC/');

/** The executions that the trades have by now: now and then the later ones come seconds after the first. */
function shownOf({ chance, time, lateTrades }: Venue, { trades }: BookOrder): readonly BookTrade[] {
  const nowMs = time.nowMs();
  const rest = trades.slice(1);
  if (rest.some(({ txid }) => !lateTrades.has(txid))) {
    const isLate = chance.happens('executions shown in part', 0.15);
    for (const { txid } of rest) lateTrades.set(txid, isLate ? nowMs + chance.between(1_000, 20_000) : 0);
  }
  return trades.filter(
    ({ txid, visibleFromMs }) => Math.max(visibleFromMs, lateTrades.get(txid) ?? 0) <= nowMs,
  );
}

/** As the adapter tells it: open as long as its executions are not all in the trades. */
function exchangeOrderOf(order: BookOrder, shown: readonly BookTrade[]): ExchangeOrder {
  const isWhole = shown.reduce((sum, { volume }) => sum + volume, 0n) === order.filled;
  return {
    clientOrderId: order.clOrdId ?? '',
    symbol: symbolOf(order),
    side: order.side,
    quantity: textOf(order.volume),
    ...(order.type === 'stop-loss' && { triggerPrice: textOf(order.price) }),
    ...(order.type === 'limit' && { limitPrice: textOf(order.price) }),
    status: isWhole ? statusOf(order) : 'open',
    fills: shown.map(fillOf),
  };
}

function statusOf({ status }: BookOrder): ExchangeOrder['status'] {
  return ({ open: 'open', closed: 'filled', canceled: 'cancelled', expired: 'expired' } as const)[status];
}

export function fillOf({ txid, order, atMs, price, volume, cost, fee }: BookTrade): ExchangeFill {
  return {
    id: txid,
    atMs,
    step: order.type === 'market' || order.isImmediate ? 'OPEN' : 'RANGE',
    price: textOf(price),
    quantity: textOf(volume),
    cost: textOf(cost),
    fee: textOf(fee),
  };
}

function foreignOrderOf(order: BookOrder): ForeignOrder {
  return {
    exchangeId: order.txid,
    clientOrderId: order.clOrdId,
    symbol: symbolOf(order),
    side: order.side,
    quantity: textOf(order.volume),
    filled: textOf(order.filled),
    openedMs: order.openedMs,
    isOpen: order.status === 'open',
  };
}

function spelled({
  clientOrderId,
  side,
  kind,
  quantity,
  symbol,
  triggerPrice,
  limitPrice,
}: OrderRequest): string {
  const price = triggerPrice ?? limitPrice;
  return `${clientOrderId.slice(0, 4)} ${side} ${kind} ${quantity} ${symbol}${price === undefined ? '' : ` at ${price}`}`;
}
