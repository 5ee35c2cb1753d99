import { type CurveReader, curveReader, equityPages, readToBegin } from '../shared/app/history.ts';
import { textOf } from '../shared/core/decimal.ts';
import type { EquityPoint } from '../shared/core/execution/equity-curve.ts';
import type { Row } from './print-rows.ts';
import { at, money, type Table } from './show-table.ts';

/** Marks after the beginning of a span up to its end, each with the drawdown from the peak since the account began. */
export const equity: Table = {
  about: 'the equity at each mark, and its drawdown from the peak so far',
  empty: 'The equity was never marked, as nothing was ever open',
  columns: [
    at('atMs', 'at UTC'),
    money('equity', 'equity USD', 12),
    money('cash', 'cash USD', 12),
    money('flow', 'moved USD', 10),
    { key: 'drawdown', title: 'drawdown', kind: 'fraction', width: 9 },
  ],
  isOfEnds: true,
  open: ({ store, account }) => {
    let reader: CurveReader | undefined;
    return async function* ({ fromMs, toMs }) {
      reader ??= await curveReader(store, account);
      let movedBefore = await readToBegin(store, reader, fromMs);
      for await (const page of equityPages(store, reader, toMs)) {
        yield page.map((point, i) =>
          pointRow(i === 0 ? { ...point, flow: point.flow - movedBefore } : point),
        );
        movedBefore = 0n;
      }
    };
  },
};

function pointRow({ atMs, equity, cash, flow, drawdown }: EquityPoint): Row {
  return { atMs, equity: textOf(equity), cash: textOf(cash), flow: textOf(flow), drawdown };
}
