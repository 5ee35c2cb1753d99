import { type DecimalText, textOf, unitsOf } from '../../shared/core/decimal.ts';
import { AppError } from '../../shared/core/errors.ts';
import type { EpochMs } from '../../shared/core/market/timeframes.ts';
import type {
  AccountExchange,
  ExchangeOrder,
  ForeignOrder,
  OrderRequest,
  PlaceResult,
} from '../../shared/ports/exchange.ts';

/** What becomes of the next call: no answer before or after its effect, or an answer of the exchange's own. */
export type Trouble = 'lost' | 'unheard' | Exclude<PlaceResult, { readonly kind: 'accepted' }>;

type Call = 'permit' | 'place' | 'find' | 'amend' | 'cancel' | 'openOrders' | 'filledSince';

type Kept = OrderRequest & ExchangeOrder & { readonly openedMs: EpochMs };

/** No answer came. */
const noAnswer = (call: Call) => new AppError('exchange-unavailable', `${call} had no answer`, 'look it up');

/**
 * An exchange that stands in for a real one: market orders fill at once at the price, stops when the price is at or
 * below them. Fees are 0.4 % in quote.
 */
export function standIn({ nowMs, priceOf }: { nowMs: () => EpochMs; priceOf: (symbol: string) => number }) {
  const orders = new Map<string, Kept>();
  const calls: string[] = [];
  const troubles: { readonly call: Call; readonly trouble: Trouble }[] = [];
  const amountOf = (quantity: DecimalText, price: number, share: number) =>
    (Number(quantity) * price * share).toFixed(8) as DecimalText;
  const fill = (id: string, quantity?: DecimalText): void => {
    const order = orders.get(id);
    if (order === undefined) return;
    const price = priceOf(order.symbol);
    const part = quantity ?? order.quantity;
    const one = {
      id: `T${id.slice(0, 8)}-${order.fills.length}`,
      atMs: nowMs(),
      step: order.kind === 'stop' ? ('RANGE' as const) : ('OPEN' as const),
      price: `${price}` as DecimalText,
      quantity: part,
      cost: amountOf(part, price, 1),
      fee: amountOf(part, price, 0.004),
    };
    orders.set(id, {
      ...order,
      fills: [...order.fills, one],
      status: part === order.quantity ? 'filled' : 'open',
    });
  };
  const through = async <Result>(call: Call, about: string, work: () => Result): Promise<Result> => {
    calls.push(`${call} ${about}`.trim());
    const next = troubles.findIndex((one) => one.call === call);
    const trouble = next < 0 ? undefined : troubles.splice(next, 1)[0]?.trouble;
    if (trouble === 'lost') throw noAnswer(call);
    if (typeof trouble === 'object') return trouble as Result;
    const result = work();
    if (trouble === 'unheard') throw noAnswer(call);
    return result;
  };
  const change = (id: string, over: Partial<Kept>): boolean => {
    const order = orders.get(id);
    if (order?.status !== 'open') return false;
    orders.set(id, { ...order, ...over });
    return true;
  };
  const exchange: AccountExchange = {
    answersAtOnce: false,
    hasMinimums: true,
    permit: ({ symbol }) => through('permit', symbol, () => ({ kind: 'granted', nonce: `${nowMs()}000` })),
    place: (request) =>
      through('place', `${request.side} ${request.kind} ${request.quantity}`, (): PlaceResult => {
        orders.set(request.clientOrderId, { ...request, status: 'open', fills: [], openedMs: nowMs() });
        if (request.kind === 'market') fill(request.clientOrderId);
        return { kind: 'accepted' };
      }),
    find: (id) => through('find', '', () => orders.get(id)),
    amend: ({ clientOrderId }, over) =>
      through('amend', Object.entries(over).join(' '), () => change(clientOrderId, over)),
    cancel: ({ clientOrderId }) =>
      through('cancel', '', () => {
        change(clientOrderId, { status: 'cancelled' });
      }),
    openOrders: () => through('openOrders', '', () => shown((order) => order.status === 'open')),
    filledSince: (sinceMs) =>
      through('filledSince', '', () =>
        shown(({ fills, openedMs }) => fills.length > 0 && openedMs >= sinceMs),
      ),
  };
  const shown = (isMeant: (order: Kept) => boolean): readonly ForeignOrder[] =>
    [...orders.values()].filter(isMeant).map((order) => ({
      exchangeId: `X${order.clientOrderId.slice(0, 8)}`,
      clientOrderId: order.clientOrderId,
      symbol: order.symbol,
      side: order.side,
      quantity: order.quantity,
      filled: textOf(order.fills.reduce((sum, { quantity }) => sum + unitsOf(quantity), 0n)),
      openedMs: order.openedMs,
      isOpen: order.status === 'open',
    }));
  return {
    exchange,
    orders,
    /** Every call in order, in short. */
    calls,
    /** Lets the next calls of a kind go wrong, one each. */
    trouble: (call: Call, ...all: readonly Trouble[]) => {
      troubles.push(...all.map((trouble) => ({ call, trouble })));
    },
    /** Puts an order there that nobody here sent. */
    add: (order: OrderRequest) => {
      orders.set(order.clientOrderId, { ...order, status: 'open', fills: [], openedMs: nowMs() });
    },
    fill,
    end: (id: string, status: 'cancelled' | 'expired') => change(id, { status }),
    /** The orders of a kind, oldest first. */
    of: (kind: OrderRequest['kind'], side: 'buy' | 'sell') =>
      [...orders.values()].filter((order) => order.kind === kind && order.side === side),
  };
}
