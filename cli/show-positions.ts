import { loadAtRest } from '../shared/app/account.ts';
import { textOf, unitsOfNumber } from '../shared/core/decimal.ts';
import { averagePrices, netProfit, type Position } from '../shared/core/execution/position.ts';
import { netR } from '../shared/core/risk/standing.ts';
import type { Row } from './print-rows.ts';
import { closedReader } from './show-closed.ts';
import { amount, at, money, type Table, text } from './show-table.ts';

/** Positions that were closed in a span, and those that were entered by its end and are open. */
export const positions: Table = {
  about: 'closed and open positions: entry, exit, stop, why it was left, profit after fees',
  empty: 'No position was closed and none is open',
  columns: [
    text('symbol', 'symbol', 8),
    text('state', 'state', 6),
    at('entryMs', 'entry UTC'),
    amount('entryPrice', 'entry USD', 15),
    amount('quantity', 'quantity', 13),
    amount('held', 'held', 0),
    amount('firstStop', 'first stop', 0),
    amount('stop', 'stop USD', 10),
    at('exitMs', 'exit UTC'),
    amount('exitPrice', 'exit USD', 15),
    text('reason', 'reason', 6),
    money('fees', 'fees USD', 8),
    money('netProfit', 'net USD', 9),
    { key: 'netR', title: 'R', kind: 'figure', width: 6 },
    text('supporters', 'supporters', 0),
  ],
  nameOf: (row) => `${row['symbol']} ${row['entryMs']}`,
  isWhole: true,
  open: ({ store, account }) => {
    const closedPages = closedReader(store);
    return async function* (span) {
      // What is open first: closed meanwhile, it is then found among the closed ones.
      const loaded = await loadAtRest(store, account);
      const closed = new Set<string>();
      for await (const found of closedPages(loaded, span)) {
        for (const { plan, entryMs } of found) closed.add(`${plan.symbol} ${entryMs}`);
        yield found.map(positionRow);
      }
      const open = [...loaded.positions.values()].map(({ value }) => value);
      const isOpen = ({ plan, entryMs }: Position) =>
        entryMs <= span.toMs && !closed.has(`${plan.symbol} ${entryMs}`);
      yield open.filter(isOpen).map(positionRow);
    };
  },
};

function positionRow(position: Position): Row {
  const { plan, quantity, exit, entryFee, exitFee } = position;
  const prices = averagePrices(position);
  const isClosed = quantity === 0n;
  return {
    symbol: plan.symbol,
    state: isClosed ? 'closed' : 'open',
    entryMs: position.entryMs,
    entryPrice: textOf(prices.entry),
    quantity: textOf(position.entryQuantity),
    held: textOf(quantity),
    firstStop: textOf(unitsOfNumber(position.firstStop)),
    stop: textOf(unitsOfNumber(position.stop)),
    exitMs: position.exitMs,
    exitPrice: prices.exit === null ? null : textOf(prices.exit),
    reason: exit?.reason ?? (isClosed ? 'STOP' : null),
    fees: textOf(entryFee + exitFee),
    netProfit: isClosed ? textOf(netProfit(position)) : null,
    netR: isClosed ? netR(position) : null,
    supporters: plan.supporters.map(({ instance }) => instance),
  };
}
