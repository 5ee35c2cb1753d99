import { loadHead } from '../shared/app/account.ts';
import { fillPages } from '../shared/app/history.ts';
import { textOf } from '../shared/core/decimal.ts';
import type { BookedFill } from '../shared/core/execution/books.ts';
import type { OverModel } from '../shared/core/execution/model-cost.ts';
import { DAY_MS, type EpochMs } from '../shared/core/market/timeframes.ts';
import { fillsOverModel } from './over-model.ts';
import type { Row } from './print-rows.ts';
import { amount, at, money, type Table, text } from './show-table.ts';

/** A fill may be found late, by an account that could not ask: so far back a second look goes. */
const LATE_MS = 7 * DAY_MS;

/** Fills of a span, each once. */
export const fills: Table = {
  about: 'every fill that was booked',
  empty: 'Nothing was bought or sold',
  columns: [
    at('atMs', 'at UTC'),
    text('symbol', 'symbol', 8),
    text('side', 'side', 4),
    text('reason', 'reason', 6),
    amount('price', 'price USD', 12),
    amount('quantity', 'quantity', 13),
    money('cost', 'cost USD', 10),
    money('fee', 'fee USD', 8),
    amount('modelPrice', 'model USD', 0),
    { key: 'overModelBps', title: 'over bps', kind: 'figure', width: 8 },
    money('overModel', 'over USD', 0),
    text('clientOrderId', 'order', 36),
  ],
  open: (opened) => {
    const { store, account } = opened;
    let told = new Map<string, EpochMs>();
    let nextMs = 0;
    return async function* ({ fromMs, toMs }) {
      const span = { fromMs: Math.max(fromMs, nextMs), toMs };
      for await (const page of fillPages(store, account, span)) {
        const fresh = page.filter(({ id }) => !told.has(id));
        for (const { id, atMs } of fresh) told.set(id, atMs);
        nextMs = Math.max(nextMs, (page.at(-1)?.atMs ?? 0) - LATE_MS);
        told = new Map([...told].filter(([, atMs]) => atMs >= nextMs));
        const { source } = await loadHead(store, account);
        const over = await fillsOverModel(opened, source, fresh);
        yield fresh.map((fill, i) => fillRow(fill, over[i] ?? null));
      }
    };
  },
};

function fillRow(
  { atMs, symbol, side, reason, price, quantity, cost, fee, clientOrderId }: BookedFill,
  over: OverModel | null,
): Row {
  return {
    atMs,
    symbol,
    side,
    reason,
    price: textOf(price),
    quantity: textOf(quantity),
    cost: textOf(cost),
    fee: textOf(fee),
    modelPrice: over === null ? null : textOf(over.price),
    overModelBps: over === null ? null : over.bps,
    overModel: over === null ? null : textOf(over.cost),
    clientOrderId,
  };
}
