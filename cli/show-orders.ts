import { loadAtRest } from '../shared/app/account.ts';
import { historyPages, unsettledMs } from '../shared/app/history.ts';
import { readItem } from '../shared/app/items.ts';
import { textOf } from '../shared/core/decimal.ts';
import type { Order } from '../shared/core/execution/order.ts';
import type { Row } from './print-rows.ts';
import { amount, at, type Table, text } from './show-table.ts';

/** Orders that were decided in a span. The history keeps those that have ended. */
export const orders: Table = {
  about: 'orders that ended, and those that have not, with what became of them',
  empty: 'No order was ever made',
  columns: [
    at('decidedMs', 'decided UTC'),
    text('symbol', 'symbol', 8),
    text('purpose', 'for', 5),
    text('side', 'side', 4),
    text('kind', 'kind', 6),
    text('state', 'state', 9),
    amount('quantity', 'quantity', 13),
    amount('triggerPrice', 'trigger USD', 11),
    amount('filled', 'filled', 13),
    at('sentMs', 'sent by the wall clock', 0),
    text('refusal', 'remark', 0),
    text('clientOrderId', 'order', 36),
  ],
  nameOf: (row) => String(row['clientOrderId']),
  open: ({ store, account }) => {
    let nextMs = 0;
    return async function* ({ fromMs, toMs }) {
      const loaded = await loadAtRest(store, account);
      const ended = new Set<string>();
      const span = { fromMs: Math.max(fromMs, nextMs), toMs };
      for await (const items of historyPages(store, account, { what: 'ORDER', ...span })) {
        const found = items.map((item) => readItem('order', item));
        for (const { clientOrderId } of found) ended.add(clientOrderId);
        yield found.map(orderRow);
      }
      nextMs = unsettledMs(loaded);
      const isMeant = ({ decidedMs, clientOrderId }: Order) =>
        decidedMs >= fromMs && decidedMs <= toMs && !ended.has(clientOrderId);
      yield [...loaded.orders.values()]
        .map(({ value }) => value)
        .filter(isMeant)
        .map(orderRow);
    };
  },
};

function orderRow(order: Order): Row {
  return {
    decidedMs: order.decidedMs,
    symbol: order.symbol,
    purpose: order.purpose,
    side: order.side,
    kind: order.kind,
    state: order.state,
    quantity: textOf(order.quantity),
    triggerPrice: order.triggerPrice === null ? null : textOf(order.triggerPrice),
    filled: textOf(order.filled),
    sentMs: order.mark?.sentAtMs ?? null,
    refusal: order.refusal,
    clientOrderId: order.clientOrderId,
  };
}
