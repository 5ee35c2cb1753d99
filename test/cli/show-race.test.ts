import { expect, it } from 'vitest';
import type { Row } from '../../cli/print-rows.ts';
import { orders } from '../../cli/show-orders.ts';
import { positions } from '../../cli/show-positions.ts';
import type { Table } from '../../cli/show-table.ts';
import { sqliteStateStore } from '../../shared/adapters/sqlite/state-store.ts';
import { replay } from '../../shared/app/replay.ts';
import { replayUntil } from '../helpers/halt.ts';
import { candlesIn } from '../helpers/recomputed.ts';
import { paperOf, scriptedWorld } from '../helpers/world.ts';

/** Bought at hour 4, held at hour 8, and sold at hour 12 for an exit signal. */
const world = scriptedWorld(
  {
    'BTC/USD': `
      100 101 99 100 turtle:long
      100 101 99 100
      100 101 99 100 turtle:exit
      100 101 99 100
      100 101 99 100`,
  },
  { lookbackRows: 20 },
);
const { account, fromMs, toMs } = world;

/** The rows of a table while the account goes on to its end between the two reads that it takes. */
async function rowsDuring(table: Table): Promise<readonly Row[]> {
  const store = sqliteStateStore({ file: ':memory:', durability: 'relaxed' });
  await replayUntil(paperOf(world, { store }), world, 'CLOSED', fromMs + 8 * 3_600_000);
  let isOver = false;
  const read = table.open({
    account,
    workspace: world,
    candlesOf: async () => candlesIn(world),
    environment: null,
    store: {
      ...store,
      query: async (pk, options) => {
        if (pk.startsWith('HISTORY#') && !isOver) {
          isOver = true;
          await replay(paperOf(world, { store }), world);
        }
        return store.query(pk, options);
      },
    },
  });
  const rows: Row[] = [];
  for await (const page of read({ fromMs, toMs })) rows.push(...page);
  return rows;
}

it('a position that is closed between two reads is shown once, as it ended', async () => {
  expect(await rowsDuring(positions)).toMatchObject([{ state: 'closed', reason: 'SIGNAL' }]);
});

it('an order that ends between two reads is shown once, as it ended', async () => {
  const rows = await rowsDuring(orders);
  expect(rows.map((row) => [row['purpose'], row['state']]).sort()).toEqual([
    ['entry', 'FILLED'],
    ['exit', 'FILLED'],
    ['stop', 'CANCELLED'],
  ]);
});
